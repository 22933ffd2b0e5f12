"""The JSON schema that a model's answer is bound to: every object closed, every property required, no references."""

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, cast

from pydantic import BaseModel

Schema = Mapping[str, Any]

TEXT_LIMITS = frozenset(("minLength", "maxLength", "pattern", "format"))
NUMBER_LIMITS = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
LIMITS = TEXT_LIMITS | NUMBER_LIMITS | {"minItems", "maxItems"}
KEPT = LIMITS | {"type", "description", "enum"}
FORMATS = frozenset(("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"))


def strict_schema(kind: type[BaseModel]) -> Schema:
    """The schema of `kind` as OpenAI's strict mode takes it and small servers understand it; made once, for all.

    Limits of length and number are kept: without them a small model may fill its whole answer with one string.

    Raises:
        TypeError: `kind` holds what no strict schema can say: itself, a dict, or a tuple of mixed types.
    """
    return _made(cast(Hashable, kind))


@cache
def _made(kind: Any) -> Schema:  # noqa: ANN401 - a kind of record
    schema = kind.model_json_schema()
    return _strict(schema, schema.get("$defs", {}), ())


def unlimited(schema: Schema) -> dict[str, Any]:
    """The same schema for models that refuse limits, such as those fine-tuned at OpenAI."""
    changed: dict[str, Any] = {key: value for key, value in schema.items() if key not in LIMITS}
    if "properties" in schema:
        changed["properties"] = {name: unlimited(part) for name, part in schema["properties"].items()}
    if "items" in schema:
        changed["items"] = unlimited(schema["items"])
    if "anyOf" in schema:
        changed["anyOf"] = [unlimited(part) for part in schema["anyOf"]]
    return changed


def _strict(part: Schema, defs: Schema, inside: tuple[str, ...]) -> dict[str, Any]:
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        if name in inside:
            raise TypeError(f"{name} holds itself, which a strict schema cannot say")
        beside = {key: value for key, value in part.items() if key != "$ref"}
        return _strict({**defs[name], **beside}, defs, (*inside, name))
    made = {key: value for key, value in part.items() if key in KEPT and _understood(key, value)}
    if "const" in part:
        made["enum"] = [part["const"]]
    if "anyOf" in part or "oneOf" in part:
        made["anyOf"] = [_strict(option, defs, inside) for option in (*part.get("anyOf", ()), *part.get("oneOf", ()))]
    if part.get("type") == "array":
        if "items" not in part:
            raise TypeError("an array must say of what its items are: a strict schema has no mixed tuples")
        made["items"] = _strict(part["items"], defs, inside)
    if part.get("type") == "object":
        made |= _closed(part, defs, inside)
    return made


def _closed(part: Schema, defs: Schema, inside: tuple[str, ...]) -> dict[str, Any]:
    if "properties" not in part:
        raise TypeError("an object must name its properties: a strict schema has no open dicts")
    properties = {name: _strict(value, defs, inside) for name, value in part["properties"].items()}
    return {"properties": properties, "required": list(properties), "additionalProperties": False}


def _understood(key: str, value: Any) -> bool:  # noqa: ANN401 - a JSON value
    if key == "pattern":
        return str(value).startswith("^") and str(value).endswith("$") and "(?" not in value
    return key != "format" or value in FORMATS
