"""What a request would do and cost at most, told before any of it is done."""

from actors.domain.job import Record, Spending


class PlanEstimate(Record):
    """A research that was planned and nothing more.

    `questions` would be searched for first, on `providers`; `by_model` tells whether a model has made them. At most
    `pages` pages would be read, in `rounds` rounds. `most` is the most that all of it can cost, `spent` what the plan
    itself has cost; both count `usd` only where a price is known.
    """

    questions: tuple[str, ...]
    by_model: bool
    providers: tuple[str, ...]
    pages: int
    rounds: int
    model: str | None
    most: Spending
    spent: Spending
    warnings: tuple[str, ...]
