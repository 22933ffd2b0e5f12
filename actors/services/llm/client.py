"""One model behind any OpenAI-compatible server: how long, how often, how many at once, and when to leave it alone."""

import asyncio
import json
import math
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from yarl import URL

from actors.config import EngineConfig, LlmConfig
from actors.domain.errors import ConfigError, TransientError, UnknownOutcomeError
from actors.domain.job import Spending
from actors.services.llm.answers import complaint, completion
from actors.services.llm.base import Completion, Prompt
from actors.services.llm.dialect import Dialect
from actors.services.llm.failures import Failure, Reply, Say, refused, unreadable
from actors.services.llm.prices import most_tokens, spending
from actors.services.llm.turns import Limit, Trip, Turns
from actors.services.llm.wire import Wire, open_wire
from actors.store.ports import Breakers

OPENAI_URL = "https://api.openai.com/v1"
FAILED_CALLS = 3
PAUSE_SECONDS = 30.0
"""After this many calls in a row without an answer the server is left alone for so long, by all processes."""
LONGEST_REASON = 300
FIRST = Dialect()
REFORMED = frozenset((400, 415, 422, 500, 501))
"""The status of servers that do not know what they are asked for, among other things."""
BUSY = frozenset((429, 503))

Sleep = Callable[[float], Awaitable[None]]


@asynccontextmanager
async def open_model(
    config: EngineConfig, breakers: Breakers, *, sleep: Sleep = asyncio.sleep
) -> AsyncIterator["OpenAIModel | None"]:
    """The model of `[llm]`, closed at the end; None when `llm.model` is empty. Nothing is loaded before it is used.

    Raises:
        ConfigError: `llm.base_url` is no address, or OpenAI's, and there is no key for it.
    """
    llm = config.llm
    if not llm.model:
        yield None
        return
    if not (llm.base_url or llm.api_key):
        raise ConfigError(f"llm.api_key: {llm.model} at OpenAI needs a key (or set llm.base_url to a server of yours)")
    try:
        url = URL(llm.base_url or OPENAI_URL)
    except ValueError as error:
        raise ConfigError(f"llm.base_url: {error}") from None
    model = OpenAIModel(llm, url, breakers, partial(_open, config, url), sleep=sleep)
    try:
        yield model
    finally:
        await model.close()


