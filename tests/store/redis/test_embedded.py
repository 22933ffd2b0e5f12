import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

import pytest

from actors.domain.errors import ConfigError, StoreUnavailableError
from actors.store.redis.embedded import embedded_server
from actors.store.redis.valkey import ask, server_binary

PROCESS = """
import asyncio, sys
from pathlib import Path
from actors.store.redis.embedded import embedded_server

async def main():
    async with embedded_server(Path(sys.argv[1]), connect_seconds=20) as server:
        print(server.url, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            await server.ensure()
            print("ensured", flush=True)

asyncio.run(main())
"""
CYCLES = """
import asyncio, sys
from pathlib import Path
from actors.store.redis.embedded import embedded_server
from actors.store.redis.valkey import ask

async def main():
    for _ in range(8):
        async with embedded_server(Path(sys.argv[1]), connect_seconds=20) as server:
            assert ask(Path(server.url.removeprefix("unix://")), b"INCR cycles").startswith(b":")

asyncio.run(main())
"""


@pytest.fixture
def data(short_folder):
    return short_folder / "data"


@pytest.fixture
def process(data):
    """`process()` opens the folder in another process, which answers each line, and leaves at the end of its input."""
    processes = []

    def start(script=PROCESS):
        command = [sys.executable, "-c", script, str(data)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        processes.append(child)
        return child

    yield start
    for child in processes:
        child.communicate(timeout=30)
    stop_stray_server(data)


def stop_stray_server(data):
    listen = data / "valkey" / "valkey.sock"
    ask(listen, b"SHUTDOWN NOSAVE")


def path(url):
    return Path(unquote(url.removeprefix("unix://")))


def pid(data):
    return int((data / "valkey" / "valkey.pid").read_text())


def starts(data):
    return (data / "valkey" / "valkey.log").read_text().count("just started")


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_server_starts_and_listens_on_a_private_socket_only(data):
    async with embedded_server(data) as server:
        listen = path(server.url)
        assert ask(listen, b"PING") == b"+PONG\r\n"
        assert listen.stat().st_mode & 0o777 == 0o700
        assert ask(listen, b"CONFIG GET port") == b"*2\r\n$4\r\nport\r\n$1\r\n0\r\n"
        assert ask(listen, b"CONFIG GET appendfsync").endswith(b"everysec\r\n")
        assert os.getsid(pid(data)) == pid(data)
    assert not listen.exists()


async def test_what_was_written_is_there_at_the_next_start(data):
    for cycle in range(1, 21):
        async with embedded_server(data) as server:
            assert ask(path(server.url), b"INCR cycles") == f":{cycle}\r\n".encode()
    assert starts(data) == 20


async def test_processes_on_one_folder_share_a_server_and_the_last_one_out_stops_it(data, process):
    async with embedded_server(data) as server:
        other = process()
        assert other.stdout.readline().strip() == server.url
    assert ask(path(server.url), b"PING")
    assert starts(data) == 1
    other.communicate(timeout=20)
    assert not ask(path(server.url), b"PING")
    assert not path(server.url).exists()


async def test_processes_that_open_a_folder_at_the_same_moment_start_one_server(data, process):
    others = [process() for _ in range(4)]
    urls = {other.stdout.readline() for other in others}
    assert len(urls) == 1
    assert starts(data) == 1


async def test_processes_that_come_and_go_never_meet_a_server_that_is_going(data, process):
    others = [process(CYCLES) for _ in range(3)]
    for other in others:
        other.communicate(timeout=40)
    assert [other.returncode for other in others] == [0, 0, 0]
    async with embedded_server(data) as server:
        assert ask(path(server.url), b"GET cycles") == b"$2\r\n24\r\n"


async def test_after_a_kill_of_its_owner_the_server_lives_on_and_the_next_process_attaches(data, process):
    owner = process()
    url = owner.stdout.readline().strip()
    ask(path(url), b"SET a 1")
    owner.kill()
    owner.wait()
    async with embedded_server(data) as server:
        assert server.url == url
        assert ask(path(url), b"GET a") == b"$1\r\n1\r\n"
    assert starts(data) == 1
    assert not ask(path(url), b"PING")


async def test_a_killed_server_is_started_once_by_all_who_notice(data, process):
    async with embedded_server(data) as server:
        ask(path(server.url), b"SET a 1")
        others = [process() for _ in range(3)]
        for other in others:
            other.stdout.readline()
        os.kill(pid(data), signal.SIGKILL)
        for other in others:
            other.stdin.write("ensure\n")
        await asyncio.gather(server.ensure(), server.ensure())
        assert [other.stdout.readline() for other in others] == ["ensured\n"] * 3
        assert ask(path(server.url), b"GET a") == b"$1\r\n1\r\n"
        assert starts(data) == 2


async def test_a_socket_that_a_dead_server_left_is_replaced(data, process):
    owner = process()
    listen = path(owner.stdout.readline().strip())
    owner.kill()
    owner.wait()
    os.kill(pid(data), signal.SIGKILL)
    await until(lambda: not ask(listen, b"PING"))
    assert listen.exists()
    async with embedded_server(data) as server:
        assert ask(path(server.url), b"PING")


async def test_a_silent_server_is_never_joined_by_a_second_one(data):
    async with embedded_server(data, connect_seconds=0.2) as server:
        os.kill(pid(data), signal.SIGSTOP)
        with pytest.raises(
            StoreUnavailableError, match=r"is silent for 0\.2s; its log ends: Ready to accept connections"
        ):
            await server.ensure()
        os.kill(pid(data), signal.SIGCONT)
        await server.ensure()
    assert starts(data) == 1


async def test_a_long_path_gets_its_socket_in_a_private_folder(short_folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(short_folder))
    async with embedded_server(short_folder / ("long" * 40) / "a 'b\" %41é") as server:
        listen = path(server.url)
        assert ask(listen, b"PING")
        assert listen.parent.parent == short_folder
        assert listen.parent.stat().st_mode & 0o777 == 0o700
    assert not listen.parent.exists()


async def test_a_folder_that_others_can_enter_is_refused_for_the_socket(short_folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(short_folder))
    data = short_folder / ("long" * 40)
    async with embedded_server(data) as server:
        shared = path(server.url).parent
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(ConfigError, match=r"a folder that only this user can enter"):
        await open_and_close(data)


async def open_and_close(data, **options):
    async with embedded_server(data, **options):
        pass


async def test_a_data_folder_that_cannot_be_written_is_named(short_folder):
    (short_folder / "file").touch()
    with pytest.raises(ConfigError, match=r"the data folder cannot be written: .*/file.*: Not a directory"):
        await open_and_close(short_folder / "file" / "data")


@pytest.mark.parametrize(("mode", "why"), [(0o644, "Permission denied"), (None, "No such file or directory")])
async def test_a_program_that_cannot_be_run_is_named(data, short_folder, mode, why):
    binary = short_folder / "valkey-server"
    if mode is not None:
        shutil.copy(server_binary(), binary)
        binary.chmod(mode)
    with pytest.raises(ConfigError, match=rf"cannot be run: {binary}: {why}"):
        await open_and_close(data, binary=binary)


async def test_data_of_a_newer_server_are_refused_and_left_as_they_are(data):
    async with embedded_server(data) as server:
        ask(path(server.url), b"SET a 1")
    (base,) = (data / "valkey" / "appendonlydir").glob("*.base.rdb")
    newer = base.read_bytes()[:6] + b"999" + base.read_bytes()[9:]
    base.write_bytes(newer)
    with pytest.raises(ConfigError, match=r"was written by a newer server.*RDB format version 999"):
        await open_and_close(data)
    assert base.read_bytes() == newer


async def test_damaged_data_are_refused_with_what_to_do_and_left_as_they_are(data):
    async with embedded_server(data) as server:
        ask(path(server.url), b"SET a 1")
    (log,) = (data / "valkey" / "appendonlydir").glob("*.incr.aof")
    log.write_bytes(b"no commands")
    with pytest.raises(ConfigError, match=r"appendonlydir is damaged: .*valkey-check-aof --fix"):
        await open_and_close(data)
    assert log.read_bytes() == b"no commands"


async def test_a_write_cut_short_by_a_crash_does_not_keep_the_server_from_starting(data):
    async with embedded_server(data) as server:
        ask(path(server.url), b"SET a 1")
    (log,) = (data / "valkey" / "appendonlydir").glob("*.incr.aof")
    with log.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$9\r\nha")
    async with embedded_server(data) as server:
        assert ask(path(server.url), b"GET a") == b"$1\r\n1\r\n"


async def test_cancelled_while_it_starts_it_leaves_no_server(data):
    opening = asyncio.create_task(open_and_close(data))
    await until((data / "valkey" / "valkey.log").exists)
    opening.cancel()
    await asyncio.wait([opening])
    assert opening.cancelled()
    assert not ask(data / "valkey" / "valkey.sock", b"PING")


async def test_a_server_that_ends_at_once_is_told_with_its_last_words_and_knows_nothing_of_our_environment(
    data, short_folder, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "a secret")
    binary = short_folder / "valkey-server"
    binary.write_text("#!/bin/sh\nenv\necho no more disk\n")
    binary.chmod(0o700)
    with pytest.raises(ConfigError, match=r"the server in .* ended at once; the server says: no more disk"):
        await open_and_close(data, binary=binary)
    assert "secret" not in (data / "valkey" / "valkey.log").read_text()
