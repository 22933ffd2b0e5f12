"""Says how much weight a source can carry, and why: fixed points for what anyone can check on the page itself."""

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from actors.domain.documents import Credibility, Source
from actors.services.nlp.remembered import remembered

BASE = 0.4
"""What a source starts with; reasons add to it or take from it, and the sum is kept within 0 and 1."""

WEIGHTS = {
    "author": 0.10,
    "no author": -0.05,
    "date": 0.08,
    "no date": -0.05,
    "references": 0.12,
    "public": 0.12,
    "figures": 0.04,
    "agrees": 0.15,
    "disagrees": -0.05,
    "short": -0.15,
    "emotional": -0.12,
}
"""Points by reason; those of references and agreement are the most that can be had."""

_ENOUGH_REFERENCES, _ENOUGH_AGREEMENTS = 4, 3
_SHORT_WORDS = 120
_EMOTIONAL_PER_WORD = 1 / 60
_FIGURES_PER_WORD = 1 / 100
_MOST_CHARACTERS = 200_000
_KEPT_TEXTS, _KEPT_WORDS = 2_048, 16_384
"""What was counted in the last texts, and which words are emotional, 200 bytes each."""
_PUBLIC_HOST = re.compile(
    r"(?:^|\.)(?:edu|gov|mil|int)(?:\.[a-z]{2})?$|\.(?:ac|gov|gob|gouv|gv|go|govt|parliament|nhs)\.[a-z]{2}$"
    r"|\.(?:gc\.ca|europa\.eu|admin\.ch|bund\.de)$"
)
_HEADING = re.compile(
    r"^[^\w\n]*(?:references|sources|bibliography|works cited|notes|literature|further reading|quellen|literatur"
    r"|références|referencias)[^\w\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_ENTRY = re.compile(r"^.{15,}$", re.MULTILINE)
_CITATION = re.compile(r"\[(\d{1,3})\]|\((?:[A-Z][\w’'-]+(?: et al\.| and [A-Z][\w’'-]+)?,? (?:19|20)\d\d[a-z]?)\)")
_LINK = re.compile(r"\bdoi\.org/\S+|\bdoi:\s?\S+|https?://\S+", re.IGNORECASE)
_RUN = re.compile(r"\w+")
_WORD = re.compile(r"[^\W\d_]+")
_FIGURE = re.compile(r"\d[\d.,]*")
_EMOTIONAL = re.compile(
    r"(?:shock\w*|outrag\w*|disgust\w*|horrif\w*|terrifying|unbelievable|incredible|amazing|insane|evil|disgrace\w*"
    r"|hoax|scandalous|pathetic|stupid|idiot\w*|liars?|hate[ds]?|miracle|destroyed?|slam(?:s|med)|furious|explosive"
    r"|bombshell|traitors?|catastroph\w*|nightmare)",
    re.IGNORECASE,
)
_WAKE_UP = re.compile(r"\bwake up\b")
_LINK_MARKS = ("://", "doi.org/", "doi:")
"""One of these is in every link: most texts have none, which is told much faster."""


class _Signs(NamedTuple):
    """How often a text has each."""

    words: int
    references: int
    figures: int
    emotional: int


def credibility(
    source: Source, *, text: str, in_agreement: int, in_disagreement: int, references: int | None = None
) -> Credibility:
    """The score of a source and its reasons, the weightiest first.

    It judges the page, never the outlet or its language, and says nothing of what is true.

    Args:
        source: its address, author and date.
        text: its cleaned text.
        in_agreement: rows of the agreement table where it agrees with another source.
        in_disagreement: rows where another source contradicts it.
        references: how many works it cites; counted in the text if None.
    """
    signs = _signs(text[:_MOST_CHARACTERS])
    points = [
        *_told_by_record(source),
        *_told_by_text(signs if references is None else signs._replace(references=references)),
        *_told_by_others(in_agreement, in_disagreement),
    ]
    points.sort(key=lambda point: -abs(point[0]))
    score = min(1.0, max(0.0, BASE + sum(weight for weight, _ in points)))
    return Credibility(score=round(score, 2), reasons=tuple(reason for _, reason in points))


def _told_by_record(source: Source) -> list[tuple[float, str]]:
    host = _host(source.url)
    author = (source.author or "").strip()
    points = [
        (WEIGHTS["author"], "names its author") if author else (WEIGHTS["no author"], "no author"),
        (WEIGHTS["date"], f"published {source.published}") if source.published else (WEIGHTS["no date"], "no date"),
    ]
    if _PUBLIC_HOST.search(host):
        points.append((WEIGHTS["public"], "site of a university or public body"))
    return points


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@remembered(_KEPT_TEXTS)
def _signs(text: str) -> _Signs:
    runs = Counter(_RUN.findall(text))
    words = sum(times * (1 if run.isalpha() else len(_WORD.findall(run))) for run, times in runs.items())
    emotional = sum(times for run, times in runs.items() if _is_emotional(run))
    emotional += text.count("!") + len(_WAKE_UP.findall(text.lower()))
    return _Signs(words, count_references(text), len(_FIGURE.findall(text)), emotional)


@lru_cache(maxsize=_KEPT_WORDS)
def _is_emotional(word: str) -> bool:
    return _EMOTIONAL.fullmatch(word) is not None


def _told_by_text(signs: _Signs) -> list[tuple[float, str]]:
    points: list[tuple[float, str]] = []
    words, cited = signs.words, signs.references
    if cited:
        share = min(cited, _ENOUGH_REFERENCES) / _ENOUGH_REFERENCES
        points.append((WEIGHTS["references"] * share, f"lists {cited} reference{'s' * (cited != 1)}"))
    if words < _SHORT_WORDS:
        points.append((WEIGHTS["short"], f"very short ({words} words)"))
        return points
    if signs.figures >= words * _FIGURES_PER_WORD:
        points.append((WEIGHTS["figures"], "gives figures"))
    if signs.emotional >= words * _EMOTIONAL_PER_WORD:
        points.append((WEIGHTS["emotional"], "strong emotional tone"))
    return points


def _told_by_others(in_agreement: int, in_disagreement: int) -> list[tuple[float, str]]:
    points: list[tuple[float, str]] = []
    if in_agreement:
        share = min(in_agreement, _ENOUGH_AGREEMENTS) / _ENOUGH_AGREEMENTS
        figures = "one figure or date" if in_agreement == 1 else f"{in_agreement} figures or dates"
        points.append((WEIGHTS["agrees"] * share, f"agrees with other sources on {figures}"))
    if in_disagreement:
        figures = "one figure or date" if in_disagreement == 1 else f"{in_disagreement} figures or dates"
        points.append((WEIGHTS["disagrees"], f"contradicted by other sources on {figures}"))
    return points


def count_references(text: str) -> int:
    """How many works a text cites: entries under its last heading of references, else marks or links in it."""
    headings = list(_HEADING.finditer(text))
    listed = len(_ENTRY.findall(text, headings[-1].end())) if headings else 0
    marks = {match[0] for match in _CITATION.finditer(text)}
    lower = text.lower()
    linked = any(mark in lower for mark in _LINK_MARKS)
    links = {match[0].rstrip(".,;)") for match in _LINK.finditer(text)} if linked else ()
    return listed or max(len(marks), len(links))
