"""One question to the model, paid once: recorded in the job's ledger, kept within its budget, told as a cost."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar

from actors.domain.errors import (
    BudgetError,
    ModelError,
    PermanentError,
    StoreUnavailableError,
    TransientError,
    UnknownOutcomeError,
)
from actors.domain.events import EventType, Note
from actors.domain.job import Record, StopReason
from actors.services.base import Services
from actors.services.llm.base import Completion, Model, Prompt
from actors.services.llm.repair import mended
from actors.services.llm.schemas import strict_schema

Answer = TypeVar("Answer", bound=Record)

SHOWN_CHARACTERS = 400


async def ask(
    services: Services, *, stage: str, name: str, system: str, user: str, kind: type[Answer], max_tokens: int
) -> Answer:
    """The model's answer as a `kind`, whose JSON schema it is bound to; invalid or cut JSON is repaired once.

    `name` tells the kind of question (letters and `_`). Each recorded call is told as a `cost` event of `stage`. A call
    that may have been paid without an answer is made once more.

    Raises:
        ModelError: there is no model, no answer, or none that can be used; the message says why.
        BudgetError: the job's budget of dollars, tokens or seconds does not allow it.
    """
    if (model := services.model) is None:
        raise ModelError("there is no model: llm.model is empty")
    prompt = Prompt(name, system, user, strict_schema(kind), max_tokens)
    first = await _insisted(services, model, stage, prompt)
    try:
        return mended(_said(first, model, prompt), kind, prompt.schema)
    except ValueError as error:
        wrong = str(error)
    again = replace(prompt, user=user + _complaint(first, wrong))
    second = await _insisted(services, model, stage, again)
    try:
        return mended(_said(second, model, again), kind, prompt.schema)
    except ValueError as error:
        raise ModelError(f"model {model.name}: no usable answer to {name!r}, asked twice ({error})") from None


def _said(completion: Completion, model: Model, prompt: Prompt) -> str:
    """What the model said, which may be no JSON; when it said nothing, asking again would not help."""
    if not completion.text.strip():
        why = f"none within {prompt.max_tokens} tokens" if completion.finish == "length" else "refused, or filtered"
        raise ModelError(f"model {model.name}: an empty answer to {prompt.name!r} ({why})")
    return completion.text


def _complaint(completion: Completion, wrong: str) -> str:
    if completion.finish == "length":
        return "\n\nYour last answer was too long and was cut off. Answer again with fewer and shorter items."
    begun = completion.text[:SHOWN_CHARACTERS]
    return f"\n\nYour last answer could not be used ({wrong}). It began:\n{begun}\nAnswer again, as the schema says."


async def _insisted(services: Services, model: Model, stage: str, prompt: Prompt) -> Completion:
    """The answer; a call whose outcome is unknown is made once more, and its hold stays, as both may be paid."""
    try:
        return await _paid(services, model, stage, prompt)
    except ModelError as error:
        if not isinstance(error.__cause__, UnknownOutcomeError):
            raise
        first = error
    try:
        return await _paid(services, model, stage, prompt)
    except ModelError as error:
        raise first from error


async def _paid(services: Services, model: Model, stage: str, prompt: Prompt) -> Completion:
    """The answer from the job's ledger, or from the model, and then recorded there."""

    async def call() -> Completion:
        left = services.time_left()
        if left is not None and left <= 0:
            raise _late()
        try:
            return await model.complete(prompt, seconds=left)
        except StoreUnavailableError:
            raise
        except (TransientError, PermanentError) as error:
            if services.time_left() == 0:
                raise _late() from error
            raise ModelError(str(error)) from error

    request = json.dumps([model.name, prompt.system, prompt.user, prompt.schema, prompt.max_tokens])
    completion = await services.recall(
        request, call, Completion, most=model.most(prompt), spent=lambda answer: answer.spent
    )
    spent = completion.spent
    cost = {
        "model": model.name,
        "name": prompt.name,
        "input_tokens": spent.input_tokens,
        "output_tokens": spent.output_tokens,
        "usd": spent.usd,
    }
    once = f"cost:{sha256(request.encode()).hexdigest()[:32]}"
    await services.tell(Note(EventType.COST, stage, cost, once=once))
    return completion


def _late() -> BudgetError:
    return BudgetError("the job's budget of seconds is used up", reason=StopReason.DEADLINE)
