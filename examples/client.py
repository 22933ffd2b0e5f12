"""A client of the service in one file to copy: it needs aiohttp alone, and no disconnect costs or repeats an event.

async with ResearchClient("http://127.0.0.1:8000") as client:
    job = await client.submit("When will the ozone layer recover?")
    async for event in client.follow(job.job_id):
        print(event.seq, event.type, event.data)
"""

import argparse
import asyncio
import codecs
import json
import logging
import os
import random
import re
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlencode

import aiohttp

TERMINAL = frozenset({"completed", "partial", "failed", "cancelled"})
PASSING = frozenset({429, 502, 503, 504})
LOST = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, ConnectionError, TimeoutError)
"""What may be over at the next try: answers of these statuses, and these errors."""

ANSWER_SECONDS = 60.0
"""How long an answer may take as a whole."""

Record = TypeVar("Record")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One research job as it stands. Times are ISO 8601 in UTC; `progress` goes from 0 to 1.

    `usage` counts `pages`, `searches`, `model_calls`, `input_tokens`, `output_tokens`, `tokens` and `usd`; its `stages`
    are the same by stage.
    """

    job_id: str
    query: str
    status: str
    stage: str | None
    progress: float
    stop_reason: str | None
    error: str | None
    created_at: str
    started_at: str | None
    completed_at: str | None
    usage: Mapping[str, Any]
    report_url: str | None


@dataclass(frozen=True)
class Event:
    """One line of a job's log: `seq` counts from 1 without gaps, `at` is ISO 8601 in UTC."""

    seq: int
    job_id: str
    type: str
    stage: str | None
    at: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a research would do: `most` is what it can cost at most, `spent` what planning it has cost."""

    questions: list[str]
    by_model: bool
    providers: list[str]
    pages: int
    rounds: int
    model: str | None
    most: Mapping[str, float]
    spent: Mapping[str, float]
    warnings: list[str]


@dataclass(frozen=True)
class Match:
    """A passage: characters `start` to `end` of the source's text, `/reports/{job_id}/sources/{source_id}.txt`."""

    score: float
    text: str
    url: str
    title: str
    job_id: str
    source_id: str
    start: int
    end: int


@dataclass(eq=False)
class ProblemError(Exception):
    """The service refused (RFC 9457). `errors` says by field what is wrong, `retry_after` when to come back, in s."""

    status: int
    title: str
    detail: str = ""
    errors: Mapping[str, list[str]] | None = None
    request_id: str | None = None
    retry_after: float | None = None

    def __str__(self) -> str:
        wrong = [f"{field}: {' '.join(messages)}" for field, messages in (self.errors or {}).items()]
        return "; ".join((f"{self.status} {self.title}: {self.detail}".removesuffix(": "), *wrong))


class Frame(NamedTuple):
    """One server-sent event as it came."""

    event: str
    data: str
    id: str


class EventParser:
    """Reads server-sent events (WHATWG HTML, section 9.2.6) from chunks that may be cut anywhere."""

    def __init__(self) -> None:
        self.retry_seconds: float | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._line, self._after_cr = "", False
        self._event, self._data, self._id = "", list[str](), ""

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """The events that this chunk completes."""
        if not (text := self._decoder.decode(chunk)):
            return
        text = text.removeprefix("\n") if self._after_cr else text
        self._after_cr = text.endswith("\r")
        *lines, self._line = re.split(r"\r\n|\r|\n", self._line + text)
        for line in lines:
            if line:
                self._take(*line.partition(":")[::2])
            else:
                if self._data:
                    yield Frame(self._event or "message", "\n".join(self._data), self._id)
                self._event, self._data = "", []

    def _take(self, name: str, value: str) -> None:
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._event = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if re.fullmatch("[0-9]+", value):
                self.retry_seconds = int(value) / 1_000


@dataclass
class Backoff:
    """When to try again: later each time, not before the service wants it, and not once `limit_seconds` are over."""

    limit_seconds: float
    sleep: Callable[[float], Awaitable[object]]
    clock: Callable[[], float]
    base_seconds: float = 1.0
    failures: int = 0
    since: float | None = None

    async def wait(self, error: Exception) -> None:
        """Sleep until the next try; raises the error when there is to be none."""
        if isinstance(error, ProblemError) and error.status not in PASSING:
            raise error
        grown = max(self.base_seconds, min(self.base_seconds * 2.0 ** min(self.failures, 9), 30.0))
        seconds = max(grown, getattr(error, "retry_after", None) or 0.0) + grown * random.random() / 2  # noqa: S311 (no secret)
        self.since = self.clock() if self.since is None else self.since
        if self.clock() + seconds > self.since + self.limit_seconds:
            raise error
        self.failures += 1
        log.info("%s; trying again in %.1f s", str(error) or type(error).__name__, seconds)
        await self.sleep(seconds)


