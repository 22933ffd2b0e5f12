"""A language model behind the OpenAI API, whose answers are copied from what it is asked about.

Real HTTP on loopback, in the test's own loop (`async with model_server() as server`), or as a program:

    python tests/servers/model.py 8092 --latency 1

It answers each JSON schema with valid content: sentences, names, dates and ids that stand in the prompt. `script` is a
list of what to do with the next chat calls: the name of a fault (`FAULTS`), text to say word for word, wrapped in
`Say`, or None for a good answer. With `gullible` it obeys every order it reads in its sources. With `slots` it works on
so many calls at once, and the others wait.
"""

import argparse
import asyncio
import itertools
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.servers.model_answers import answer_text, obey
from tests.servers.model_faults import FAULTS, error
from tests.servers.model_protocol import encoded, limit, prompt_text, streamed, tokens, vector, wrong_in_strict


@dataclass(frozen=True)
class Say:
    """Text that is the answer, whatever was asked for."""

    text: str
    finish: str = "stop"


@dataclass
class ModelServer:
    """What it was told to do, and what it was asked: `bodies` of all chat calls; `paid` are those it has answered."""

    latency: float = 0.0
    slots: int = 1_000_000
    script: list[str | Say | None] = field(default_factory=list)
    gullible: bool = False
    api_key: str = ""
    models: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset({"json_schema", "json_object"})
    keywords: bool = True
    context_tokens: int = 10_000_000
    usage: bool = True
    retry_after: str = "0"
    dimensions: int = 256
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paid: list[dict[str, Any]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.free = asyncio.Semaphore(self.slots)

    def application(self) -> web.Application:
        app = web.Application(client_max_size=64_000_000)
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_post("/v1/embeddings", self.embeddings)
        app.router.add_get("/v1/models", self.list_models)
        app.router.add_get("/calls", self.count)
        return app

    async def chat(self, request: web.Request) -> web.StreamResponse:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._chat(request)
        finally:
            self.at_once -= 1

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        turn = self.script.pop(0) if self.script else None
        async with self.free:
            await asyncio.sleep(self.latency)
        if (refused := self._refusal(request, body)) is not None:
            return refused
        if isinstance(turn, str):
            return await FAULTS[turn](self, request, body)
        text, finish = (turn.text, turn.finish) if isinstance(turn, Say) else (self._answer(body), "stop")
        return await self.respond(request, body, text, finish)

    def _answer(self, body: dict[str, Any]) -> str:
        text = answer_text(body)
        return obey(text, body) if self.gullible else text

    def _refusal(self, request: web.Request, body: dict[str, Any]) -> web.Response | None:
        if self.api_key and request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return error(401, "Incorrect API key provided.", code="invalid_api_key")
        model = body.get("model")
        if self.models and model not in self.models:
            return error(404, f"The model `{model}` does not exist", code="model_not_found")
        if not isinstance(body.get("messages"), list) or not body["messages"]:
            return error(400, "Invalid 'messages': empty array.", param="messages")
        return self._unfit(body)

    def _unfit(self, body: dict[str, Any]) -> web.Response | None:
        wanted = body.get("response_format") or {"type": "text"}
        if wanted["type"] not in self.formats | {"text"}:
            message = (
                f"Invalid parameter: 'response_format' of type '{wanted['type']}' is not supported with this model."
            )
            return error(400, message, param="response_format")
        if wanted["type"] == "json_schema" and (wrong := self._wrong(wanted["json_schema"])):
            name = wanted["json_schema"].get("name")
            return error(400, f"Invalid schema for response_format '{name}': {wrong}", param="response_format")
        asked = tokens(prompt_text(body)) + (limit(body) or 0)
        if asked > self.context_tokens:
            message = f"This model's maximum context length is {self.context_tokens} tokens. You requested {asked}."
            return error(400, message, code="context_length_exceeded", param="messages")
        return None

    def _wrong(self, wanted: dict[str, Any]) -> str | None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", wanted.get("name", "")):
            return "the name must match '^[a-zA-Z0-9_-]+$'"
        if not wanted.get("strict"):
            return None
        if wanted["schema"].get("type") != "object":
            return "schema must be a JSON Schema of 'type: \"object\"'"
        return wrong_in_strict(wanted["schema"], "()", keywords=self.keywords)

    async def respond(self, request: web.Request, body: dict[str, Any], text: str, finish: str) -> web.StreamResponse:
        """The answer, cut where `max_tokens` cuts it, with the tokens counted at four characters each."""
        most = limit(body)
        if most is not None and tokens(text) > most:
            text, finish = text[: most * 4], "length"
        answer = self.completion(body, {"role": "assistant", "content": text, "refusal": None}, finish)
        self.paid.append(answer)
        if body.get("stream"):
            return await streamed(request, body, answer)
        headers = {"x-request-id": answer["id"], "openai-processing-ms": str(int(self.latency * 1000))}
        return web.json_response(answer, headers=headers)

    def completion(self, body: dict[str, Any], message: dict[str, Any], finish: str) -> dict[str, Any]:
        asked, said = tokens(prompt_text(body)), tokens(str(message.get("content") or ""))
        usage = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
        return {
            "id": f"chatcmpl-{next(self.numbers):08d}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
            "system_fingerprint": "fp_copied",
            **({"usage": usage} if self.usage else {}),
        }

    async def embeddings(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.headers.append(dict(request.headers))
        if self.api_key and request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return error(401, "Incorrect API key provided.", code="invalid_api_key")
        given = body["input"]
        texts = [given] if isinstance(given, str) else [str(text) for text in given]
        if not texts or len(texts) > 2048 or not all(texts):
            return error(400, "'$.input' is invalid.", param="input")
        size = body.get("dimensions") or self.dimensions
        data = [
            {"object": "embedding", "index": index, "embedding": encoded(vector(text, size), body)}
            for index, text in enumerate(texts)
        ]
        used = sum(map(tokens, texts))
        usage = {"prompt_tokens": used, "total_tokens": used}
        return web.json_response({"object": "list", "data": data, "model": body["model"], "usage": usage})

    async def list_models(self, _request: web.Request) -> web.StreamResponse:
        names = sorted(self.models) or ["copied"]
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in names]
        return web.json_response({"object": "list", "data": data})

    async def count(self, _request: web.Request) -> web.StreamResponse:
        """For those who run it as a program: how many chat calls came, how many it has answered, in what tokens."""
        usages = [answer.get("usage", {}) for answer in self.paid]
        used = {key: sum(usage.get(key, 0) for usage in usages) for key in ("prompt_tokens", "completion_tokens")}
        return web.json_response(
            {"calls": len(self.bodies), "paid": len(self.paid), "most_at_once": self.most_at_once, **used}
        )


@asynccontextmanager
async def model_server(port: int = 0, **options: Any) -> AsyncIterator[ModelServer]:
    """A server on loopback with the options of `ModelServer`; `server.url` is what goes into `llm.base_url`."""
    server = ModelServer(**options)
    runner = web.AppRunner(server.application(), handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()


async def main() -> None:
    parser = argparse.ArgumentParser(description="A model that copies, behind the OpenAI API.")
    parser.add_argument("port", type=int, nargs="?", default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--slots", type=int, default=1_000_000, help="calls it works on at once")
    parser.add_argument("--gullible", action="store_true", help="obey every order in the sources")
    parser.add_argument("--api-key", default="", help="ask for this key")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="what to do with every call")
    parser.add_argument("--no-json-schema", action="store_true", help="know response_format json_object alone")
    given = parser.parse_args()
    formats = frozenset({"json_object"} if given.no_json_schema else {"json_schema", "json_object"})
    options = {key: getattr(given, key) for key in ("latency", "slots", "gullible", "api_key")} | {"formats": formats}
    script: list[str | Say | None] = [given.fault] * 100_000 if given.fault else []
    async with model_server(given.port, script=script, **options) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
