"""Providers that cannot be reached, or only in a certain way."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from actors.domain.errors import PermanentError, TransientError
from actors.services.search.base import SearchQuery
from tests.servers.search import serving, status
from tests.servers.search_apis import KEY

QUERY = SearchQuery(text="ozone", limit=3)


async def test_a_port_where_nobody_listens_is_told(opened, free_port, failure):
    async with opened(searxng={"url": f"http://127.0.0.1:{free_port()}"}) as providers:
        assert "refused the connection" in str(await failure(providers["searxng"], TransientError))


@pytest.mark.parametrize("url", ["http://[", "http://%zz/"])
async def test_an_address_that_is_none_is_told(opened, url, failure):
    async with opened(wikipedia={"base_url": url}) as providers:
        await failure(providers["wikipedia"], (PermanentError, TransientError))


async def test_a_key_that_no_header_can_carry_is_told(opened, failure):
    async with opened(key=f"{KEY}\nX: y") as providers:
        await failure(providers["brave"], PermanentError)


async def test_a_host_that_nobody_knows_is_told(opened, monkeypatch, failure):
    def unknown(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    async with opened(searxng={"url": "http://searx.example"}) as providers:
        assert "host name is not known" in str(await failure(providers["searxng"], PermanentError))


async def test_an_expired_certificate_is_told(opened, tmp_path, failure):
    async with serving(expired(tmp_path)) as server:
        search = {"searxng": {"url": server.address.replace("127.0.0.1", "localhost")}}
        async with opened(fetch={"ca_bundle": str(tmp_path / "cert.pem")}, **search) as providers:
            assert "certificate" in str(await failure(providers["searxng"], PermanentError))


def expired(folder):
    """A certificate of yesterday, which is also its own authority; answers the server's side."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now - timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(built.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_public_addresses_are_asked_by_way_of_the_proxy_and_own_ones_directly(opened, server, store, failure):
    """The server stands in for a proxy as well: what comes by one has a whole address, or is a CONNECT."""
    fetch = {"proxy": server.address}
    async with opened(fetch=fetch, wikipedia={"base_url": "https://{language}.wikipedia.org"}) as providers:
        assert len(await providers["searxng"].search(QUERY)) == 3
        server.always = status(502)
        assert "proxy" in str(await failure(providers["wikipedia"], (PermanentError, TransientError)))
    assert server.asked[0].target.startswith("/search?")
