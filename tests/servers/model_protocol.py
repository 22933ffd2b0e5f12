"""The parts of OpenAI's API that hold no opinion: limits, strict schemas, vectors, streams."""

import base64
import hashlib
import json
import re
import struct
from typing import Any

from aiohttp import web


def prompt_text(body: dict[str, Any]) -> str:
    return "\n".join(str(message.get("content") or "") for message in body["messages"])


def tokens(text: str) -> int:
    return -(-len(text) // 4)


def limit(body: dict[str, Any]) -> int | None:
    return body.get("max_completion_tokens") or body.get("max_tokens")


def wrong_in_strict(schema: Any, where: str, *, keywords: bool) -> str | None:
    """What OpenAI's strict mode refuses in a schema: open objects, optional properties, keywords it does not know."""
    if not isinstance(schema, dict):
        return None
    unknown = {"default", "oneOf", "allOf", "not", "uniqueItems", "prefixItems", "patternProperties", "propertyNames"}
    unknown |= set() if keywords else {"minLength", "maxLength"}
    if found := sorted(unknown & set(schema)):
        return f"In context={where}, '{found[0]}' is not permitted."
    if "$ref" in schema and len(schema) > 1:
        return f"In context={where}, $ref cannot have keywords."
    properties = schema.get("properties", {})
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return f"In context={where}, 'additionalProperties' is required to be supplied and to be false."
    if set(schema.get("required", ())) != set(properties):
        return f"In context={where}, 'required' must include every key in properties."
    parts = [*properties.items(), *schema.get("$defs", {}).items(), ("items", schema.get("items"))]
    parts += [("anyOf", part) for part in schema.get("anyOf", ())]
    found_wrong = (wrong_in_strict(part, f"({name!r})", keywords=keywords) for name, part in parts)
    return next((wrong for wrong in found_wrong if wrong), None)


def vector(text: str, size: int) -> list[float]:
    """Words hashed into a vector of length 1: texts that share words are near."""
    values = [0.0] * size
    for word in re.findall(r"\w+", text.lower()):
        values[int.from_bytes(hashlib.md5(word.encode(), usedforsecurity=False).digest()[:4]) % size] += 1.0
    length = sum(value * value for value in values) ** 0.5 or 1.0
    return [value / length for value in values]


def encoded(values: list[float], body: dict[str, Any]) -> str | list[float]:
    if body.get("encoding_format") != "base64":
        return values
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


async def streamed(request: web.Request, body: dict[str, Any], answer: dict[str, Any]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    choice, usage = answer["choices"][0], answer.pop("usage", None)
    text = choice["message"]["content"]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[start : start + 200]} for start in range(0, len(text), 200)]
    chunk = {**answer, "object": "chat.completion.chunk"}
    chunks = [{**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks.append({**chunk, "choices": [], "usage": usage})
    for part in chunks:
        await response.write(f"data: {json.dumps(part)}\n\n".encode())
    await response.write(b"data: [DONE]\n\n")
    return response
