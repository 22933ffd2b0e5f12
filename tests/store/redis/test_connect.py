import asyncio
import shutil
import ssl
import subprocess
from contextlib import suppress

import pytest
from redis import exceptions

from actors.domain.errors import ConfigError, StoreUnavailableError
from actors.store.redis.connect import connect, redis_errors, safe_url

ODD = "s3cret@%/x"
ODD_IN_URL = "s3cret%40%25%2Fx"


@pytest.fixture
async def open_clients():
    """`connect`, whose clients are closed at the end."""
    opened = []

    async def start(url, *, connect_seconds=10.0):
        opened.append(await connect(url, connect_seconds=connect_seconds))
        return opened[-1]

    yield start
    for clients in opened:
        await clients.close()


@pytest.fixture
def guarded(start_server, tmp_path, free_port):
    """The port of a server with a password."""
    port = free_port()
    server = start_server(tmp_path, port, "--port", str(port), "--requirepass", ODD, "--save", "")
    yield port
    server.kill()
    server.wait()


def port_of(server):
    return server.sockets[0].getsockname()[1]


async def refusal(url):
    with pytest.raises(ConfigError) as error:
        await connect(url, connect_seconds=10)
    return str(error.value)


async def test_both_clients_reach_the_server_over_its_unix_socket(redis_server, open_clients):
    clients = await open_clients(redis_server)
    await clients.commands.set("a", b"1", ex=9)
    assert await clients.reading.get("a") == b"1"


async def test_what_the_store_relies_on_is_stronger_than_the_url(redis_server, open_clients):
    clients = await open_clients(f"{redis_server}?decode_responses=1&protocol=3&socket_timeout=3&db=2")
    await clients.commands.set("a", b"\xff", ex=9)
    assert await clients.reading.get("a") == b"\xff"
    assert clients.commands.connection_pool.connection_kwargs["socket_timeout"] == 3
    assert clients.reading.connection_pool.connection_kwargs["socket_timeout"] is None


async def test_a_blocking_read_outlasts_the_timeout_of_commands(redis_server, open_clients):
    clients = await open_clients(f"{redis_server}?socket_timeout=0.1")
    assert not await clients.reading.xread({"nothing": "0"}, block=250)
    with pytest.raises(exceptions.TimeoutError):
        await clients.commands.xread({"nothing": "0"}, block=250)


async def test_a_command_that_was_not_answered_in_time_is_not_sent_again(open_clients):
    received = []

    async def answer_all_but_incr(reader, writer):
        while line := await reader.readline():
            received.append(line.strip())
            if line.strip() in {b"PING", b"CLIENT"}:
                writer.write(b"+PONG\r\n")
        writer.close()

    async with await asyncio.start_server(answer_all_but_incr, "127.0.0.1", 0) as server:
        clients = await open_clients(f"redis://127.0.0.1:{port_of(server)}?socket_timeout=0.1")
        with pytest.raises(StoreUnavailableError, match="Timeout reading from"), redis_errors():
            await clients.commands.incr("counted")
        await clients.close()
    assert received.count(b"INCRBY") == 1


async def test_more_commands_than_connections_wait_for_their_turn(redis_server, open_clients):
    clients = await open_clients(f"{redis_server}?max_connections=2")
    assert await asyncio.gather(*(clients.commands.echo(str(n)) for n in range(50))) == [b"%d" % n for n in range(50)]
    assert len(clients.commands.connection_pool._available_connections) <= 2


async def test_after_a_restart_of_the_server_the_next_command_succeeds(start_server, tmp_path, free_port, open_clients):
    port = free_port()
    options = ("--port", str(port), "--save", "")
    server = start_server(tmp_path, port, *options)
    clients = await open_clients(f"redis://127.0.0.1:{port}")
    await asyncio.gather(*(clients.commands.ping() for _ in range(5)))
    server.kill()
    server.wait()
    with pytest.raises(StoreUnavailableError, match="the store cannot be reached: "), redis_errors():
        await clients.commands.ping()
    start_server(tmp_path, port, *options)
    assert await clients.commands.ping()
    assert await clients.reading.ping()


async def test_a_server_that_comes_up_in_time_is_waited_for(start_server, tmp_path, free_port, open_clients):
    port = free_port()
    opening = asyncio.create_task(open_clients(f"redis://127.0.0.1:{port}"))
    await asyncio.sleep(0.05)
    start_server(tmp_path, port, "--port", str(port), "--save", "")
    assert await (await opening).commands.ping()


