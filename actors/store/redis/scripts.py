"""Every transition is Lua, run by its hash; a server that has forgotten it is sent the text again."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any

from redis.exceptions import NoScriptError

from actors.store.records import Delivery, Limits
from actors.store.redis.gathering import Gathering
from actors.store.redis.pipe import Pipe
from actors.store.redis.wire import Argument, Command

VERBS = ("begin", "tell", "advance", "retry_later", "finish", "fail")
"""What a delivery may ask for, each in a file of its own; `transitions.lua` carries them out."""

PARTS = {"transitions": ("fence", *VERBS), "hold": ("spending",), "record": ("spending",), "let_go": ("spending",)}
"""What comes before a script, after the prelude that all have."""

MOST = 64
"""How many of them one script carries out at most: longer, and it would hold up others on the server."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script's text and the SHA-1 by which the server knows it."""

    text: str
    sha: str


@cache
def script(name: str) -> Script:
    """The script `lua/name.lua`, as a function, with what it builds on before it and what ends all scripts after it."""
    before = ("prelude", *PARTS.get(name, ()))
    text = "\n".join((*map(_lua, before), "local function run()", _lua(name), "end", _lua("finale")))
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def _lua(part: str) -> str:
    return (files("actors.store.redis") / "lua" / f"{part}.lua").read_text("utf-8")


@dataclass(slots=True)
class Scripts:
    """Runs scripts for one store: `prefix` begins every key."""

    pipe: Pipe
    prefix: str
    first_stage: str
    limits: Limits
    _transitions: Gathering[Command] = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is under way yet."""
        self._transitions = Gathering(self._carry_out, MOST)

    async def run(self, name: str, *arguments: Argument) -> Any:  # noqa: ANN401 (each script's own answer)
        """The script's answer.

        Raises:
            StoreUnavailableError: the server does not answer, or takes no writes.
        """
        wanted, full = script(name), self._arguments(arguments)
        try:
            return await self.pipe.ask("EVALSHA", wanted.sha, *full)
        except NoScriptError:
            return await self.pipe.ask("EVAL", wanted.text, *full)

    def write(self, verb: str, delivery: Delivery, *arguments: Argument) -> Coroutine[Any, Any, Any]:
        """The answer to one of `VERBS`: `lost` when this delivery may not write."""
        token = delivery.token
        who = (verb, delivery.job_id, token.stage, token.entry, token.consumer, token.count, delivery.round)
        return self._transitions.ask((*who, *arguments))

    async def _carry_out(self, asked: list[Command]) -> Any:  # noqa: ANN401 (a list of each verb's own answers)
        """All of them by one script, in a round trip of its own."""
        wanted = script("transitions")
        full = self._arguments([part for command in asked for part in (len(command), *command)])
        (answers,) = await self.pipe.exchange([("EVALSHA", wanted.sha, *full)])
        if isinstance(answers, NoScriptError):
            (answers,) = await self.pipe.exchange([("EVAL", wanted.text, *full)])
        if isinstance(answers, Exception):
            raise answers
        return answers

    def _arguments(self, own: Sequence[Argument]) -> Command:
        limits = self.limits
        keeps = (round(limits.keep_artefacts_seconds * 1_000), round(limits.keep_jobs_seconds * 1_000))
        return (1, self.prefix, self.first_stage, limits.max_running, *keeps, *own)

    def key(self, *parts: str) -> str:
        """The key of these parts, which stand in `docs/operations.md`."""
        return ":".join((self.prefix, *parts))
