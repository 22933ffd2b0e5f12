import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from actors.config import RedisConfig, StorageConfig
from app.config import AppConfig, AuthConfig, ServerConfig
from app.factory import create_app

pytestmark = pytest.mark.browser


KEY = "a key for the pages"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service listens, in a thread of its own: the browser's driver keeps this one."""
    folder = tmp_path_factory.mktemp("service")
    config = AppConfig(
        storage=StorageConfig(data=folder / "data", reports=folder / "reports"),
        redis=RedisConfig(url="memory"),
        server=ServerConfig(actors=False),
        auth=AuthConfig(api_key=KEY),
    )
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(create_app(config), shutdown_timeout=0.1)

    async def start() -> str:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(start(), loop).result(30)
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def opened(browser: Browser, address: str, path: str) -> Iterator[Page]:
    """The page, opened; fails on any complaint in the console and on any request to another server."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + path)
    yield page
    context.close()
    assert told == []
    assert [url for url in asked if not url.startswith((address + "/", "data:", f"blob:{address}/"))] == []


def test_swagger_ui_shows_the_operations_and_sends_a_request(browser: Browser, address: str) -> None:
    with opened(browser, address, "/docs") as page:
        page.get_by_role("button", name="Authorize").click()
        page.locator("#api_key_value").fill(KEY)
        page.get_by_label("Apply credentials").first.click()
        page.get_by_role("button", name="Close").first.click()
        operation = page.locator("#operations-research-submit")
        operation.locator(".opblock-summary").click()
        expect(operation).to_contain_text("How long is the Bridge of Sighs?")
        operation.get_by_role("button", name="Try it out").click()
        operation.get_by_role("button", name="Execute").click()
        expect(operation.locator(".live-responses-table")).to_contain_text('"result": null')


def test_redoc_shows_the_operations(browser: Browser, address: str) -> None:
    with opened(browser, address, "/redoc") as page:
        for path in ("/research", "/status/{job_id}", "/jobs/{job_id}/events", "/health"):
            expect(page.get_by_text(path, exact=True).first).to_be_visible()
        page.get_by_text("/research", exact=True).first.click()
        expect(page.get_by_text("Ask a question").first).to_be_visible()
        expect(page.get_by_text("max_results").first).to_be_visible()
        page.get_by_role("button", name="Hide sidebar").click()
