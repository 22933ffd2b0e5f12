"""Fields that take exactly what they say: no 1 for true, no `1_0` for ten, no text that UTF-8 cannot carry."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

_WHOLE = re.compile(r"-?\d+(\.0+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DECIMAL = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)

WHITE_SPACE = "".join(each for each in map(chr, range(0x3001)) if each.isspace() and not "\x1c" <= each <= "\x1f")
"""What Unicode counts as white space, and pydantic strips; Python adds four control characters."""


class Text(fields.String):
    """A string without white space around it; its validators see what is left."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: object) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValidationError("Must be text that UTF-8 can carry.")
        return text.strip(WHITE_SPACE)


class Flag(fields.Boolean):
    """true or false."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: object) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


class Whole(fields.Integer):
    """An integer of a JSON body, however it is written: `5.0` is one in JSON, `"5"` and true are none."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: object) -> int:
        if isinstance(value, str) or (isinstance(value, float) and not value.is_integer()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


class Count(fields.Integer):
    """An integer of a query string, in plain digits."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: object) -> int:
        if not _WHOLE.fullmatch(str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(str(value).partition(".")[0], attr, data, **more)


class Figure(fields.Float):
    """A number of a query string, as JSON would write it."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: object) -> float:
        if not _DECIMAL.fullmatch(str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


class Amount(fields.Float):
    """A number of a JSON body: `"5"` and true are none."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: object) -> float:
        if isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **more)


class Day(fields.Date):
    """A day as `2026-01-31`."""

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: object) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValidationError("Must be a day such as 2026-01-31.")
        return super()._deserialize(value, attr, data, **more)


class Domain(Text):
    """A host name, in lower case; what is more than that, or less, is told what is missing or too much."""

    def __init__(self, *, pattern: str, longest: int) -> None:
        super().__init__(validate=validate.Length(max=longest), metadata={"pattern": pattern})
        self._fit = re.compile(pattern)

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **more: object) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if not self._fit.fullmatch(text):
            raise ValidationError(f"Must be {domain_advice(text)}.")
        return text.lower()


def domain_advice(given: str) -> str:
    """What to write in place of this, which is no domain."""
    if "*" in given:
        return "a domain without a wildcard, such as example.org, which stands for its subdomains too"
    if "/" in given or ":" in given:
        return "a domain alone, such as example.org, without the rest of an address"
    return "a domain such as example.org, in ASCII letters (xn--… for others)"
