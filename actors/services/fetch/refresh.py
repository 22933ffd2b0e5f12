"""Pages that send their reader on by their markup instead of a status are followed like any redirect."""

import html
import re

from actors.services.fetch.answers import Answer

MAX_BYTES = 10_000
MAX_SECONDS = 5
LEAST_WORDS = 40
"""A page with more words than this is worth reading itself."""

HTML_TYPES = ("", "text/html", "application/xhtml+xml")

_REFRESH = re.compile(
    rb"<meta[^<>]{0,100}?http-equiv\s*=\s*[\"']?refresh[\"']?[^<>]{0,100}?content\s*=\s*"
    rb"[\"']?\s*(\d{1,3})(?:\.\d*)?\s*[;,]\s*(?:url\s*=|(?!\s*url\s*=))\s*[\"']?([^\"'<>]{1,2000})",
    re.IGNORECASE,
)
_MARKUP = re.compile(rb"<(script|style)\b.{0,5000}?</\1|<[^<>]*>", re.IGNORECASE | re.DOTALL)


def refresh_location(answer: Answer) -> str | None:
    """Where a page that is hardly more than a `<meta http-equiv="refresh">` leads, at once or soon."""
    if len(answer.body) > MAX_BYTES or answer.content_type not in HTML_TYPES:
        return None
    match = _REFRESH.search(answer.body)
    if not match or int(match[1]) > MAX_SECONDS or len(_MARKUP.sub(b" ", answer.body).split()) >= LEAST_WORDS:
        return None
    return html.unescape(match[2].decode("utf-8", "replace")).strip() or None
