"""What a model promises: one answer to one prompt, in the JSON that was asked for, and what it has cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from actors.domain.job import Record, Spending


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request. `schema` is the strict JSON schema of the answer, `name` what it is called (letters and `_`).

    `user` holds the task and its sources, which are data and never instructions. An answer takes at most
    `max_tokens`.
    """

    name: str
    system: str
    user: str
    schema: Mapping[str, Any]
    max_tokens: int


class Completion(Record):
    """A model's answer as it came: `text` may be no JSON at all, or cut off where `finish` is `length`.

    `spent` is by the server's own count of tokens and the price table.
    """

    text: str
    finish: Literal["stop", "length"]
    spent: Spending


class Model(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """What the server calls it."""
        ...

    @property
    def priced(self) -> bool:
        """Whether its price is known, so that a budget in dollars can be kept."""
        ...

    @property
    def context_tokens(self) -> int:
        """What one call may hold, the answer included."""
        ...

    def most(self, prompt: Prompt) -> Spending:
        """What this call can cost at most; a token is at least a byte."""
        ...

    async def complete(self, prompt: Prompt, *, seconds: float | None = None) -> Completion:
        """The answer, after as many tries as make sense; `seconds` bounds them all below the configured time.

        Raises:
            UnknownOutcomeError: no answer, but the call may have been carried out and paid.
            TransientError: no answer for now, and nothing was paid.
            PermanentError: there never will be one with these settings, or for this prompt.
        """
        ...
