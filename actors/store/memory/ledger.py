"""Answers already paid for, kept with their job and gone with it."""

from dataclasses import dataclass

from actors.store.memory.state import State


@dataclass(frozen=True, slots=True)
class MemoryLedger:
    """`ports.Ledger` over the shared state."""

    state: State

    async def get(self, job_id: str, request: str) -> bytes | None:
        """See `ports.Ledger`."""
        row = self.state.rows.get(job_id)
        return row.ledger.get(request) if row else None

    async def put(self, job_id: str, request: str, answer: bytes) -> bytes:
        """See `ports.Ledger`."""
        return self.state.row(job_id).ledger.setdefault(request, answer)