class ResearchClient:
    """The service at `base_url`, for `async with`; a `session` that is given stays open.

    All methods raise ProblemError when the service refuses, aiohttp.ClientError or TimeoutError when it is out of
    reach. All but `submit` and `plan` try again first, for `patience_seconds`; `follow` and `wait` for
    `outage_seconds`. A stream that is silent for `silence_seconds` is taken for lost: the service sends a heartbeat
    every 15 seconds.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str = "",
        *,
        session: aiohttp.ClientSession | None = None,
        patience_seconds: float = 30.0,
        outage_seconds: float = 600.0,
        silence_seconds: float = 45.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base, self._headers = base_url.rstrip("/"), {"X-API-Key": api_key} if api_key else {}
        self._session, self._own = session, session is None
        self._patience_seconds, self._outage_seconds = patience_seconds, outage_seconds
        self._silence_seconds = silence_seconds
        self._sleep, self._clock = sleep, clock

    async def __aenter__(self) -> Self:
        self._session = self._session or aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._own and self._session:
            await self._session.close()
            self._session = None

    async def submit(self, query: str, **options: object) -> Job:
        """Ask a question; the options are those of POST /research: `depth=1`, `budget={"usd": 0.5}`, `urls=[…]`."""
        return _made(Job, await self._call("POST", "/research", json={"query": query, **options}, again=False))

    async def plan(self, query: str, **options: object) -> Plan:
        """What `submit` would do with the same options, and cost at most; nothing is spent but the plan itself."""
        return _made(Plan, await self._call("POST", "/research/plan", json={"query": query, **options}, again=False))

    async def search(self, query: str, limit: int = 10) -> list[Match]:
        """The passages nearest in meaning among all that was collected, the nearest first."""
        found = await self._call("GET", f"/search?{urlencode({'q': query, 'limit': limit})}")
        return [_made(Match, match) for match in json.loads(found)["results"]]

    async def job(self, job_id: str) -> Job:
        """The job as it stands."""
        return _made(Job, await self._call("GET", _of(job_id)))

    async def jobs(self, status: str | None = None, limit: int = 50) -> list[Job]:
        """Jobs, newest first."""
        found = await self._call("GET", f"/jobs?limit={limit}" + (f"&status={quote(status)}" if status else ""))
        return [_made(Job, job) for job in json.loads(found)["jobs"]]

    async def follow(self, job_id: str, after: int = 0) -> AsyncGenerator[Event, None]:
        """Every event numbered above `after`, in order and once each, until the job has ended."""
        last, backoff = after, Backoff(self._outage_seconds, self._sleep, self._clock)
        while True:
            try:
                async with self._send("GET", f"{_of(job_id)}/events", last=last) as response:
                    if response.status == HTTPStatus.NO_CONTENT:
                        return
                    await _check(response, "text/event-stream")
                    backoff.since = None
                    async for event in _events(response, backoff, last):
                        last, backoff.failures = event.seq, 0
                        yield event
                        if event.type in TERMINAL:
                            return
            except (ProblemError, *LOST) as error:
                await backoff.wait(error)

    async def wait(self, job_id: str, timeout: float | None = None) -> Job:  # noqa: ASYNC109 (the name that is expected)
        """The job once it has ended; raises TimeoutError after `timeout` seconds, and the job goes on."""
        async with asyncio.timeout(timeout):
            async for _ in self.follow(job_id):
                pass
            return await self.job(job_id)

    async def report(self, job_id: str) -> dict[str, Any]:
        """The content of report.json."""
        found: dict[str, Any] = json.loads(await self._call("GET", f"/reports/{quote(job_id, '')}/report.json"))
        return found

    async def download(self, job_id: str, name: str, path: str | Path) -> Path:
        """Keep a file of the report, such as report.html or evidence.zip, at `path`: the whole of it or nothing."""
        content = await self._call("GET", f"/reports/{quote(job_id, '')}/{quote(name)}")
        return await asyncio.to_thread(_write, Path(path), content)

    async def cancel(self, job_id: str) -> Job:
        """End the job now; one that has ended stays as it is."""
        return _made(Job, await self._call("POST", f"{_of(job_id)}/cancel"))

    async def delete(self, job_id: str) -> None:
        """Forget a job that has ended, with all that was collected for it."""
        await self._call("DELETE", _of(job_id))

    async def _call(self, method: str, path: str, *, json: object = None, again: bool = True) -> bytes:
        """The body of the answer."""
        backoff = Backoff(self._patience_seconds if again else 0.0, self._sleep, self._clock)
        while True:
            try:
                async with self._send(method, path, json=json) as response:
                    await _check(response)
                    return await response.read()
            except (ProblemError, *LOST) as error:
                if method == "DELETE" and backoff.failures and getattr(error, "status", 0) == HTTPStatus.NOT_FOUND:
                    return b""  # an earlier try did it, and its answer was lost
                await backoff.wait(error)

    def _send(
        self, method: str, path: str, *, json: object = None, last: int | None = None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("open the client first: async with ResearchClient(…) as client")
        headers, timeout = self._headers, aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        if last is not None:
            headers = {**headers, "Accept": "text/event-stream", "Last-Event-ID": str(last)}
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=ANSWER_SECONDS, sock_read=self._silence_seconds)
        # A redirect is not followed: the key is for this service alone.
        return self._session.request(
            method, self._base + path, json=json, headers=headers, timeout=timeout, allow_redirects=False
        )


def _of(job_id: str) -> str:
    return f"/jobs/{quote(job_id, '')}"


def _made(kind: type[Record], said: bytes | Mapping[str, Any]) -> Record:
    """The record of these fields; what a newer service says besides is left out."""
    told: Mapping[str, Any] = json.loads(said) if isinstance(said, bytes) else said
    return kind(**{name: told[name] for name in kind.__annotations__})


async def _events(response: aiohttp.ClientResponse, backoff: Backoff, last: int) -> AsyncGenerator[Event, None]:
    """The events above `last`, then a ConnectionError: the caller leaves at the terminal one."""
    parser = EventParser()
    async for chunk in response.content.iter_any():
        for frame in parser.feed(chunk):
            event = _made(Event, json.loads(frame.data))
            if event.seq > last + 1:
                raise ProblemError(200, "Events are missing", f"event {event.seq} came where {last + 1} was due")
            if event.seq == last + 1:
                last = event.seq
                yield event
        if parser.retry_seconds is not None:
            backoff.base_seconds = max(parser.retry_seconds, 0.1)
    raise ConnectionError("the stream has ended before the job")


async def _check(response: aiohttp.ClientResponse, kind: str = "") -> None:
    """Raise ProblemError if it is an error, or not of this content type."""
    if response.status < HTTPStatus.MULTIPLE_CHOICES and response.content_type.startswith(kind):
        return
    body = await response.text(errors="replace")
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not (isinstance(told, dict) and "title" in told):
        told = {"title": response.reason or "", "detail": f"answered by {body[:100]!r}"}
    raise ProblemError(
        response.status,
        told["title"],
        told.get("detail", ""),
        told.get("errors"),
        told.get("request_id"),
        _seconds(response.headers.get("Retry-After", "")),
    )


def _seconds(retry_after: str) -> float | None:
    """The header in seconds; it may give a time instead (RFC 9110, section 10.2.3)."""
    if re.fullmatch("[0-9]+", retry_after):
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return None


def _write(path: Path, content: bytes) -> Path:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    return part.replace(path)


def answer(report: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the summary, each sentence with the numbers of its sources, and these."""
    source_of = {passage["id"]: passage["source_id"] for passage in report["passages"]}
    numbers: dict[str, int] = {}
    for statement in report["summary"]:
        cited = dict.fromkeys(source_of[citation] for citation in statement["citations"])
        marks = "".join(f"[{numbers.setdefault(source, len(numbers) + 1)}]" for source in cited)
        yield f"{statement['sentence']} {marks}"
    yield ""
    for source in sorted(
        (each for each in report["sources"] if each["id"] in numbers), key=lambda each: numbers[each["id"]]
    ):
        yield f"  [{numbers[source['id']]}] {source['title'] or source['url']}  {source['url']}"


