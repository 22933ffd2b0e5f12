"""Looking at what there is: how this process and what it stands on are, and which passages say the same."""

import time
from collections.abc import Sequence

from actors.domain.documents import Match
from actors.domain.errors import TransientError
from actors.domain.health import ActorsHealth, Condition, Health, StoreHealth
from actors.services.vectors.base import VectorStore
from actors.store.ports import Store


async def look(store: Store, vectors: VectorStore, actors: ActorsHealth, degraded: Sequence[str]) -> Health:
    """The health of all; never raises."""
    began = time.perf_counter()
    problems = list(degraded)
    latency: float | None = None
    try:
        await store.ping()
        latency = round((time.perf_counter() - began) * 1_000, 2)
    except TransientError as error:
        problems.append(str(error))
    try:
        kept = await vectors.ping()
    except TransientError as error:
        kept = "none"
        problems.append(str(error))
    if actors.failed:
        problems.append(f"failed too often: {', '.join(actors.failed)}")
    condition = Condition.DEGRADED if problems else Condition.HEALTHY
    return Health(
        status=Condition.UNHEALTHY if actors.failed or latency is None else condition,
        store=StoreHealth(tier=store.tier, latency_ms=latency),
        vectors=kept,
        actors=actors,
        problems=tuple(problems),
    )


def distinct(matches: Sequence[Match]) -> list[Match]:
    """The first of those that are the same place of the same text."""
    kept: dict[tuple[str, int, str], Match] = {}
    for match in matches:
        kept.setdefault((match.sha256, match.start, match.text), match)
    return list(kept.values())
