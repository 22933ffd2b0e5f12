"""Where a link of the report may lead: to the web by http and https, or to the saved text beside it; nowhere else."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from actors.domain.documents import Media, Passage, Source, SourceStatus
from actors.services.report.fragments import text_directive, with_directive

_WEB = re.compile(r"https?://[^\s\x00-\x20\x7f]+", re.IGNORECASE)


def is_web(url: str) -> bool:
    """Whether the address may stand in the report as a link."""
    return _WEB.fullmatch(url) is not None


def saved_text(source: Source) -> str:
    """The path of a source's text beside the report."""
    return f"sources/{source.id}.txt"


def source_link(source: Source) -> str:
    """The page itself where it is on the web, else its saved text; empty for one that was not read."""
    if is_web(source.url):
        return source.url
    return saved_text(source) if source.status is SourceStatus.READ else ""


def media_link(media: Media) -> str:
    """The page that shows it, else the image or video itself; empty where neither is on the web."""
    return next((url for url in (media.url, media.media_url or "") if is_web(url)), "")


def media_file(media: Media) -> str:
    """The image or video itself, where it is on the web beside the page that shows it; empty else."""
    own = media.media_url or ""
    return own if is_web(own) and is_web(media.url) and own != media.url else ""


def site_of(url: str) -> str:
    """The host that an address on the web leads to; empty for any other."""
    if not is_web(url):
        return ""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def passage_link(source: Source, passage: Passage, texts: Mapping[str, str], start: int, end: int) -> str:
    """The source opened at its characters `start` to `end`, which lie in the passage."""
    text = texts.get(source.id)
    if text is None or text[passage.start : passage.end] != passage.text:
        directive = text_directive(passage.text, start - passage.start, end - passage.start)
    else:
        directive = text_directive(text, start, end)
    link = source_link(source)
    return with_directive(link, directive) if link else ""
