"""Where sentences and passages begin and end: every offset is exact, and no sentence is lost or told twice."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from actors.domain.documents import Passage, Sentence
from actors.services.nlp.abbreviations import (
    AFTER_ORDINAL,
    BEFORE_NUMBERS,
    FOREIGN_STARTERS,
    MAY_END,
    MAY_END_CAPITALISED,
    STARTERS,
    TITLES,
)
from actors.services.nlp.prose import is_prose
from actors.services.nlp.remembered import remembered

__all__ = ["MAX_SENTENCE", "is_prose", "passage_sentences", "sentence_spans", "split_passages"]

MAX_SENTENCE = 1_500
"""Characters after which a sentence, or a passage, is cut whatever it says."""

_KEPT_TEXTS, _KEPT_PASSAGES = 1_024, 8_192
"""Texts whose passages, and passages whose sentences are remembered, by process: 10 KB and 1 KB each."""

_CLOSERS = "\"'”’»)\\]›"
_STOP = re.compile(
    rf"(?<![.!?…])(?P<mark>[.!?…]++)(?P<close>(?:[{_CLOSERS}]|\s»)*+)"
    r"(?P<note>(?:\s?\[[\w ]{1,12}\])*+)(?P<space>\s++|$)"
    rf"|(?P<wide>[。！？؟۔।]++[{_CLOSERS}」』）]*+)\s*+"
)
_MARK = re.compile("[.!?…。！？؟۔।]")
"""What `_STOP` begins with: looking for one of a few characters is much faster than trying it everywhere."""
_TOKEN_WIDTH = 40
_TOKEN = re.compile(r"[^\s(\[\"'“‘«„/–—-]*$")
_NEXT = re.compile(r"[\"'“‘«„(\[¿¡*•]*+(?P<word>[^\W_]*)(?P<after>.?)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_LIST_MARK = re.compile(r"(?:\d{1,3}|[IVXLC]{1,6}|[^\W\d_])(?:\.\d{1,3})*")
_SPACE = re.compile(r"\s*")
_NO_START = frozenset("–—-,;:)=&/|+")

_HEADING_CHARACTERS = 90
_MAX_HEADINGS = 3
_SENTENCE_END = frozenset(".!?…:;,。！？؟۔।\"'”’»)")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of `text`, in order, without the white space around them.

    No span crosses a newline, none is longer than `MAX_SENTENCE`, and all that is not white space is in one.
    """
    return list(_known_spans(text) if len(text) <= MAX_SENTENCE else _spans(text))