async def test_a_server_out_of_reach_is_named_without_its_password(free_port):
    port = free_port()
    with pytest.raises(StoreUnavailableError) as error:
        await connect(f"redis://me:{ODD_IN_URL}@127.0.0.1:{port}/3", connect_seconds=0.05)
    assert str(error.value).startswith(f"redis://127.0.0.1:{port}/3 cannot be reached: ")
    assert "s3cret" not in str(error.value)
    assert "me" not in str(error.value).split()[0]


async def test_a_server_that_never_answers_is_given_up_in_time():
    async def listen(reader, writer):
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = port_of(server)
        with pytest.raises(StoreUnavailableError, match="cannot be reached"):
            await connect(f"redis://127.0.0.1:{port}", connect_seconds=0.2)


async def test_the_right_password_opens(guarded, open_clients):
    assert await (await open_clients(f"redis://:{ODD_IN_URL}@127.0.0.1:{guarded}")).commands.ping()
    assert await (await open_clients(f"redis://default:{ODD_IN_URL}@127.0.0.1:{guarded}")).reading.ping()


async def test_a_refused_password_user_or_database_is_an_error_of_the_configuration(guarded, open_clients):
    clients = await open_clients(f"redis://:{ODD_IN_URL}@127.0.0.1:{guarded}")
    await clients.commands.acl_setuser("nobody", enabled=True, nopass=True, commands=["-@all"])
    here = f"127.0.0.1:{guarded}"
    assert await refusal(f"redis://{here}") == f"redis.url: redis://{here} refuses us: Authentication required."
    assert "invalid username-password pair" in await refusal(f"redis://:wr0ng@{here}")
    assert "wr0ng" not in await refusal(f"redis://:wr0ng@{here}")
    assert "no permissions" in (await refusal(f"redis://nobody:x@{here}")).lower()
    assert "DB index is out of range" in await refusal(f"redis://:{ODD_IN_URL}@{here}/99")


async def test_a_refused_password_is_told_over_a_unix_socket_too(start_server, short_folder):
    listen = short_folder / "s"
    options = ("--port", "0", "--unixsocket", str(listen), "--requirepass", ODD, "--save", "")
    server = start_server(short_folder, listen, *options)
    assert "refuses us: invalid username-password pair" in await refusal(f"unix://:wr0ng@{listen}")
    server.kill()
    server.wait()


async def test_a_server_that_is_no_redis_is_an_error_of_the_configuration():
    async def answer(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        assert "refuses us" in await refusal(f"redis://127.0.0.1:{port_of(server)}")


@pytest.mark.parametrize(
    "url",
    [
        "redis://:s3/cret@localhost",
        "redis://:s3#cret@localhost",
        "redis://localhost:s3cret",
        "redis://localhost/s3cret",
        "redis://localhost?s3cret=1",
        "redis://localhost?socket_timeout=s3cret",
        "http://s3cret@localhost",
        "redis+sentinel://s3cret@localhost",
        "redis+sentinel://:s3cret@/service",
        "redis+sentinel://localhost:1/service/s3cret",
    ],
)
async def test_a_url_that_cannot_be_used_is_refused_without_quoting_its_secrets(url):
    text = await refusal(url)
    assert "is not a valid address" in text
    assert "cret@" not in text


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("redis://me:s3cret@redis.example:6379/2?socket_timeout=1", "redis://redis.example:6379/2"),
        ("rediss://:s3c@ret@[::1]:6379", "rediss://[::1]:6379"),
        ("redis://localhost", "redis://localhost"),
        ("redis://:s3?cret@localhost:6379", "redis://…"),
        ("redis://:s3/cret@localhost:6379", "redis://…"),
        ("redis://localhost?password=s3@cret", "redis://…"),
        ("redis://localhost?password=s3cret", "redis://localhost"),
        ("unix://me:s3cret@/run/a@b.sock?db=1", "unix:///run/a@b.sock"),
        ("unix:///run/a@b.sock?password=s3@cret", "unix:///run/a@b.sock"),
        ("unix://:s3/cret@/run/redis.sock", "unix://…"),
        ("redis+sentinel://:s3cret@one:26379,two/main/1", "redis+sentinel://one:26379,two/main/1"),
    ],
)
def test_a_safe_url_shows_where_and_nothing_else(url, safe):
    assert safe_url(url) == safe


