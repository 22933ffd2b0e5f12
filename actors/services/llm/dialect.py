"""How a server wants to be asked, found out from what it refuses: strict JSON schema first, then ever less."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from actors.services.llm.base import Prompt
from actors.services.llm.schemas import unlimited

Form = Literal["strict", "unlimited", "object", "text"]

SIMPLER: dict[Form, Form] = {"strict": "unlimited", "unlimited": "object", "object": "text"}
ABOUT_FORM = re.compile(
    r"response_format|json_schema|json_object|schema|grammar|structured output|guided", re.IGNORECASE
)
IN_WORDS = "\n\nAnswer with one JSON object and nothing else. It must fit this JSON schema:\n"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one server takes: `form` of the answer, the name of its `limit`, whether a temperature may be set."""

    form: Form = "strict"
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True

    def request(self, model: str, prompt: Prompt) -> dict[str, Any]:
        """The body of a chat completion."""
        told = IN_WORDS + json.dumps(prompt.schema) if self.form in ("object", "text") else ""
        messages = [
            {"role": "system", "content": _sendable(prompt.system + told)},
            {"role": "user", "content": _sendable(prompt.user)},
        ]
        asked: dict[str, Any] = {"model": model, "messages": messages, self.limit: prompt.max_tokens}
        if self.temperature:
            asked["temperature"] = 0
        if (form := self._response_format(prompt)) is not None:
            asked["response_format"] = form
        return asked

    def _response_format(self, prompt: Prompt) -> dict[str, Any] | None:
        if self.form == "text":
            return None
        if self.form == "object":
            return {"type": "json_object"}
        schema = dict(prompt.schema) if self.form == "strict" else unlimited(prompt.schema)
        return {"type": "json_schema", "json_schema": {"name": prompt.name, "strict": True, "schema": schema}}

    def without(self, complaint: str) -> "Dialect | None":
        """What to try next when a request was refused with this complaint; None where it is about something else."""
        if "max_completion_tokens" in complaint and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        if ABOUT_FORM.search(complaint) and self.form in SIMPLER:
            return replace(self, form=SIMPLER[self.form])
        if "temperature" in complaint and self.temperature:
            return replace(self, temperature=False)
        return None


def _sendable(text: str) -> str:
    """Half of a surrogate pair, which a broken page may hold, is no UTF-8."""
    return text.encode("utf-8", "replace").decode()
