"""A folder of pages as a small web: a forward proxy where each page has a host of its own, and a search over them.

    python benchmarks/bench_web.py FOLDER PORT

`/search` speaks SearXNG's JSON. Its snippets are short: gpt-researcher takes a longer one for the page itself, and
would not read the page.
"""

import asyncio
import re
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

SNIPPET_CHARACTERS = 90
RESULTS_A_PAGE = 10
TYPES = {".html": "text/html", ".pdf": "application/pdf", ".md": "text/markdown", ".txt": "text/plain"}
_TAG = re.compile(r"<script.*?</script>|<style.*?</style>|<[^>]+>", re.DOTALL)


@dataclass(slots=True)
class Web:
    """The pages by host, and what each was asked for."""

    pages: dict[str, Path]
    index: sqlite3.Connection
    hits: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """A page, for a proxied address, or the search."""
        began = time.perf_counter()
        try:
            return self._answer(request)
        finally:
            self.seconds += time.perf_counter() - began

    def _answer(self, request: web.BaseRequest) -> web.Response:
        target = urlsplit(request.raw_path)
        host = target.hostname or ""
        if host in self.pages and target.path == "/":
            self.hits[host] = self.hits.get(host, 0) + 1
            path = self.pages[host]
            return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix])
        if request.path == "/search":
            return web.json_response({"query": request.query.get("q"), "results": self._found(request)})
        if request.path == "/busy":
            return web.json_response(
                {"seconds": self.seconds, "pages": len(self.hits), "requests": sum(self.hits.values())}
            )
        return web.Response(status=404)

    def _found(self, request: web.BaseRequest) -> list[dict[str, str]]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", request.query.get("q", "")))
        start = (int(request.query.get("pageno", "1")) - 1) * RESULTS_A_PAGE
        rows = self.index.execute(
            "select host, title from words where words match ? order by bm25(words) limit ? offset ?",
            (words or '"nothing"', RESULTS_A_PAGE, start),
        )
        return [
            {"url": f"http://{host}/", "title": title, "content": title[:SNIPPET_CHARACTERS]} for host, title in rows
        ]


def open_web(folder: Path) -> Web:
    """All pages of the folder, each on `pN.example`."""
    files = sorted(path for path in folder.iterdir() if path.suffix in TYPES)
    index = sqlite3.connect(":memory:")
    index.execute("create virtual table words using fts5(host unindexed, title, body, tokenize='porter unicode61')")
    pages = {f"p{number}.example": path for number, path in enumerate(files)}
    for host, path in pages.items():
        text = path.read_text("utf-8", "replace") if path.suffix != ".pdf" else path.stem
        title = (re.search(r"<title[^>]*>(.*?)</title>", text, re.DOTALL) or re.search(r"()", text))[1]  # type: ignore[index]
        index.execute("insert into words values (?, ?, ?)", (host, " ".join(title.split()), _TAG.sub(" ", text)))
    return Web(pages, index)


async def serve(pages: Web, port: int) -> None:
    """Answer on this port of loopback until the program ends."""
    runner = web.ServerRunner(web.Server(pages.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(open_web(Path(sys.argv[1])), int(sys.argv[2])))
