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


ROBOT, LOGIN, PAY = "check against robots", "asks for a login", "teaser before its paywall"
HIDDEN = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (html("Attention Required! | Cloudflare", "Sorry, you have been blocked. " + "Why is that so? " * 30), ROBOT),
        (html("example.org", "Please verify that you are not a robot. Ray ID: 7a1b2c3d4e5f."), ROBOT),
        (html("Pardon Our Interruption", "As you were browsing something made us think you were a bot."), ROBOT),
        ('<html><body><script src="https://geo.captcha-delivery.com/c.js"></script></body></html>', ROBOT),
        (html("example.org", "Bitte bestätigen Sie, dass Sie kein Roboter sind."), ROBOT),
        ('<html><body><div id="root"></div><script src="/app.js"></script></body></html>', "needs JavaScript"),
        (html("App", "Bitte JavaScript aktivieren, um diese Seite zu sehen."), "needs JavaScript"),
        (html("Sign in", "<form>Sign in to continue<input name=p type=password></form>"), LOGIN),
        ("<html><body><form><input type='password'><button>Go</button></form></body></html>", LOGIN),
        (html("Members", "You must be logged in to view this page. Forgot your password?"), LOGIN),
        (
            html("Before you continue", "We use cookies and data with our partners. Reject all. Consent. " * 20),
            "cookies",
        ),
        (html("Zeit", "Wir und unsere Partner verwenden Cookies. Datenschutz. Einwilligung. " * 6), "cookies"),
        (html("A vote", STORY, "You have reached your limit of 3 free articles this month."), PAY),
        (html("A vote", STORY, "Dieser Artikel ist nur für Abonnenten."), PAY),
        (html("A vote", f"{HIDDEN}A vote on the bridge."), PAY),
        (html("Oops! We can't find that", "Perhaps it was moved. " * 10), "is an error page"),
        (html("Example", "Sorry, we could not find the page. Try the search."), "is an error page"),
        (html("Example", "The page you are looking for was removed or had its name changed."), "is an error page"),
        (html("Página no encontrada", "Vuelva a la portada."), "is an error page"),
        (html("Welcome to nginx!", "If you see this page, the web server is working. " * 4), "placeholder"),
        (html("example.com", "This domain is for sale. Buy this domain today."), "placeholder"),
        (
            html("Example", *["© 2021 Example Ltd. All rights reserved. Terms of use and privacy policy. " * 3] * 3),
            "boiler",
        ),
    ],
)
def test_a_page_that_keeps_its_reader_out_is_refused_with_its_reason(page: MakePage, body: str, reason: str) -> None:
    found = judged(page(body))
    assert found is not None
    assert reason in found


def test_a_consent_wall_is_known_by_its_host(page: MakePage) -> None:
    text = html("Example", "We use cookies. " + "Read on, choose what suits you and go to the site. " * 30)
    assert judged(page(text, url="https://consent.example.org/collect?to=a")) == (
        "shows a question about cookies instead of its text"
    )
    assert judged(page(text, url="https://example.org/a")) is None


@pytest.mark.parametrize(
    "topic",
    [
        "Researchers found that most people fail when asked to solve a captcha, and said so in a paper.",
        "The publisher asks readers to subscribe to continue reading, which is called a paywall.",
        "Browsers that require JavaScript were rare in 1996, and this site uses cookies was never read.",
        "The error 404 Not Found is older than the web that most of us know.",
        "You must be logged in to vote, and whoever forgot the password has to ask for it, the council said.",
        "Welcome to nginx, said the page, and the domain is for sale, it went on, though it is under construction.",
    ],
)
def test_an_article_about_walls_is_no_wall(page: MakePage, topic: str) -> None:
    assert judged(page(html("On the web", STORY * 4, topic, STORY * 4, STORY, STORY, STORY))) is None


def test_a_year_in_a_title_is_no_error(page: MakePage) -> None:
    assert judged(page(html("500 years of printing in Leeds", STORY * 4))) is None


def test_scripts_without_spaces_are_measured_by_their_letters(page: MakePage) -> None:
    text = "市議会は月曜日に川に第二の橋を建設することを決定しました。" * 5
    assert refusal(Extracted(text=text), page(text, "text/plain")) is None


def test_a_whole_text_that_is_sold_elsewhere_is_read(page: MakePage) -> None:
    assert judged(page(html("A vote", HIDDEN, *[STORY] * 12, "Subscribe to our newsletter."))) is None


def test_the_notice_at_the_foot_of_a_short_story_makes_it_no_boilerplate(page: MakePage) -> None:
    assert judged(page(html("A vote", STORY * 3, "© 2021 Example Ltd. All rights reserved. Privacy policy."))) is None
