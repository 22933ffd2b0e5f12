"""Embeddings by the OpenAI API, of whichever server: texts already paid for are not sent again, in this job or another.

Limits by https://platform.openai.com/docs/api-reference/embeddings: 2,048 texts and 300,000 tokens a request, 8,191
tokens a text. A token is at least a byte, so counting bytes keeps them without knowing the model's tokens. Servers
with narrower ones say so, and get less.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np

from actors.domain.errors import BudgetError, PermanentError, StoreUnavailableError
from actors.domain.job import Record, Spending, StopReason
from actors.services.base import Recall, TimeLeft
from actors.services.embeddings.answers import Embeddings, read_answer
from actors.services.embeddings.base import Vectors
from actors.services.embeddings.endpoint import Endpoint
from actors.services.embeddings.packing import pack, unit, unpack
from actors.services.embeddings.refusals import TooMuchError
from actors.store.ports import Cache

TEXTS, TEXTS_BYTES = 128, 200_000
TEXT_BYTES, FEWEST_BYTES = 8_000, 500
NAMESPACE = "embeddings"
MILLION = 1_000_000

Result = TypeVar("Result")


class Answered(Record):
    """What the ledger keeps of a request: vectors as in `packing`, and the tokens that were paid."""

    dimension: int
    vectors: str
    tokens: int


@dataclass(frozen=True, slots=True)
class OpenAIEmbedder:
    """See `base.Embedder`. Vectors are kept in `cache` for `keep_seconds`, for all jobs.

    Within a job `recall` is its ledger and `time_left` its time (see `opening.within_job`); without them a request
    is paid but not counted. `usd_per_million` is the price of that many tokens.
    """

    endpoint: Endpoint
    model: str
    cache: Cache
    keep_seconds: float = 3_600.0
    usd_per_million: float = 0.0
    recall: Recall | None = None
    time_left: TimeLeft | None = None

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """See `base.Embedder`."""
        cut = [text.encode(errors="replace")[:TEXT_BYTES].decode(errors="ignore") for text in texts]
        keys = [sha256("\n".join([str(self.endpoint.url), self.model, text]).encode()).hexdigest() for text in cut]
        wanted = {key: text for key, text in zip(keys, cut, strict=True) if text.strip()}
        rows = await self._kept(list(wanted))
        missing = {key: text for key, text in wanted.items() if key not in rows}
        async with self._in_time():
            made = await _all([self._pay(list(portion.values())) for portion in portions(missing)])
        new = dict(zip(missing, (row for part in made for row in part), strict=True))
        rows |= new
        await self._keep(new)
        sizes = {len(row) for row in rows.values()}
        if len(sizes) > 1:
            raise PermanentError(f"embeddings.model: {self.model!r} makes vectors of {sorted(sizes)} dimensions")
        nothing = np.zeros(sizes.pop() if sizes else 0, np.float32)
        return np.array([rows.get(key, nothing) for key in keys], np.float32).reshape(len(texts), len(nothing))

    async def _kept(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """What the cache has; nothing while it is away."""
        try:
            found = await asyncio.gather(*(self.cache.get(NAMESPACE, key) for key in keys))
        except StoreUnavailableError:
            return {}
        known = {key: raw for key, raw in zip(keys, found, strict=True) if raw}
        if len({len(raw) for raw in known.values()}) != 1:
            return {}  # Nothing, or vectors of two sizes: the server has changed behind the model's name.
        rows = np.frombuffer(b"".join(known.values()), "<f2").astype(np.float32).reshape(len(known), -1)
        return dict(zip(known, unit(rows), strict=True))

    async def _keep(self, rows: dict[str, Vectors]) -> None:
        packed = {key: row.astype("<f2").tobytes() for key, row in rows.items()}
        with suppress(StoreUnavailableError):
            await asyncio.gather(
                *(self.cache.set(NAMESPACE, key, raw, ttl_seconds=self.keep_seconds) for key, raw in packed.items())
            )

    async def _pay(self, texts: Sequence[str]) -> Vectors:
        """The vectors as the ledger keeps them, so that the first time and any later one give the same."""

        async def call() -> Answered:
            made = await self._request(texts)
            tokens = size(texts) if made.tokens is None else made.tokens
            packed = await asyncio.to_thread(pack, made.vectors)
            return Answered(dimension=made.vectors.shape[1], vectors=packed, tokens=tokens)

        if self.recall is None:
            answered = await call()
        else:
            digest = sha256("\0".join(texts).encode()).hexdigest()
            request = f"embeddings {self.endpoint.url} {self.model} {digest}"
            most = self._spending(size(texts))
            answered = await self.recall(
                request, call, Answered, most=most, spent=lambda answer: self._spending(answer.tokens)
            )
        return await asyncio.to_thread(lambda: unit(unpack(answered.vectors, answered.dimension)))

    def _spending(self, tokens: int) -> Spending:
        return Spending(input_tokens=tokens, usd=tokens * self.usd_per_million / MILLION)

    async def _request(self, texts: Sequence[str]) -> Embeddings:
        """One request, or as many as the server wants it to be; what it refuses costs nothing."""
        body = {"model": self.model, "input": list(texts), "encoding_format": "base64"}
        try:
            raw = await self.endpoint.post(body)
        except TooMuchError:
            return await self._request_less(texts)
        try:
            return await asyncio.to_thread(read_answer, raw, len(texts))
        except ValueError as error:
            message = f"embeddings.base_url or embeddings.model: {self.endpoint.host} gives for {self.model!r} {error}"
            raise PermanentError(message) from None

    async def _request_less(self, texts: Sequence[str]) -> Embeddings:
        """Half the texts at once, or of a single text the first half."""
        if len(texts) > 1:
            half = len(texts) // 2
            halves = await _all([self._request(texts[:half]), self._request(texts[half:])])
            if len({part.vectors.shape[1] for part in halves}) > 1:
                raise PermanentError(f"embeddings.model: {self.model!r} makes vectors of different dimensions")
            counted = [part.tokens for part in halves if part.tokens is not None]
            vectors = np.concatenate([part.vectors for part in halves])
            return Embeddings(vectors, sum(counted) if len(counted) == len(halves) else None)
        shorter = texts[0].encode()[: len(texts[0].encode()) // 2].decode(errors="ignore")
        if len(shorter.encode()) < FEWEST_BYTES or not shorter.strip():
            raise PermanentError(
                f"embeddings.model: {self.model!r} at {self.endpoint.host} refuses every text as too long"
            )
        return await self._request([shorter])

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        seconds = self.time_left() if self.time_left else None
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise BudgetError("there is no time left for embeddings", reason=StopReason.DEADLINE) from error


def size(texts: Sequence[str]) -> int:
    """Bytes of the texts: at least as many as tokens."""
    return sum(len(text.encode()) for text in texts)


def portions(texts: dict[str, str]) -> Iterator[dict[str, str]]:
    """The texts in their order, as many at once as fit into a request."""
    portion: dict[str, str] = {}
    room = TEXTS_BYTES
    for key, text in texts.items():
        length = len(text.encode())
        if portion and (len(portion) == TEXTS or length > room):
            yield portion
            portion, room = {}, TEXTS_BYTES
        portion[key] = text
        room -= length
    if portion:
        yield portion


async def _all(calls: Sequence[Coroutine[Any, Any, Result]]) -> list[Result]:
    """The results in the order of the calls; the first failure ends the others, and is the one raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
