"""Calls already made for a job, in a hash beside it that ends with its artefacts; what they cost is in its own hash."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from redis.exceptions import ResponseError

from actors.domain.errors import JobDamagedError, JobNotFoundError
from actors.domain.job import Budget, Spending
from actors.store.redis import rows
from actors.store.redis.scripts import Scripts


@dataclass(frozen=True, slots=True)
class RedisLedger:
    """`ports.Ledger` on a server.

    Each verb raises `JobDamagedError` when the job's keys were changed by hand into what it cannot work with.
    """

    scripts: Scripts

    async def get(self, job_id: str, request: str) -> bytes | None:
        """See `ports.Ledger`."""
        with _damage_told():
            key = self.scripts.key("job", job_id, "ledger")
            answer: bytes | None = await self.scripts.pipe.ask("HGET", key, request)
        return answer

    async def hold(self, job_id: str, request: str, most: Spending, budget: Budget) -> bool:
        """See `ports.Ledger`."""
        usd, tokens = (repr(budget.usd) if budget.usd is not None else ""), _text(budget.tokens)
        with _damage_told():
            held = await self.scripts.run("hold", job_id, request, repr(most.usd), most.tokens, usd, tokens)
        if held is None:
            raise JobNotFoundError(f"there is no job {job_id}")
        return bool(held)

    async def put(self, job_id: str, request: str, answer: bytes, *, stage: str, spent: Spending) -> bytes:
        """See `ports.Ledger`."""
        counted = (spent.model_calls, spent.searches, spent.input_tokens, spent.output_tokens, repr(spent.usd))
        with _damage_told():
            recorded: bytes | None = await self.scripts.run("record", job_id, request, answer, stage, *counted)
        if recorded is None:
            raise JobNotFoundError(f"there is no job {job_id}")
        return recorded

    async def let_go(self, job_id: str, request: str) -> None:
        """See `ports.Ledger`."""
        with _damage_told():
            await self.scripts.run("let_go", job_id, request)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except ResponseError as error:
        raise JobDamagedError(f"{rows.DAMAGED}: {error}") from error
