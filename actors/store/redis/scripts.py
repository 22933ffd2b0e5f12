"""Every transition is one Lua script, run by its hash; a server that has forgotten it is sent the text again."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any

from redis.exceptions import NoScriptError

from actors.store.ports import Delivery, Limits
from actors.store.redis.pipe import Argument, Pipe

FENCED = frozenset({"begin", "advance", "finish", "fail", "retry_later", "tell"})


@dataclass(frozen=True, slots=True)
class Script:
    """A script's text and the SHA-1 by which the server knows it."""

    text: str
    sha: str


@cache
def script(name: str) -> Script:
    """The script `lua/name.lua` with what it builds on before it."""
    parts = ("prelude", "fence", name) if name in FENCED else ("prelude", name)
    folder = files("actors.store.redis") / "lua"
    text = "\n".join((folder / f"{part}.lua").read_text("utf-8") for part in parts)
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True, slots=True)
class Scripts:
    """Runs scripts for one store: `prefix` begins every key."""

    pipe: Pipe
    prefix: str
    first_stage: str
    limits: Limits

    async def run(self, name: str, *arguments: Argument) -> Any:  # noqa: ANN401 (each script's own answer)
        """The script's answer.

        Raises:
            StoreUnavailableError: the server does not answer, or takes no writes.
        """
        wanted = script(name)
        limits = self.limits
        keeps = (round(limits.keep_artefacts_seconds * 1_000), round(limits.keep_jobs_seconds * 1_000))
        full = (1, self.prefix, self.first_stage, limits.max_running, *keeps, *arguments)
        try:
            return await self.pipe.ask("EVALSHA", wanted.sha, *full)
        except NoScriptError:
            return await self.pipe.ask("EVAL", wanted.text, *full)

    async def write(self, verb: str, delivery: Delivery, *arguments: Argument) -> Any:  # noqa: ANN401 (idem)
        """The answer of a fenced script: `lost` when this delivery may not write."""
        token = delivery.token
        return await self.run(
            verb, verb, delivery.job_id, token.stage, token.entry, token.consumer, token.count, *arguments
        )

    def key(self, *parts: str) -> str:
        """The key of these parts, which stand in `docs/operations.md`."""
        return ":".join((self.prefix, *parts))
