"""The JSON in a model's answer, found and mended where it can be without asking again: nothing is made up."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from actors.services.llm.schemas import Schema

Kind = TypeVar("Kind", bound=BaseModel)

MAX_CHARACTERS = 200_000
MAX_STARTS = 10
MAX_CLOSINGS = 20
THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)


def mended(text: str, kind: type[Kind], schema: Schema) -> Kind:
    """The first JSON value in `text` that is a `kind`, as `schema` has it.

    Fences and prose around it are passed over, properties that nobody asked for left out, lists cut to their
    longest; what was cut off ends with its last whole item.

    Raises:
        ValueError: there is none; the message says what is wrong with the first.
    """
    complaint = ""
    for value in _values(THOUGHT.sub("", text[:MAX_CHARACTERS])):
        try:
            return kind.model_validate(_fitted(value, schema))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            complaint = complaint or f"{'.'.join(map(str, first['loc'])) or 'the value'}: {first['msg']}"
    raise ValueError(complaint or "there is no JSON object in it")


def _values(text: str) -> Iterator[Any]:
    start = text.find("{")
    for _ in range(MAX_STARTS):
        if start < 0:
            break
        value, end = _decoded(text, start)
        if end:
            yield value
        start = text.find("{", end or start + 1)
    if (start := text.find("{")) >= 0:
        for closed in _closings(text[start:]):
            value, end = _decoded(closed, 0)
            if end:
                yield value


def _decoded(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at `start` and its end; an end of 0 where there is none."""
    decoder = json.JSONDecoder(strict=False, parse_constant=_refuse, parse_float=_finite)
    try:
        return decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, 0


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _closings(text: str) -> list[str]:
    """The text cut after a whole item of an array and closed there; the longest first."""
    cuts: list[tuple[int, str]] = []
    open_ones: list[str] = []
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|"|[][{},]', text, re.DOTALL):
        mark = found.group()
        if mark == '"':
            break  # a string without an end
        if mark in "{[":
            open_ones.append("}" if mark == "{" else "]")
            continue
        if mark in "}]" and (not open_ones or open_ones.pop() != mark):
            break
        if open_ones and open_ones[-1] == "]":
            end = found.start() if mark == "," else found.end()
            cuts.append((end, "".join(reversed(open_ones))))
    return [text[:end] + closers for end, closers in cuts[: -MAX_CLOSINGS - 1 : -1]]


def _fitted(value: Any, schema: Schema) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict) and "properties" in schema:
        return {key: _fitted(value[key], part) for key, part in schema["properties"].items() if key in value}
    if isinstance(value, list) and "items" in schema:
        return [_fitted(item, schema["items"]) for item in value[: schema.get("maxItems")]]
    return value
