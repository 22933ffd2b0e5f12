import re
from collections.abc import Callable

import pytest

from actors.domain.documents import Extracted
from actors.services.fetch.base import Page
from actors.services.fetch.extract import extract
from actors.services.fetch.judge import refusal

MakePage = Callable[..., Page]

STORY = "The council of Leeds voted on Monday to build a second bridge over the river, after two years of debate. "


def judged(page: Page) -> str | None:
    return refusal(extract(page), page)


def html(title: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def test_an_article_can_serve(page: MakePage) -> None:
    assert judged(page(html("A vote", STORY * 3, "The mayor stayed away."))) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("<html><body><img src=a></body></html>", "holds no text"),
        (html("Short", "Hardly a word."), r"holds hardly any text \(\d words\)"),
        (html("Just a moment...", "Checking your browser before accessing example.org."), "check against robots"),
        (html("Verify", "Please verify you are a human by completing the test below."), "check against robots"),
        (html("App", "<noscript>You need to enable JavaScript to run this app.</noscript>"), "needs JavaScript"),
        (html("News", "This website uses cookies. Accept all cookies to go on."), "question about cookies"),
        (html("A vote", STORY * 3, "Subscribe to continue reading this story."), "teaser before its paywall"),
        (html("404 Not Found", "The page that you asked for is not here. " * 8), "is an error page"),
        (html("Page not found - Example", "Try the search or go back to the home page. " * 8), "is an error page"),
        (html("Links", *(f"Link number {number}" for number in range(60))), "list of links"),
    ],
)
def test_a_page_that_says_nothing_is_refused_with_its_reason(page: MakePage, body: str, reason: str) -> None:
    found = judged(page(body))
    assert found is not None
    assert re.search(reason, found)


@pytest.mark.parametrize(
    "topic",
    [
        "Researchers found that most people fail when asked to solve a captcha, and said so in a paper.",
        "The publisher asks readers to subscribe to continue reading, which is called a paywall.",
        "Browsers that require JavaScript were rare in 1996, and this site uses cookies was never read.",
        "The error 404 Not Found is older than the web that most of us know.",
    ],
)
def test_an_article_about_walls_is_no_wall(page: MakePage, topic: str) -> None:
    assert judged(page(html("On the web", STORY * 4, topic, STORY * 4, STORY, STORY, STORY))) is None


def test_a_year_in_a_title_is_no_error(page: MakePage) -> None:
    assert judged(page(html("500 years of printing in Leeds", STORY * 4))) is None


def test_scripts_without_spaces_are_measured_by_their_letters(page: MakePage) -> None:
    text = "市議会は月曜日に川に第二の橋を建設することを決定しました。" * 5
    assert refusal(Extracted(text=text), page(text, "text/plain")) is None
