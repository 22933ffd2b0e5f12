"""Which IP addresses belong to the public internet, in whatever spelling or tunnel they come."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
ISATAP_IDENTIFIERS = (0x00005EFE, 0x02005EFE)
"""What stands before the IPv4 address at the end of an address of that tunnel, RFC 5214 6.1."""

REFUSED_NETWORKS = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments, where some clouds keep their metadata, RFC 6890
    IPv4Network("168.63.129.16/32"),  # the metadata of another cloud, in spite of being public
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, RFC 7526
    IPv6Network("2001::/23"),  # protocol assignments with Teredo, RFC 4380
    IPv6Network("2002::/16"),  # 6to4, RFC 3056
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
IPV4_BITS = 32
IPV4_PARTS = 4
OCTET_MAX = 255
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def parse_ipv4(host: str) -> IPv4Address | None:
    """The address that `inet_aton` reads in `host`: one to four decimal, octal or hexadecimal parts.

    None when `host` is a name. Source: the URL standard, "IPv4 parser".

    Raises:
        ValueError: the last part is a number, so it can be no name, but the whole is no address either.
    """
    parts = host.split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None
    if len(parts) > IPV4_PARTS or not all(_NUMBER.fullmatch(part) for part in parts):
        raise ValueError(f"{host} is not an IPv4 address")
    *leading, last = map(_number, parts)
    if any(number > OCTET_MAX for number in leading) or last >= 1 << (IPV4_BITS - 8 * len(leading)):
        raise ValueError(f"{host} is not an IPv4 address")
    value = last + sum(number << (24 - 8 * place) for place, number in enumerate(leading))
    return IPv4Address(value)


def _number(part: str) -> int:
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    if len(part) > 1 and part.startswith("0"):
        return int(part, 8)
    return int(part)


def is_open(address: Address, allow_networks: Sequence[str]) -> bool:
    """Whether `address` may be connected to: it is public, or lies in one of the `allow_networks` (CIDR)."""
    address = _carried(address)
    allowed = (ip_network(network, strict=False) for network in allow_networks)
    return any(address in network for network in allowed) or _is_public(address)


def _carried(address: Address) -> Address:
    """The IPv4 address that an IPv4-mapped, NAT64 or ISATAP address stands for."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    carries = address in NAT64 or (int(address) >> IPV4_BITS) & 0xFFFFFFFF in ISATAP_IDENTIFIERS
    return IPv4Address(int(address) & 0xFFFFFFFF) if carries else address


def _is_public(address: Address) -> bool:
    if any(address in network for network in REFUSED_NETWORKS):
        return False
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