def _spans(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end > start:
            for begin, stop in _line_spans(text[start:end]):
                spans.extend(_cut(text, start + begin, start + stop))
        start = end + 1
    return spans


@lru_cache(maxsize=_KEPT_PASSAGES)
def _known_spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(_spans(text))


def split_passages(source_id: str, text: str, *, target_characters: int = 600) -> list[Passage]:
    """Consecutive whole sentences of `text` in passages of about `target_characters`, at most `MAX_SENTENCE`.

    Every sentence is in exactly one passage; a heading stays with what follows it, and begins a passage where the
    one before it is not too short. Ids are the source's id, "p" and a number from 1.
    """
    return [
        Passage(id=f"{source_id}p{number}", source_id=source_id, text=text[start:end], start=start, end=end)
        for number, (start, end) in enumerate(_passage_spans(text, target_characters), 1)
    ]


@remembered(_KEPT_TEXTS)
def _passage_spans(text: str, target: int) -> tuple[tuple[int, int], ...]:
    spans = _spans(text)
    headings = [_is_heading(text, start, end) for start, end in spans]
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(spans):
        after = _passage_end(spans, headings, first, target)
        found.append((spans[first][0], spans[after - 1][1]))
        first = after
    return tuple(found)


def headed(passage: Passage, title: str) -> str:
    """The passage under its source's title, for its vector: alone it often does not say what it is about."""
    return f"{title}\n{passage.text}" if title else passage.text


def passage_sentences(passage: Passage) -> list[Sentence]:
    """The sentences of `passage`; their offsets are into the source's text, like the passage's own."""
    return [
        Sentence(
            source_id=passage.source_id,
            passage_id=passage.id,
            text=passage.text[start:end],
            start=passage.start + start,
            end=passage.start + end,
        )
        for start, end in sentence_spans(passage.text)
    ]


def _line_spans(line: str) -> Iterator[tuple[int, int]]:
    begin = len(line) - len(line.lstrip())
    after = 0
    for mark in _MARK.finditer(line):
        match = _STOP.match(line, mark.start()) if mark.start() >= after else None
        if match is None:
            continue
        after = match.end()
        stop = match.end("wide") if match["wide"] else match.start("space")
        if stop <= begin or match.end() >= len(line):
            continue
        if match["wide"] or _ends_sentence(line, begin, match):
            yield begin, stop
            begin = match.end()
    last = len(line.rstrip())
    if last > begin:
        yield begin, last


def _ends_sentence(line: str, begin: int, match: re.Match[str]) -> bool:
    """Whether the marks in `match` end the sentence that began at `begin`."""
    following = _NEXT.match(line, match.end())
    word = following["word"] if following else ""
    begins_small = word[:1].islower() and not word[1:2].isupper()
    if begins_small or (following and not word and following["after"] in _NO_START):
        return False
    if match["mark"] != "." or match["close"]:
        return True
    found = _TOKEN.search(line, max(begin, match.start() - _TOKEN_WIDTH), match.start())
    token = found.group() if found else ""
    if found and found.start() == begin and _LIST_MARK.fullmatch(token):
        return False
    if len(word) == 1 and following and following["after"] == ".":
        word = word.upper() + "."
    return _token_ends_sentence(token, word, noted=bool(match["note"]))


def _token_ends_sentence(token: str, word: str, *, noted: bool) -> bool:
    """Whether a full stop after `token` ends a sentence before `word`; `noted`: a footnote mark stands between."""
    lower, following = token.lower(), word.lower()
    if lower in TITLES:
        return False
    initials = (len(token) == 1 and token.isalpha()) or _INITIALS.fullmatch(token) is not None
    if word[:1].isdigit() and (lower in BEFORE_NUMBERS or initials):
        return False
    if token.isdigit():
        return following not in AFTER_ORDINAL
    if initials:
        return following in STARTERS or noted
    if lower in MAY_END or token in MAY_END_CAPITALISED:
        return following in STARTERS or following in FOREIGN_STARTERS or noted
    return True


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span in pieces of at most `MAX_SENTENCE` characters, cut at white space where there is any."""
    while end - start > MAX_SENTENCE:
        cut = max(text.rfind(space, start + 1, start + MAX_SENTENCE + 1) for space in " \t\u00a0")
        cut = cut if cut > start else start + MAX_SENTENCE
        yield start, start + len(text[start:cut].rstrip())
        space = _SPACE.match(text, cut, end)
        start = space.end() if space else cut
    if end > start:
        yield start, end


def _is_heading(text: str, start: int, end: int) -> bool:
    """Whether the span is a short line of its own that does not end as a sentence does."""
    alone = (start == 0 or text[start - 1] == "\n") and text[end : end + 1] in ("\n", "")
    return alone and end - start <= _HEADING_CHARACTERS and text[end - 1] not in _SENTENCE_END


def _passage_end(spans: Sequence[tuple[int, int]], headings: Sequence[bool], first: int, target: int) -> int:
    """The index after the last sentence of the passage that begins with sentence `first`."""
    start, after = spans[first][0], first + 1
    while after < len(spans):
        length = spans[after - 1][1] - start
        longer = spans[after][1] - start
        if longer > MAX_SENTENCE or length >= target or longer - target > target - length:
            break
        if headings[after] and not headings[after - 1] and length >= target // 3:
            break
        after += 1
    if after == len(spans):
        return after
    kept = after
    while kept > first + 1 and after - kept < _MAX_HEADINGS and headings[kept - 1]:
        kept -= 1
    return after if headings[kept - 1] else kept
