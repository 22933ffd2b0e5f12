import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.domain.errors import SourceError
from actors.services.fetch.guard import check_url
from actors.services.fetch.settings import FetchSettings

OPEN = FetchSettings()
PROXIED = FetchSettings(proxy="http://proxy:3128")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1./",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0xA9FEA9FE/",
        "http://100.64.0.1/",
        "http://192.0.2.1/",
        "http://192.88.99.1/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[::1]/",
        "http://[::127.0.0.1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a00:1]/",
        "http://[0:0:0:0:0:ffff:169.254.169.254]/",
        "http://[::ffff:0:7f00:1]/",
        "http://[64:ff9b::169.254.169.254]/",
        "http://[2606:4700::5efe:10.0.0.1]/",
        "http://[2606:4700::200:5efe:7f00:1]/",
        "http://192.0.0.192/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://127.0.0.1。/",
        "http://@127.0.0.1/",
        "http://127.0.0.1:8080/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::808:808]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:1::1]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[fd00:ec2::254]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[2001:db8::1]/",
        "http://[3fff::1]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://①②⑦.⓪.⓪.①/",
    ],
)
@pytest.mark.parametrize("settings", [OPEN, PROXIED])
def test_a_private_address_is_refused_in_every_spelling(url: str, settings: FetchSettings) -> None:
    with pytest.raises(SourceError, match="private"):
        check_url(url, settings)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "only http and https"),
        ("example.org", "only http and https"),
        ("//example.org/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("ftp://example.org/", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("http:///path", "names no host"),
        ("http://user@example.org/", "user name or password"),
        ("http://user:secret@example.org/", "user name or password"),
        ("http://example.org:22/", "port 22"),
        ("http://example.org:0/", "port 0"),
        ("http://example.org:99999/", "not a valid URL"),
        ("http://[::1", "not a valid URL"),
        ("http://[fe80::1%25eth0]/", "not a valid URL"),
        ("http://[fe80::1%eth0]/", "not a valid URL"),
        ("http://[2606:4700::1%25]/", "not a valid URL"),
        ("http://[v1.fe80::a]/", "not a valid URL"),
        ("http://[]@", "not a valid URL"),
        ("http://[::ffff:127.1]/", "not a valid URL"),
        ("http://example.org%00.127.0.0.1/", "not a valid URL"),
        ("http://127.0.0.1../", "not a valid URL"),
        ("http:/127.0.0.1/", "names no host"),
        ("http://example.org@127.0.0.1/", "user name or password"),
        ("http://127.0.0.1:80@example.org/", "user name or password"),
        ("http://%31%32%37.0.0.1/", "not a valid URL"),
        ("http://1.2.3.4.5/", "not a valid URL"),
        ("http://1.2.3.256/", "not a valid URL"),
        ("http://09.1.1.1/", "not a valid URL"),
        ("http://exa mple.org/", "not a valid URL"),
        ("http://example.org\\@127.0.0.1/", "not a valid URL"),
        ("http://a..b/", "not a valid URL"),
        ("http://exam\nple.org/", "not a valid URL"),
        ("http://example.org/" + "a" * 9000, "too long"),
    ],
)
def test_an_address_that_is_no_web_page_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        check_url(url, OPEN)


@pytest.mark.parametrize(
    ("url", "normalised"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org./a#part", "https://example.org/a"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://010.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("http://[64:ff9b::808:808]/", "http://[64:ff9b::808:808]/"),
        ("https://example.org:8443/a?b=c&d", "https://example.org:8443/a?b=c&d"),
        ("https://example.org/C%2B%2B", "https://example.org/C%2B%2B"),
        (" https://example.org/a b ", "https://example.org/a%20b"),
    ],
)
def test_a_public_address_comes_back_normalised(url: str, normalised: str) -> None:
    assert check_url(url, OPEN).rstrip("/") == normalised.rstrip("/")


@pytest.mark.parametrize(
    "name",
    [
        "127.0.0.1.nip.io",
        "localtest.me",
        "metadata",
        "intranet",
        "db.internal",
        "printer.local",
        "metadata.google.internal",
        "nas.home.arpa",
    ],
)
def test_behind_a_proxy_a_private_name_is_refused_unresolved(name: str) -> None:
    assert check_url(f"http://{name}/", OPEN)
    with pytest.raises(SourceError, match="private name"):
        check_url(f"http://{name}/", PROXIED)


def test_a_denied_host_is_refused_with_its_subdomains_but_not_its_namesakes() -> None:
    settings = FetchSettings(deny_hosts=("Evil.org", "8.8.8.8"))
    for url in ("http://evil.org/", "http://www.EVIL.org./", "http://8.8.8.8/", "http://0x08080808/"):
        with pytest.raises(SourceError, match="not read"):
            check_url(url, settings)
    assert check_url("http://notevil.org/", settings)


@pytest.mark.parametrize(
    ("denied", "url"),
    [
        ("bücher.example", "http://www.xn--bcher-kva.example/"),
        ("XN--BCHER-KVA.example.", "http://bücher.example/"),
        ("*.evil.org", "http://a.evil.org/"),
        (".evil.org", "http://evil.org/"),
        ("https://evil.org/path", "http://evil.org:8080/"),
        ("0x08080808", "http://8.8.8.8/"),
        ("[2606:4700::1111]", "http://[2606:4700:0:0::1111]/"),
        ("2606:4700::1111", "http://[2606:4700::1111]/"),
    ],
)
def test_a_host_is_denied_however_it_is_spelled(denied: str, url: str) -> None:
    with pytest.raises(SourceError, match="list of hosts that are not read"):
        check_url(url, FetchSettings(deny_hosts=(denied,)))
    assert check_url("http://example.org/", FetchSettings(deny_hosts=(denied,)))


def test_an_allowed_network_is_open_also_when_mapped_into_ipv6() -> None:
    settings = FetchSettings(allow_networks=("127.0.0.0/8", "fd00::/8"))
    for url in ("http://127.0.0.1:8080/", "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://[fd00::1]/"):
        assert check_url(url, settings)
    with pytest.raises(SourceError):
        check_url("http://10.0.0.1/", settings)


@given(st.text())
def test_any_text_is_either_refused_or_a_stable_address(text: str) -> None:
    try:
        checked = check_url(text, OPEN)
    except SourceError:
        return
    assert check_url(checked, OPEN) == checked
