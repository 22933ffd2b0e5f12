"""The loops of one process, by name, and what they report: what the supervisor keeps running."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Sequence
from functools import partial

from actors.config import RunConfig
from actors.domain.errors import ConfigError, TransientError
from actors.domain.events import EventType
from actors.packing import Recent
from actors.runtime.actor import Actor
from actors.runtime.backoff import RetryPolicy
from actors.runtime.lease import LeaseKeeper
from actors.runtime.notices import (
    ChildFailed,
    JobFailed,
    LeaseLost,
    Listener,
    Notice,
    StageRetried,
    StoreLost,
    StoreRegained,
    Unhealthy,
)
from actors.runtime.pause import pause
from actors.runtime.supervisor import Child
from actors.services.base import Bind
from actors.stages.base import Stage
from actors.store.ports import Events, Mailboxes, Store
from actors.work import StageWork

WAKE_SECONDS = 1.0
"""How often due retries are looked for."""

log = logging.getLogger(__name__)


def chosen(pipeline: Sequence[Stage], names: Sequence[str]) -> tuple[Stage, ...]:
    """The stages of these names, or all.

    Raises:
        ConfigError: there is no stage of that name.
    """
    known = [stage.name for stage in pipeline]
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(f"engine.stages: there is no stage {unknown[0]!r}; allowed: {', '.join(known)}")
    return tuple(stage for stage in pipeline if not names or stage.name in names)


def loops(
    run: RunConfig,
    pipeline: Sequence[Stage],
    store: Store,
    bind: Bind,
    keeper: LeaseKeeper,
) -> dict[str, Child]:
    """An actor for each chosen stage, and what they share."""
    children: dict[str, Child] = {
        "leases": keeper.run,
        "wake": partial(_wake, store.mailboxes),
        "cancellations": partial(_revoke_cancelled, store.events, keeper),
    }
    listener, recent = one_line_an_outage(tell_log), Recent()
    consumer = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
    for stage in chosen(pipeline, run.stages):
        actor = Actor(
            stage.name,
            StageWork(stage, pipeline, store, bind, recent),
            store.mailboxes,
            keeper,
            consumer=consumer,
            listener=listener,
            policy=RetryPolicy(max_attempts=run.max_attempts),
            concurrency=run.concurrency,
            deadline_seconds=run.stage_seconds,
        )
        children[stage.name] = actor.run
    return children


async def _wake(mailboxes: Mailboxes, stop: asyncio.Event) -> None:
    while await pause(stop, WAKE_SECONDS):
        try:
            await mailboxes.wake()
        except TransientError as error:
            log.debug("the store did not answer: %s", error)


async def _revoke_cancelled(events: Events, keeper: LeaseKeeper, stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    try:
        async with events.subscribe(EventType.CANCELLED) as tail:
            while not stop.is_set():
                coming = asyncio.ensure_future(anext(tail))
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if coming.done():
                    keeper.revoke(coming.result().job_id)
                else:
                    coming.cancel()
    finally:
        stopping.cancel()


def one_line_an_outage(listener: Listener) -> Listener:
    """Pass on of an outage, which every stage notices, only the first loss and the last regain."""
    without: set[str] = set()

    def listen(notice: Notice) -> None:
        match notice:
            case StoreLost(stage):
                told = bool(without)
                without.add(stage)
            case StoreRegained(stage):
                without.discard(stage)
                told = bool(without)
            case _:
                told = False
        if not told:
            listener(notice)

    return listen


def tell_log(notice: Notice) -> None:
    """What the runtime reports, in the log's words."""
    match notice:
        case StageRetried(delivery, error, delay):
            log.warning("%s of %s failed, again in %.1f s: %s", delivery.key, delivery.job_id, delay, error)
        case JobFailed(delivery, reason, error):
            log.error("%s of %s failed for good: %s", delivery.key, delivery.job_id, reason, exc_info=error)
        case LeaseLost(delivery):
            log.warning("%s of %s was taken away: nothing of it was written", delivery.key, delivery.job_id)
        case StoreLost(_, error):
            log.warning("work waits for the store: %s", error)
        case StoreRegained():
            log.warning("work goes on: the store answers again")
        case ChildFailed(child, error, delay):
            log.error("%s failed, starts again in %.1f s", child, delay, exc_info=error)
        case Unhealthy(child, error):
            log.critical("%s failed too often: the engine stops", child, exc_info=error)
