"""How a process is: what /health shows, with nothing secret in it."""

from enum import StrEnum

from actors.domain.job import Record


class Condition(StrEnum):
    """`degraded` works with less than was asked for; `unhealthy` should be restarted or left alone."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class StoreHealth(Record):
    """`tier` is memory, embedded or redis; without an answer `latency_ms` is None."""

    tier: str
    latency_ms: float | None


class ActorsHealth(Record):
    """The stages this process works on, and how many jobs it holds right now."""

    stages: tuple[str, ...]
    busy: int
    failed: tuple[str, ...] = ()


class Health(Record):
    """`problems` says why the condition is not healthy. `vectors` is where passages are kept: local, server, none."""

    status: Condition
    store: StoreHealth
    vectors: str
    actors: ActorsHealth
    problems: tuple[str, ...] = ()
