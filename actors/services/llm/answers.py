"""From a server's reply to an answer: nothing is believed of it that was not checked."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, NonNegativeInt, ValidationError

from actors.config import PriceConfig
from actors.services.llm.base import Completion
from actors.services.llm.failures import Reply
from actors.services.llm.prices import estimated_tokens, spending


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: NonNegativeInt
    completion_tokens: NonNegativeInt = 0


class _Answer(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: Any = None


def completion(reply: Reply, request: Mapping[str, Any], price: PriceConfig | None) -> Completion:
    """The answer in a reply to `request`; its text is empty where the model refused or a filter took it.

    Tokens are estimated (`prices.estimated_tokens`) where the server does not count them.

    Raises:
        ValueError: it is no chat completion; the message says what is wrong.
    """
    try:
        answer = _Answer.model_validate_json(reply.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the answer"
        raise ValueError(f"it answers with what is no chat completion ({where}: {first['msg']})") from None
    choice = answer.choices[0]
    text = "" if choice.finish_reason == "content_filter" else choice.message.content or ""
    usage = _counted(answer.usage) or _Usage(
        prompt_tokens=sum(estimated_tokens(message["content"]) for message in request["messages"])
        + estimated_tokens(json.dumps(request.get("response_format", ""))),
        completion_tokens=estimated_tokens(text),
    )
    spent = spending(price, usage.prompt_tokens, usage.completion_tokens)
    return Completion(text=text, finish="length" if choice.finish_reason == "length" else "stop", spent=spent)


def complaint(reply: Reply) -> tuple[str, str]:
    """The code and the words of an error in OpenAI's JSON, or of what other servers make of it; else its text."""
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        return "", "an HTML page" if reply.body.lstrip()[:1] == b"<" else reply.text
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return "", str(error)
    words = error.get("message") or error.get("detail") or error
    marks = (error.get("code"), error.get("type"), error.get("param"))
    return " ".join(str(mark) for mark in marks if mark), str(words)


def _counted(usage: Any) -> _Usage | None:  # noqa: ANN401 - whatever the server sends
    try:
        return _Usage.model_validate(usage)
    except ValidationError:
        return None
