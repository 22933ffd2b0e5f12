"""Names of authors out of the ways in which pages and papers write them."""

import re
from collections.abc import Sequence

from actors.services.fetch.tidy import tidy_line

MAX_CHARACTERS = 200
MAX_WORDS = 40
CONSIDERED_CHARACTERS = 500
BYLINE_CHARACTERS = 120
BYLINE_WORDS = 6
NOBODY = frozenset(
    {
        *("admin", "administrator", "webmaster", "editor", "guest", "unknown", "anonymous", "author", "none", "null"),
        *("user", "staff", "root", "redaktion", "presse", "(author unknown)", "n/a", "undefined", "super user", "-"),
    }
)

_LEAD = re.compile(
    r"^(?:(?:written|posted|published|reported|story|article|text)\s+)?(?:by|von|par|por|autore?|auteur|authors?)\b\s*:?\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:[|•·—–]|\s-\s|,?\s*(?:on|am|vom)\s+\d|\s(?:updated|published|posted)\b|(?<!\w)\d{1,2}[./ ]"
    r"|\bview (?:all|more)\b).*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+|@\w+")
_LINE = re.compile(
    r"^(?:(?:written|posted|words|text|story|report)\s+)?(?:by|von|par|por|di|autor(?:in)?|author)(?::\s*|\s+)"
    r"(?=[A-ZÀ-Þ])",
    re.IGNORECASE,
)


def clean_authors(names: Sequence[str], site: str = "") -> str | None:
    """One line of the names in their order, separated by commas; None when they name nobody."""
    cleaned = [name for name in map(_clean, names) if name and name.lower() != site.lower()]
    return ", ".join(dict.fromkeys(cleaned))[:MAX_CHARACTERS] or None


def _clean(name: str) -> str:
    name = _LEAD.sub("", tidy_line(name)[:CONSIDERED_CHARACTERS])
    if name.startswith(("http:", "https:", "//", "www.")):
        return ""
    name = tidy_line(_TAIL.sub("", _ADDRESS.sub("", name))).strip(" ,;:|")
    usable = 1 < len(name) <= MAX_CHARACTERS and len(name.split()) <= MAX_WORDS and any(map(str.isalpha, name))
    usable = usable and not set(name) & set("<>{}=")
    return name if usable and name.lower() not in NOBODY else ""


def is_byline(line: str) -> bool:
    """Whether a line of text is one such as `By Mary Jones, 3 May 2021`: a name in capitals after the word."""
    lead = _LINE.match(line[:MAX_CHARACTERS])
    if not lead or len(line) > BYLINE_CHARACTERS:
        return False
    name = _TAIL.sub("", line[lead.end() :]).split(",")[0].split()
    return 0 < len(name) <= BYLINE_WORDS and name[0][0].isupper() and name[-1].rstrip(".")[:1].isupper()
