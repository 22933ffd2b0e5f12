"""Where the service listens: bound before anything else is opened, so that a taken port costs nothing but a line."""

import os
import socket
from ipaddress import ip_address

from actors.domain.errors import ConfigError, ResearchError
from app.config import AppConfig
from app.middlewares.api_key import known_keys

BACKLOG = 512
STALLED_SECONDS = 60.0
"""How long a client may take nothing of what is sent to it before its connection is dropped."""


def listen(config: AppConfig, *, stalled_seconds: float = STALLED_SECONDS) -> socket.socket:
    """A listening socket; connections wait in its backlog until they are accepted.

    Raises:
        ConfigError: the host cannot be resolved, or is not loopback though there is no key.
        ResearchError: the port is taken or may not be used.
    """
    host, port = config.server.host, config.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        address = str(socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        raise ConfigError(f"server.host: {host!r} is not known as an address or a name") from None
    if not (known_keys(config.auth) or config.auth.allow_open or ip_address(address).is_loopback):
        raise ConfigError(
            f"server.host: without an API key the service listens on loopback only, not on {host}: "
            "set API_KEY or auth.keys (or auth.allow_open, to let everybody in)"
        )
    try:
        bound = socket.create_server((address, port), family=family, backlog=BACKLOG, dualstack_ipv6=address == "::")
    except OSError as error:
        raise ResearchError(
            f"cannot listen on {host} port {port} ({os.strerror(error.errno or 0)}): choose another with --port"
        ) from None
    if option := getattr(socket, "TCP_USER_TIMEOUT", None):
        bound.setsockopt(socket.IPPROTO_TCP, option, int(stalled_seconds * 1_000))
    return bound
