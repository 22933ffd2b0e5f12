"""How a schema says what a field is for and what it allows, in the same words everywhere."""

from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

EXAMPLE_ID = "019a2b7c-4d5e-7f60-8a1b-2c3d4e5f6071"
SEQ_MAX = 2**53 - 1
"""The largest integer that every JSON reader keeps exact."""

_NOW = "2026-03-04T10:00:05+00:00"


class Closed(Schema):
    """Refuses fields it does not know."""

    class Meta:
        """Said, not left to the default, so that the document says it too."""

        unknown = RAISE


def said(description: str, *examples: object, **more: object) -> dict[str, Any]:
    """What the document says of a field."""
    return {"description": description, "examples": list(examples), **more}


def between(low: float, high: float, *, above: bool = False) -> validate.Range:
    """From `low`, which is itself refused when it has to be `above`, to `high`."""
    told = f"Must be above {low:,} and at most {high:,}." if above else f"Must be from {low:,} to {high:,}."
    return validate.Range(low, high, min_inclusive=not above, error=told)


def one_of(choices: type[StrEnum]) -> validate.OneOf:
    """One of the values of an enumeration."""
    return validate.OneOf([each.value for each in choices], error="Must be one of: {choices}.")


def string(
    description: str, example: str | None, *, nullable: bool = False, choices: type[StrEnum] | None = None
) -> fields.String:
    """A text that is always in the answer."""
    check = one_of(choices) if choices else None
    return fields.String(required=True, allow_none=nullable, validate=check, metadata=said(description, example))


def moment(description: str, *, nullable: bool = False) -> fields.String:
    """A time that is always in the answer: ISO 8601 in UTC."""
    return fields.String(required=True, allow_none=nullable, metadata=said(description, _NOW, format="date-time"))


def count(description: str, example: int) -> fields.Integer:
    """A number of things that is always in the answer."""
    return fields.Integer(required=True, validate=validate.Range(min=0), metadata=said(description, example))
