"""What an operator may set about reading from the web, in one frozen value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How the web is read.

    `proxy` (`http://host:port`) resolves names when set; `ca_bundle` is a PEM file trusted instead of the system's
    certificates. `allow_networks` are CIDR blocks open in spite of being private; `deny_hosts` are names that are
    never read, nor their subdomains. `timeout_seconds` covers one page with its redirects and retries, but not the
    waiting for its host's turn. `max_bytes` holds on the wire and after decompression. At most `per_host` requests
    go to one host at once; a robots.txt may ask for a delay between them, honoured up to `max_delay_seconds`.
    """

    proxy: str = ""
    ca_bundle: str = ""
    allow_networks: tuple[str, ...] = ()
    deny_hosts: tuple[str, ...] = ()
    timeout_seconds: float = 20.0
    max_bytes: int = 5_000_000
    user_agent: str = "ContentResearchPipeline/0.1"
    max_redirects: int = 5
    attempts: int = 3
    per_host: int = 4
    max_delay_seconds: float = 5.0
    robots_seconds: float = 3_600.0
    robots_retry_seconds: float = 300.0

    @property
    def robots_token(self) -> str:
        """The product name that robots.txt files know us by: the user agent up to its version."""
        return self.user_agent.partition("/")[0].partition(" ")[0]
