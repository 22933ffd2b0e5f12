"""What the runtime reports of itself, typed: it logs nothing, whoever listens decides what to say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from actors.store.records import Delivery


@dataclass(frozen=True, slots=True)
class StageRetried:
    """A stage failed and will be tried again."""

    delivery: Delivery
    error: BaseException
    delay_seconds: float


@dataclass(frozen=True, slots=True)
class JobFailed:
    """A stage failed for good, and its job with it; `error` is None when the workers died under it."""

    delivery: Delivery
    reason: str
    error: BaseException | None


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """Another worker holds the delivery now, or its job is over: what was done here was not written."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class StoreLost:
    """The store does not answer: this stage takes no work until it does."""

    stage: str
    error: BaseException


@dataclass(frozen=True, slots=True)
class StoreRegained:
    """The store answers this stage again."""

    stage: str


@dataclass(frozen=True, slots=True)
class ChildFailed:
    """A supervised loop raised and starts again after `delay_seconds`."""

    child: str
    error: BaseException
    delay_seconds: float


@dataclass(frozen=True, slots=True)
class Unhealthy:
    """A supervised loop failed too often: everything stops, and the process should end with an error."""

    child: str
    error: BaseException


Notice: TypeAlias = StageRetried | JobFailed | LeaseLost | StoreLost | StoreRegained | ChildFailed | Unhealthy
Listener: TypeAlias = Callable[[Notice], None]
