"""The model that both sides of the comparison are given: every answer takes the same time, whoever asks.

    python benchmarks/bench_model.py PORT SECONDS

It is the tests' model server, which also answers what gpt-researcher asks without a schema.
"""

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aiohttp import web

from tests.servers.model import ModelServer

REPORT_CHARACTERS = 6_000
FURTHER = ("background and causes", "figures and dates", "people involved")


class Busy:
    """How long at least one request has been under way."""

    def __init__(self) -> None:
        self.under_way, self.seconds, self.since = 0, 0.0, 0.0

    def __enter__(self) -> None:
        if not self.under_way:
            self.since = time.perf_counter()
        self.under_way += 1

    def __exit__(self, *_error: object) -> None:
        self.under_way -= 1
        if not self.under_way:
            self.seconds += time.perf_counter() - self.since


class SharedModel(ModelServer):
    """Answers by schema where there is one, else with a list of queries, an agent or a long text."""

    def application(self) -> web.Application:
        """With `/busy`, which tells how long it has been at work."""
        self.busy = Busy()
        app = super().application()
        app.router.add_get("/busy", self.tell_busy)
        return app

    async def tell_busy(self, _request: web.Request) -> web.Response:
        """Seconds until now."""
        return web.json_response({"seconds": self.busy.seconds})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """As the tests' server, and timed."""
        with self.busy:
            return await super().chat(request)

    def _answer(self, body: dict[str, Any]) -> str:
        if body.get("response_format"):
            return super()._answer(body)
        prompt = "\n".join(str(message["content"]) for message in body["messages"])
        if "list of strings" in prompt:
            task = (re.search(r'task: "?([^"\n]{1,200})', prompt) or re.search(r"()", prompt))[1]  # type: ignore[index]
            return json.dumps([f"{task} {further}" for further in FURTHER])
        if "agent_role_prompt" in prompt:
            return json.dumps({"server": "Research Agent", "agent_role_prompt": "You are a careful researcher."})
        return (prompt[-REPORT_CHARACTERS:] * 2)[:REPORT_CHARACTERS]


async def serve(model: ModelServer, port: int) -> None:
    """Answer on this port of loopback until the program ends."""
    runner = web.AppRunner(model.application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(SharedModel(latency=float(sys.argv[2])), int(sys.argv[1])))
