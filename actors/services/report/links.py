"""Where a link of the report may lead: to the web by http and https, or to the saved text beside it; nowhere else."""

import re
from collections.abc import Mapping

from actors.domain.documents import Passage, Source, SourceStatus
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


def passage_link(source: Source, passage: Passage, texts: Mapping[str, str], start: int, end: int) -> str:
    """The source opened at its characters `start` to `end`, which lie in the passage."""
    text = texts.get(source.id)
    if text is None or text[passage.start : passage.end] != passage.text:
        directive = text_directive(passage.text, start - passage.start, end - passage.start)
    else:
        directive = text_directive(text, start, end)
    link = source_link(source)
    return with_directive(link, directive) if link else ""