class OpenAIModel:
    """A `Model`. What its server does not understand is remembered for each name of a prompt, in this process."""

    def __init__(
        self,
        config: LlmConfig,
        url: URL,
        breakers: Breakers,
        opening: Callable[[Say], Awaitable[Wire]],
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._config = config
        self._url = url
        self._breakers = breakers
        self._opening = opening
        self._sleep = sleep
        self._clock = clock
        self._jitter = jitter
        self._price = config.prices.get(config.model)
        self._breaker = f"model:{config.model}"
        self._turns = Turns(Limit(config.concurrency, config.timeout_seconds))
        self._lock = asyncio.Lock()
        self._wire: Wire | None = None
        self._dialects: dict[str, Dialect] = {}

    @property
    def name(self) -> str:
        """What the server calls it."""
        return self._config.model

    @property
    def priced(self) -> bool:
        """Whether `llm.prices` has it; a server of one's own may cost 0, but must say so."""
        return self._price is not None

    @property
    def context_tokens(self) -> int:
        """What one call may hold, the answer included."""
        return self._config.context_tokens

    def most(self, prompt: Prompt) -> Spending:
        """What this call can cost at most; a token is at least a byte."""
        asked = most_tokens(prompt.system, prompt.user, json.dumps(prompt.schema))
        return spending(self._price, asked, prompt.max_tokens)

    async def open(self) -> Wire:
        """Load the certificates to trust, in a thread, unless that has been done.

        Raises:
            ConfigError: `fetch.ca_bundle` cannot be used.
        """
        async with self._lock:
            if self._wire is None:
                self._wire = await self._opening(self._say)
            return self._wire

    async def close(self) -> None:
        """Close the connections."""
        if self._wire is not None:
            await self._wire.close()

    async def complete(self, prompt: Prompt, *, seconds: float | None = None) -> Completion:
        """The answer, after as many tries as make sense within `llm.timeout_seconds`, which begin with its turn.

        A try whose outcome is unknown is the last one: who asks again has to allow for paying twice.

        Raises:
            UnknownOutcomeError: no answer, but it may have been paid: the time ran out, the reply was cut or is none.
            TransientError: no answer for now, and nothing was paid.
            PermanentError: there never will be one with these settings, or for this prompt.
        """
        job_ends = math.inf if seconds is None else _now() + seconds
        try:
            async with asyncio.timeout(seconds) as waiting, self._turns.turn():
                if pause := await self._breakers.wait(self._breaker):
                    reason = f"it failed too often and is left alone for {pause:.0f} s"
                    raise TransientError(self._say(reason), retry_after_seconds=pause)
                wire = await self.open()
                waiting.reschedule(None)
                outcome = await self._insist(wire, prompt, job_ends)
        except TimeoutError:
            raise TransientError(self._say("it had no turn for this call in the time that was left")) from None
        if isinstance(outcome, Completion) or outcome.alive:
            await self._breakers.worked(self._breaker)
        elif _now() < job_ends:
            await self._breakers.failed(self._breaker, most=FAILED_CALLS, pause_seconds=PAUSE_SECONDS)
        if isinstance(outcome, Failure):
            raise outcome.error
        return outcome

    async def _insist(self, wire: Wire, prompt: Prompt, job_ends: float) -> Completion | Failure:
        end = _now() + self._config.timeout_seconds
        tried = 0
        while True:
            tried += 1
            outcome = await self._try(wire, prompt, end, job_ends)
            if isinstance(outcome, Completion):
                return outcome
            wait = outcome.wait_seconds(tried, jitter=self._jitter())
            if wait is None or _now() + wait >= min(end, job_ends):
                return outcome
            await self._sleep(wait)

    async def _try(self, wire: Wire, prompt: Prompt, end: float, job_ends: float) -> Completion | Failure:
        """One try; what the server cannot be asked for is left out at once, which costs nothing."""
        while True:
            dialect = self._dialects.get(prompt.name, FIRST)
            request, trip = dialect.request(self.name, prompt), self._turns.sent()
            try:
                async with asyncio.timeout_at(min(end, job_ends)):
                    reply = await wire.send(request)
            except TimeoutError:
                return self._late(trip, by_job=job_ends <= end)
            if isinstance(reply, Failure):
                return reply
            if reply.status == HTTPStatus.OK:
                return self._read(reply, request, prompt, trip)
            if reply.status in BUSY:
                self._turns.overloaded(trip)
            code, words = complaint(reply)
            simpler = dialect.without(f"{code} {words}") if reply.status in REFORMED else None
            if simpler is None:
                return refused(reply, code, words, self._say, now=self._clock())
            if self._dialects.get(prompt.name, FIRST) == dialect:
                self._dialects[prompt.name] = simpler

    def _late(self, trip: Trip, *, by_job: bool) -> Failure:
        if by_job:
            return Failure(UnknownOutcomeError(self._say("it did not answer in the time that was left")))
        self._turns.overloaded(trip)
        within = f"within {self._config.timeout_seconds:g} s (llm.timeout_seconds)"
        return Failure(UnknownOutcomeError(self._say(f"it did not answer {within}")))

    def _read(self, reply: Reply, request: dict[str, object], prompt: Prompt, trip: Trip) -> Completion | Failure:
        try:
            answer = completion(reply, request, self._price)
        except ValueError as error:
            return unreadable(reply, str(error), self._say)
        self._turns.answered(prompt.name, answer.spent, trip)
        return answer

    def _say(self, reason: str) -> str:
        """A reason as it may be shown to anybody: the model named, on one line, without secrets."""
        for secret in filter(None, (self._config.api_key, self._url.raw_password, self._url.password)):
            reason = reason.replace(secret, "…")
        line = re.sub(r"\s+", " ", reason).strip()
        return f"model {self.name} at {self._url.host}: {line[:LONGEST_REASON]}"


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _open(config: EngineConfig, url: URL, say: Say) -> Wire:
    try:
        return await open_wire(
            base_url=url,
            api_key=config.llm.api_key,
            proxy="" if config.llm.base_url else config.fetch.proxy,
            ca_bundle=str(config.fetch.ca_bundle or ""),
            user_agent=config.fetch.user_agent,
            say=say,
        )
    except (OSError, ValueError) as error:
        raise ConfigError(say(f"fetch.ca_bundle cannot be used ({error})")) from None
