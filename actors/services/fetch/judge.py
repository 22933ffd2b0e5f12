"""Pages that were delivered but say nothing: empty ones, walls, disguised errors, boilerplate, lists of links."""

import re
from urllib.parse import urlsplit

from actors.domain.documents import Extracted
from actors.services.fetch.base import Page
from actors.services.fetch.walls import (
    CONSENT,
    LOGIN,
    PAYWALL,
    is_consent,
    is_empty_shell,
    is_login,
    is_not_free,
    is_paywall,
    wall,
)

LEAST_WORDS = 40
LEAST_NOTE_WORDS = 4
NOTES = frozenset({"text/plain", "text/markdown"})
"""Kinds in which one sentence can be all there is to say; a page so short is mostly the frame of one."""

WALL_WORDS = 80
"""A longer text is an article, even when it talks of captchas and cookies."""

TITLED_WALL_WORDS = 200
"""A wall that bears its name as the title explains itself in up to so many words."""

TEASER_WORDS = 150
LONG_TEASER_WORDS = 250
TEASER_END_LINES = 4
ERROR_WORDS = 150
LINK_LIST_LINES = 20
LINE_WORDS = 5
SEARCHED_BYTES = 50_000
BOILERPLATE_SHARE = 0.6
BOILERPLATE_WORDS = 200
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*\s*$")


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


ERROR_TITLE = _any(
    r"^(?:error\s*)?(?:40[0134]|410|50[0234])\b(?! \w+ \w+ \w+)",
    r"\b(?:page|file|site|article|content|resource|url) "
    r"(?:(?:was|is|could|can) ?not|cannot be|not) (?:be )?(?:found|available)\b",
    r"\b(?:page|article|story) (?:no longer exists|does(?:n't|n’t| not) exist|is no longer available|has been removed)",
    r"^(?:sorry|oops|uh[- ]oh)\b.{0,60}\b(?:found|find|exist|wrong|missing)",
    r"^not found$",
    r"^(?:access denied|forbidden|bad gateway|service unavailable|internal server error|an error (?:has )?occurred)$",
    r"seite (?:wurde )?nicht gefunden|page (?:non trouvée|introuvable)|página no encontrada|pagina non trovata",
)
ERROR_TEXT = _any(
    r"(?:page|article|content|file|url) (?:that )?(?:you(?:'re|’re| are| were|'ve|’ve| have)? )?(?:are |were )?"
    r"(?:look(?:ing)? for|request(?:ed)?|tried to (?:reach|open)|asked for)\b.{0,60}"
    r"(?:not|n't|n’t|no longer|moved|removed|deleted|cannot|unavailable)",
    r"(?:we|sorry,? (?:but )?we) "
    r"(?:couldn't|couldn’t|could not|can't|can’t|cannot) find (?:the|that|this|your) (?:page|article)",
    r"(?:404|410) (?:error|not found|page)|error (?:404|410)\b",
)
NO_SITE = _any(
    r"(?:this |the )?domain(?: name)? (?:is|may be|might be) (?:for sale|parked|available for purchase)",
    r"buy this domain|domain parking|parked free,? courtesy",
    r"welcome to nginx|apache2? \w+ default page|it works!$|iis windows server",
    r"account (?:has been )?suspended|this site is (?:currently )?(?:unavailable|under construction)",
    r"(?:website|site) (?:is )?coming soon|under construction",
)
BOILERPLATE = _any(
    r"all rights reserved|©|\(c\) (?:19|20)\d\d|copyright",
    r"(?:terms|conditions) of (?:use|service|sale)|terms (?:and|&) conditions|privacy (?:policy|notice|statement)",
    r"(?:cookie|consent) (?:policy|settings|preferences)|uses? cookies",
    r"(?:sign up|subscribe) (?:for|to) (?:our|the) newsletter|follow us on|share (?:this|on)\b|contact us|about us",
    r"skip to (?:main )?content|toggle navigation|back to top|powered by",
    r"advertis(?:e|ing|ement)|site ?map|accessibility",
    r"impressum|datenschutz|mentions légales|aviso legal",
)


def refusal(extracted: Extracted, page: Page) -> str | None:
    """The reason why a page that was read cannot serve as a source; None when it can."""
    if not page.body.strip():
        return "is empty"
    text = extracted.text
    if not _has_unspaced_script(text):
        count = len(text.split())
        if reason := _wall(extracted, page, count) or _error(extracted, count):
            return reason
        if count < (LEAST_NOTE_WORDS if page.content_type in NOTES else LEAST_WORDS):
            return f"holds hardly any text ({count} words)" if count else "holds no text"
        if count < BOILERPLATE_WORDS and _boilerplate_share(text, count) > BOILERPLATE_SHARE:
            return "holds nothing but boilerplate such as legal notices and navigation"
    return "is a list of links" if _is_link_list(text) else None


def _wall(extracted: Extracted, page: Page, count: int) -> str | None:
    text = extracted.text
    markup = page.body[:SEARCHED_BYTES].decode("utf-8", "replace") if count < LONG_TEASER_WORDS else ""
    if count < LEAST_WORDS and is_login(markup):
        return wall(text) or LOGIN
    if count < LONG_TEASER_WORDS and _is_teaser(text, count, markup):
        return PAYWALL
    if is_consent(text, count, urlsplit(page.url).hostname or ""):
        return CONSENT
    named = wall(extracted.title) if count < TITLED_WALL_WORDS else None
    worded = wall(text, markup if count < LEAST_WORDS else "") if count < WALL_WORDS else None
    empty = is_empty_shell(markup) or (PAYWALL if is_not_free(markup) else None) if count < LEAST_WORDS else None
    return named or worded or empty


def _is_teaser(text: str, count: int, markup: str) -> bool:
    end = "\n".join(text.split("\n")[-TEASER_END_LINES:])
    return count >= LEAST_NOTE_WORDS and is_paywall(end) and (count < TEASER_WORDS or is_not_free(markup))


def _error(extracted: Extracted, count: int) -> str | None:
    title, text = extracted.title, extracted.text
    if count < ERROR_WORDS and (ERROR_TITLE.search(title) or (count < WALL_WORDS and ERROR_TEXT.search(text))):
        return "is an error page"
    if count < WALL_WORDS and (NO_SITE.search(title) or NO_SITE.search(text)):
        return "is the placeholder of a site that is not there"
    return None


def _boilerplate_share(text: str, count: int) -> float:
    """The share of words that stand in lines of boilerplate."""
    return sum(len(line.split()) for line in text.split("\n") if BOILERPLATE.search(line)) / count


def _has_unspaced_script(text: str) -> bool:
    """Whether it is long enough in a script that puts no spaces between words, such as Chinese, Japanese or Thai."""
    return len(UNSPACED.findall(text)) > LEAST_WORDS * 2


def _is_link_list(text: str) -> bool:
    """Many lines, hardly one of them a sentence."""
    lines = text.split("\n")
    if len(lines) < LINK_LIST_LINES or _has_unspaced_script(text):
        return False
    return not any(len(line.split()) > LINE_WORDS and SENTENCE_END.search(line) for line in lines)
