"""What the settings of a server of yours mean for its jobs, said once at the start, which it never prevents."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from redis.exceptions import RedisError

EVICTS = (
    "its maxmemory-policy is {policy}: when its memory is full it throws keys away, and jobs are lost; "
    "set maxmemory-policy noeviction"
)
KEEPS_NOTHING = "it writes nothing to its disk: when it restarts, all jobs are lost; set appendonly yes"
KEEPS_SNAPSHOTS = (
    "it has no append-only file: when it restarts, what came after its last snapshot is lost; set appendonly yes"
)

Advice = tuple[int, str]
"""A level of `logging`, and a sentence."""


async def advice(client: Any) -> list[Advice]:  # noqa: ANN401 (redis-py's types are unions over text and bytes)
    """What should be set otherwise on the server; nothing where it may not be asked.

    INFO tells of eviction and of the append-only file even where a managed server forbids CONFIG.
    """
    try:
        told = {**await client.info("memory"), **await client.info("persistence")}
        return list(judge(told, saves=await _saves(client)))
    except (RedisError, OSError, TimeoutError):
        return []


def judge(told: Mapping[str, Any], *, saves: bool | None) -> Iterator[Advice]:
    """What INFO means; `saves` is whether there are snapshots, None where that is not known."""
    policy = told.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield logging.WARNING, EVICTS.format(policy=policy)
    if told.get("aof_enabled", 1) == 0:
        yield (logging.WARNING, KEEPS_NOTHING) if saves is False else (logging.INFO, KEEPS_SNAPSHOTS)


async def _saves(client: Any) -> bool | None:  # noqa: ANN401 (idem)
    try:
        return bool((await client.config_get("save"))["save"])
    except (RedisError, KeyError):
        return None
