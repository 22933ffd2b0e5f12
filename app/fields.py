"""Fields that take exactly what they say: no 1 for true, no `1_0` for ten, no text that UTF-8 cannot carry."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

_WHOLE = re.compile(r"-?\d+(\.0+)?", re.ASCII)
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
