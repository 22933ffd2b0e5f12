"""Pages that were delivered but say nothing: empty ones, walls, errors dressed as success, lists of links."""

import re

from actors.domain.documents import Extracted
from actors.services.fetch.base import Page

LEAST_WORDS = 40
LEAST_NOTE_WORDS = 4
NOTES = frozenset({"text/plain", "text/markdown"})
"""Kinds in which one sentence can be all there is to say; a page so short is mostly the frame of one."""

WALL_WORDS = 80
"""A longer text is an article, even when it talks of captchas and cookies."""

TEASER_WORDS = 150
TEASER_END_LINES = 4
LINK_LIST_LINES = 20
LINE_WORDS = 5
SEARCHED_BYTES = 50_000
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*\s*$")


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


WALLS = {
    "shows a check against robots instead of its text": _any(
        r"verify(?:ing)? (?:that )?you are (?:a )?human",
        r"are you a (?:human|robot)\b",
        r"unusual traffic from",
        r"(?:complete|solve) (?:the|a|this) captcha",
        r"checking your browser",
        r"attention required!? \| cloudflare",
        r"just a moment\.\.\.",
        r"access to this page has been denied",
        r"you have been blocked",
        r"press (?:&|and) hold",
    ),
    "needs JavaScript to show its text": _any(
        r"(?:enable|activate|turn on|requires?) java ?script",
        r"java ?script is (?:disabled|required)",
        r"please enable js\b",
        r"java ?script aktivieren",
    ),
    "shows a question about cookies instead of its text": _any(
        r"(?:we|this (?:web)?site) (?:and our partners )?uses? cookies",
        r"accept (?:all )?cookies",
        r"manage (?:your )?(?:cookie|privacy) (?:settings|preferences)",
    ),
}
PAYWALL = _any(
    r"subscribe (?:now )?to (?:continue|read|unlock|keep reading)",
    r"subscribe to continue",
    r"already a subscriber",
    r"(?:log|sign) ?in (?:or \w+ )?to (?:continue|read)",
    r"to continue reading",
    r"this (?:article|content) is (?:for|only available to|reserved for) (?:our )?(?:paying )?(?:subscribers|members)",
    r"nur für abonnenten",
    r"jetzt abonnieren",
    r"réservé aux abonnés",
)
ERROR_TITLE = _any(
    r"^(?:error\s*)?(?:40[0134]|410|50[0234])\b(?! \w+ \w+ \w+)",
    r"\b(?:page|file|site) (?:could )?not (?:be )?found\b",
    r"^not found$",
    r"^(?:access denied|forbidden|bad gateway|service unavailable|internal server error)$",
    r"seite nicht gefunden",
)


def refusal(extracted: Extracted, page: Page) -> str | None:
    """The reason why a page that was read cannot serve as a source; None when it can."""
    if not page.body.strip():
        return "is empty"
    text = extracted.text
    count = len(text.split())
    if not _has_unspaced_script(text):
        if reason := _wall(extracted, page, count):
            return reason
        if count < (LEAST_NOTE_WORDS if page.content_type in NOTES else LEAST_WORDS):
            return f"holds hardly any text ({count} words)" if count else "holds no text"
    return "is a list of links" if _is_link_list(text) else None


def _wall(extracted: Extracted, page: Page, count: int) -> str | None:
    if count < TEASER_WORDS and PAYWALL.search("\n".join(extracted.text.split("\n")[-TEASER_END_LINES:])):
        return "shows only a teaser before its paywall"
    if count < TEASER_WORDS and ERROR_TITLE.search(extracted.title):
        return "is an error page"
    if count >= WALL_WORDS:
        return None
    told = f"{extracted.title}\n{extracted.text}"
    if count < LEAST_WORDS:
        told += page.body[:SEARCHED_BYTES].decode("utf-8", "replace")
    return next((reason for reason, pattern in WALLS.items() if pattern.search(told)), None)


def _has_unspaced_script(text: str) -> bool:
    """Whether it is long enough in a script that puts no spaces between words, such as Chinese, Japanese or Thai."""
    return len(UNSPACED.findall(text)) > LEAST_WORDS * 2


def _is_link_list(text: str) -> bool:
    """Many lines, hardly one of them a sentence."""
    lines = text.split("\n")
    if len(lines) < LINK_LIST_LINES or _has_unspaced_script(text):
        return False
    return not any(len(line.split()) > LINE_WORDS and SENTENCE_END.search(line) for line in lines)