async def ask(question: str, url: str, key: str) -> int:
    """Follow one question in the terminal; answers the exit status: 0 completed, 3 partial, 1 failed."""
    async with ResearchClient(url, key) as client:
        job = await client.submit(question)
        print(f"job {job.job_id}", file=sys.stderr)
        async for event in client.follow(job.job_id):
            if event.type == "warning" or "seconds" in event.data:
                said = event.data.get("text") or f"{event.stage}: {event.data['seconds']:.1f} s"
                print(said, file=sys.stderr)
        job = await client.job(job.job_id)
        if job.report_url is None:
            print(job.error or f"The job was {job.status}.", file=sys.stderr)
            return 1
        print(*answer(await client.report(job.job_id)), sep="\n")
        print(url.rstrip("/") + job.report_url)
        if tokens := job.usage.get("tokens"):
            print(f"{tokens:,} tokens, ${job.usage['usd']:.4f}", file=sys.stderr)
    return 3 if job.status == "partial" else 0


def main() -> int:
    """The command."""
    command = argparse.ArgumentParser(description="Ask the service a question.")
    command.add_argument("question")
    command.add_argument("--url", default="http://127.0.0.1:8000", help="where the service is (default: %(default)s)")
    command.add_argument("--key", default=os.environ.get("API_KEY", ""), help="its API key (default: API_KEY)")
    given = command.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return asyncio.run(ask(given.question, given.url, given.key))
    except (ProblemError, aiohttp.ClientError, OSError) as error:
        print(error or type(error).__name__, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; what was asked is worked on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
