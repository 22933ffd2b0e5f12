"""What a key lets a job use: nobody can ask for more, and who asks for nothing gets no more either."""

from collections.abc import Mapping

from actors.domain.job import Budget
from app.problems import InvalidError


def under(ceiling: Budget, asked: Mapping[str, float | None]) -> Budget:
    """The budget asked for, with the ceiling where nothing was.

    Raises:
        InvalidError: more was asked for; each such field is named as `budget.usd` is.
    """
    most = ceiling.model_dump(exclude_none=True)
    given = {name: value for name, value in asked.items() if value is not None}
    errors = {
        f"budget.{name}": [f"Must be at most {most[name]:,}, which is what this key allows. (given: {value:,})"]
        for name, value in given.items()
        if name in most and value > most[name]
    }
    if errors:
        raise InvalidError(errors)
    return Budget.model_validate(most | given)
