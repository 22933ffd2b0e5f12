"""An embeddings API on loopback that answers as the documentation says, or as a test wants the next answers to be."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from aiohttp import web

from actors.services.embeddings.base import Embedder
from actors.services.embeddings.opening import EmbeddingsSettings, open_embedder
from actors.store.memory.cache import MemoryCache

KEY = "sk-very-secret"


def vector_of(text: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=dimension).astype("<f4")


def encoded(row: np.ndarray) -> str:
    return base64.b64encode(row.astype("<f4").tobytes()).decode()


@dataclass
class Api:
    """`script` are the next answers: a status with a body and headers, or what changes a good answer; None leaves it.

    `most_texts` and `most_characters` are refused above, in the way that servers with limits do.
    """

    url: str = ""
    dimension: int = 6
    script: list[tuple[int, Any, dict[str, str]] | Callable[[dict], None] | None] = field(default_factory=list)
    most_texts: int = 2_048
    most_characters: int = 8_191
    inputs: list[list[str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def texts(self) -> list[str]:
        return [text for texts in self.inputs for text in texts]

    async def answer(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        body = await request.json()
        texts = body["input"]
        self.inputs.append(texts)
        turn = self.script.pop(0) if self.script else None
        if isinstance(turn, tuple):
            status, content, headers = turn
            if isinstance(content, str):
                return web.Response(status=status, text=content, content_type="text/html", headers=headers)
            return web.json_response(content, status=status, headers=headers)
        if len(texts) > self.most_texts:
            return web.json_response({"error": {"message": f"batch size > {self.most_texts}"}}, status=413)
        if any(len(text) > self.most_characters for text in texts):
            return web.json_response({"error": {"message": "maximum context length is 9 tokens"}}, status=400)
        good = self.good(body)
        if turn:
            turn(good)
        return web.json_response(good)

    def good(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["encoding_format"] == "base64"
        assert all(0 < len(text.encode()) <= 8_191 for text in body["input"])
        data = [
            {"object": "embedding", "index": index, "embedding": encoded(vector_of(text, self.dimension))}
            for index, text in enumerate(body["input"])
        ]
        tokens = sum(len(text) for text in body["input"]) // 4
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": body["model"], "usage": usage}


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    described = Api()
    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/v1/embeddings", described.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    described.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/v1"
    yield described
    await runner.cleanup()


@pytest.fixture
def settings(api: Api) -> EmbeddingsSettings:
    return EmbeddingsSettings("openai", "small", api.url, KEY, timeout_seconds=20, usd_per_million=0.5)


@pytest.fixture
async def embedder(settings: EmbeddingsSettings) -> AsyncIterator[Embedder]:
    """One whose pauses are over at once."""

    async def pass_by(_seconds: float) -> None:
        pass

    async with open_embedder(settings, None, MemoryCache(asyncio.get_running_loop().time)) as opened:
        yield replace(opened, endpoint=replace(opened.endpoint, sleep=pass_by))
