import contextlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.domain.errors import SourceError
from actors.services.fetch.addresses import NAT64, is_open
from actors.services.fetch.guard import check_url
from actors.services.fetch.settings import FetchSettings

OPEN = FetchSettings()


def _number(draw: st.DrawFn, value: int) -> str:
    return draw(st.sampled_from(["{}", "0x{:x}", "0X{:08X}", "0{:o}", "000{:o}"])).format(value)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[ipaddress.IPv4Address, str]:
    """An IPv4 address and a host that means it."""
    address = draw(st.ip_addresses(v=4))
    octets, parts = address.packed, draw(st.integers(1, 4))
    leading = [_number(draw, octet) for octet in octets[: parts - 1]]
    host = ".".join([*leading, _number(draw, int.from_bytes(octets[parts - 1 :]))]) + draw(st.sampled_from(["", "."]))
    mapped = [f"[::ffff:{address}]", f"[::FFFF:{octets[:2].hex()}:{octets[2:].hex()}]", f"[64:ff9b::{address}]"]
    return address, draw(st.sampled_from([host, host, *mapped]))


@given(spellings())
def test_every_spelling_of_an_address_is_judged_as_the_address(spelled: tuple[ipaddress.IPv4Address, str]) -> None:
    address, host = spelled
    if is_open(address, ()):
        checked = check_url(f"http://{host}/", OPEN)
        assert host.startswith("[") or checked == f"http://{address}/"
    else:
        with pytest.raises(SourceError, match="private"):
            check_url(f"http://{host}/", OPEN)


@given(st.ip_addresses())
def test_an_open_address_is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if is_open(address, ()):
        assert address.is_global or address in NAT64
        assert not address.is_multicast
        assert not address.is_link_local


@given(st.from_regex(r"https?://[\[\]0-9a-fxX:.%@v/]{1,24}/?", fullmatch=True))
def test_any_address_of_figures_is_refused_or_stable(url: str) -> None:
    with contextlib.suppress(SourceError):
        checked = check_url(url, OPEN)
        assert check_url(checked, OPEN) == checked
