"""Answers already paid for, kept with their job and gone with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from actors.domain.job import Budget, Spending
from actors.store.memory.state import State

Some = TypeVar("Some", bound=Spending)

ROUNDING_USD = 1e-9


@dataclass(frozen=True, slots=True)
class MemoryLedger:
    """`ports.Ledger` over the shared state."""

    state: State

    async def get(self, job_id: str, request: str) -> bytes | None:
        """See `ports.Ledger`."""
        row = self.state.rows.get(job_id)
        return row.ledger.get(request) if row else None

    async def hold(self, job_id: str, request: str, most: Spending, budget: Budget) -> bool:
        """See `ports.Ledger`; a job that is over has room for nothing."""
        row = self.state.row(job_id)
        held = [spending for holds in row.held.values() for spending in holds]
        if row.job.status.terminal or not _fits((row.job.usage, *held, most), budget):
            return False
        row.held.setdefault(request, []).append(most)
        return True

    async def put(self, job_id: str, request: str, answer: bytes, *, stage: str, spent: Spending) -> bytes:
        """See `ports.Ledger`."""
        row = self.state.row(job_id)
        usage = row.job.usage
        if spent != Spending():
            stages = usage.stages | {stage: _more(usage.stages.get(stage, Spending()), spent)}
            row.job = row.job.model_copy(update={"usage": _more(usage, spent).model_copy(update={"stages": stages})})
        await self.let_go(job_id, request)
        if row.job.status.terminal:
            return row.ledger.get(request, answer)
        return row.ledger.setdefault(request, answer)

    async def let_go(self, job_id: str, request: str) -> None:
        """See `ports.Ledger`: the newest hold goes, those before it are of callers that died, or have yet to come."""
        row = self.state.rows.get(job_id)
        if row and (holds := row.held.get(request)):
            holds.pop()


def _fits(all_of: Iterable[Spending], budget: Budget) -> bool:
    listed = list(all_of)
    usd, tokens = sum(spending.usd for spending in listed), sum(spending.tokens for spending in listed)
    fits = budget.usd is None or usd <= budget.usd + ROUNDING_USD
    return fits and (budget.tokens is None or tokens <= budget.tokens)


def _more(so_far: Some, spent: Spending) -> Some:
    sums = {name: getattr(so_far, name) + getattr(spent, name) for name in Spending.model_fields}
    return so_far.model_copy(update=sums)