async def test_sentinels_lead_to_their_master(start_server, tmp_path, free_port, open_clients):
    main, sentinel = free_port(), free_port()
    options = ("--port", str(main), "--requirepass", ODD, "--save", "")
    server = start_server(tmp_path, main, *options)
    config = tmp_path / "sentinel.conf"
    config.write_text(f'port {sentinel}\nsentinel monitor main 127.0.0.1 {main} 1\nsentinel auth-pass main "{ODD}"\n')
    watcher = start_server(tmp_path, sentinel, str(config), "--sentinel")
    dead = free_port()
    url = f"redis+sentinel://:{ODD_IN_URL}@127.0.0.1:{dead},127.0.0.1:{sentinel}"
    clients = await open_clients(f"{url}/main/1")
    await clients.commands.set("a", b"1", ex=9)
    assert await clients.reading.get("a") == b"1"
    assert (await clients.commands.info("keyspace"))["db1"]["keys"] == 1
    with pytest.raises(
        StoreUnavailableError, match=r"^redis\+sentinel://[^@]*/other cannot be reached: No master found"
    ):
        await connect(f"{url}/other", connect_seconds=0.2)
    assert "invalid username-password" in await refusal(f"redis+sentinel://:wr0ng@127.0.0.1:{sentinel}/main")
    for process in (server, watcher):
        process.kill()
        process.wait()


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1, with its key in the same file."""
    file = tmp_path / "certificate.pem"
    subject = ("-subj", "/CN=here", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    made = subprocess.run(["openssl", "req", "-x509", *key, *subject, "-keyout", "-"], check=True, capture_output=True)
    file.write_bytes(made.stdout)
    return file


@pytest.fixture
async def tls_port(redis_server, certificate):
    """A port where the server is reached through TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def copy(reader, writer):
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def forward(reader, writer):
        inner_reader, inner_writer = await asyncio.open_unix_connection(redis_server.removeprefix("unix://"))
        await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))

    async with await asyncio.start_server(forward, "127.0.0.1", 0, ssl=context) as server:
        yield port_of(server)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
async def test_tls_is_spoken_and_a_certificate_that_cannot_be_trusted_is_refused(tls_port, certificate):
    url = f"rediss://127.0.0.1:{tls_port}"
    clients = await connect(f"{url}?ssl_ca_certs={certificate}", connect_seconds=10)
    assert await clients.commands.ping()
    await clients.close()
    assert "certificate verify failed" in await refusal(url)


async def test_a_full_memory_is_told_as_such_inside_scripts_and_pipes_too(
    start_server, tmp_path, free_port, open_clients
):
    port = free_port()
    server = start_server(tmp_path, port, "--port", str(port), "--save", "", "--maxmemory", "1")
    commands = (await open_clients(f"redis://127.0.0.1:{port}")).commands

    async def in_a_pipe():
        async with commands.pipeline(transaction=False) as pipe:
            await pipe.set("a", 1).execute()

    script = "return redis.call('SET', KEYS[1], '1')"
    for write in (commands.set("a", 1), commands.eval(script, 1, "a"), in_a_pipe()):
        with pytest.raises(StoreUnavailableError, match="memory is full: raise maxmemory"), redis_errors():
            await write
    server.kill()
    server.wait()


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (exceptions.ConnectionError("Error 111\nconnecting"), "the store cannot be reached: Error 111 connecting"),
        (exceptions.TimeoutError(), "the store cannot be reached: TimeoutError"),
        (exceptions.BusyLoadingError("x"), "the store is still loading its data"),
        (exceptions.ReadOnlyError("x"), "the store is a read-only replica at the moment"),
        (exceptions.AuthenticationError("x"), "the store refuses this user or password: x"),
        (exceptions.NoPermissionError("x"), "the store refuses this user or password: x"),
        (exceptions.ResponseError("MISCONF Errors writing to the AOF file"), "the store cannot write to its disk"),
        (exceptions.ResponseError("Command # 1 (SET a) of pipeline caused error: ('MISCONF x',)"), "to its disk"),
        (exceptions.ResponseError("Error running script (call to f_1): @user_script:1: -OOM command"), "maxmemory"),
        (exceptions.ResponseError("BUSY Redis is busy running a script"), "the store cannot do this now: BUSY"),
    ],
)
def test_what_may_pass_by_itself_is_a_transient_error_in_one_line(error, text):
    with pytest.raises(StoreUnavailableError) as raised, redis_errors():
        raise error
    assert text in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ResponseError("user_script:3: attempt to index nil"),
        exceptions.ResponseError("BUSYGROUP Consumer Group name already exists"),
        exceptions.NoScriptError("No matching script"),
        exceptions.DataError("Invalid input"),
        ValueError("other"),
    ],
)
def test_errors_of_our_own_making_come_through_unchanged(error):
    with pytest.raises(type(error)) as raised, redis_errors():
        raise error
    assert raised.value is error
