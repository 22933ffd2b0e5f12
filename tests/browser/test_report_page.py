from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
WIDE, PHONE = (1440, 900), (360, 740)


@contextmanager
def opened(browser: Browser, path: Path, size: tuple[int, int] = WIDE, **options: Any) -> Iterator[Page]:
    """The page, opened; fails on any message in the console and on any request but the file's own."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    page = context.new_page()
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert told == []
    assert {url.partition("#")[0] for url in asked if not url.startswith("data:")} == {path.as_uri()}


@pytest.fixture(params=["full", "empty"])
def page_file(request: pytest.FixtureRequest, full_page: Path, empty_page: Path) -> Path:
    return {"full": full_page, "empty": empty_page}[request.param]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, (1100, 800), (700, 900), PHONE], ids=["wide", "middle", "tablet", "phone"])
def test_the_page_fits_its_window_and_asks_for_nothing(
    browser: Browser, page_file: Path, scheme: Scheme, size: tuple[int, int]
) -> None:
    with opened(browser, page_file, size, color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing(browser: Browser, page_file: Path, scheme: Scheme, size: tuple[int, int]) -> None:
    with opened(browser, page_file, size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce") as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_while_a_passage_is_open(browser: Browser, full_page: Path) -> None:
    with opened(browser, full_page, PHONE, bypass_csp=True) as page:
        page.locator(".cite").first.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_citation_shows_its_passage_where_the_reader_is(
    browser: Browser, full_page: Path, size: tuple[int, int]
) -> None:
    with opened(browser, full_page, size, reduced_motion="reduce") as page:
        link = page.locator("#finding-9 .cite")
        link.scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        link.click()
        passage = page.locator(".quote:target")
        expect(passage.locator("mark")).to_be_in_viewport()
        expect(passage.locator("mark").first).to_contain_text(page.locator("#finding-9 > span").first.inner_text()[:40])
        assert page.evaluate("scrollY") == before
        passage.locator(".close").click()
        expect(page.locator(".quote:target")).to_have_count(0)
        assert page.evaluate("scrollY") == before


def test_a_passage_leads_back_to_its_sentence(browser: Browser, full_page: Path) -> None:
    with opened(browser, full_page, reduced_motion="reduce") as page:
        page.locator("#answer-2 .cite").click()
        page.locator(".quote:target .ways a", has_text="Answer 2").click()
        expect(page.locator("#answer-2:target")).to_be_in_viewport()


def test_the_keyboard_skips_to_the_answer_and_opens_a_citation(browser: Browser, full_page: Path) -> None:
    with opened(browser, full_page, reduced_motion="reduce") as page:
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator("#answer-1 .cite")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".quote:target mark")).to_be_in_viewport()


def test_an_event_under_a_closed_table_opens_it(browser: Browser, full_page: Path) -> None:
    with opened(browser, full_page) as page:
        page.locator("#timeline summary").click()
        expect(page.locator("#event-3")).to_be_hidden()
        page.locator("#answer-3 .cite").click()
        page.locator(".quote:target .ways a", has_text="Event").first.click()
        expect(page.locator("#event-3")).to_be_in_viewport()


def test_on_paper_every_table_is_open_and_the_contents_are_gone(browser: Browser, full_page: Path) -> None:
    with opened(browser, full_page) as page:
        assert not page.locator("#topics td").first.is_visible()
        page.emulate_media(media="print")
        expect(page.locator("#topics td").first).to_be_visible()
        expect(page.locator("nav")).to_be_hidden()
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_chart_labels_can_be_read_on_a_phone(browser: Browser, full_page: Path) -> None:
    smallest = """Math.min(...[...document.querySelectorAll('svg.chart text')].map(text => {
        const matrix = text.getScreenCTM(); return parseFloat(getComputedStyle(text).fontSize) * matrix.a }))"""
    with opened(browser, full_page, PHONE) as page:
        assert page.evaluate(smallest) >= 9
