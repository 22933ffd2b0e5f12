"""The phrases that a set of texts keeps coming back to, as the texts write them."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain
from sys import intern
from typing import NamedTuple

from actors.services.nlp.words import stems, stop_words, token_spans

_SEGMENT = re.compile(r"[^.,;:!?()\[\]{}\"“”«»…|/\n–—<>=*#@_]+")
_LINE = re.compile(r"[^\n]+")
_LONGEST = 4
_OPENERS = frozenset('.!?\n“"')
_WEAK = """
    million millions billion billions percent square kilometre kilometres kilometer kilometers tonnes tons degrees miles
    metre metres meters feet kg km
    january february march april june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday called think wanted want came come coming went going basically show shows
    shown possible similar people way ways time times new right long place part parts number including include
    includes found find day days different great good better best high low large small known based given work
    works working help need needs important provide based according lot kind able able set try looking look
    today week weeks month months century bc led lead leads became become joined won made took reported report
    however example general main total half old young big major early late end start began begin left right
"""
_LINKS = frozenset({"of", "de", "du", "der", "del", "di"})
_LENGTH_WEIGHTS = (0.0, 0.75, 1.35, 1.3, 1.15)
_MANY_CANDIDATES = 4_000
_SHORTEST_WORD = 3
_FEW_WORDS = 400
_KEPT_LINES = 2_048
"""Lines of texts whose phrases are remembered, 10 KB each where they are paragraphs."""


class _Phrase(NamedTuple):
    """One occurrence: `at` is where its segment begins in the line, `opens` a single word that begins a sentence."""

    surface: str
    at: int
    named: bool
    opens: bool


class _Line(NamedTuple):
    """The phrases of a line, and their stems with spaces between them."""

    keys: tuple[str, ...]
    phrases: tuple[_Phrase, ...]


@dataclass(slots=True)
class _Candidate:
    """What is known of one phrase, spellings with the same stems taken together."""

    times: int
    surfaces: dict[str, int] = field(default_factory=dict)
    texts: set[int] = field(default_factory=set)
    first: float = 1.0
    capitals: int = 0
    score: float = 0.0


def key_phrases(texts: Sequence[str], *, limit: int = 40, language: str = "en") -> list[tuple[str, float]]:
    """At most `limit` phrases of one to four words, best first, with scores from 1 down to 0.

    A phrase scores by how often, in how many texts, how early and how often capitalised it stands; none is part
    of a better one. Each is spelled as the texts mostly do.
    """
    long_enough = sum(map(len, texts)) > _FEW_WORDS * 6
    found = _candidates(texts, language, rare_too=not long_enough)
    frequent = {
        key: one for key, one in found.items() if one.times > 1 or (one.capitals and " " in key) or not long_enough
    }
    for key, one in frequent.items():
        one.score = _score(key, one, len(texts))
    ranked = sorted(frequent, key=lambda key: (-frequent[key].score, key))[:_MANY_CANDIDATES]
    chosen = _without_parts(ranked, frequent, limit)
    top = frequent[chosen[0]].score if chosen else 1.0
    return [(_surface(frequent[key]), round(frequent[key].score / top, 4)) for key in chosen]


def _candidates(texts: Sequence[str], language: str, *, rare_too: bool) -> dict[str, _Candidate]:
    """What is known of each phrase, by its stems with spaces between them.

    Where rare ones do not count, those that stand once and are no names are left out. No phrase crosses a line, and
    lines are the same in job after job: each is taken apart once.
    """
    lines = [
        (number, match.start(), _line(match.group(), language))
        for number, text in enumerate(texts)
        for match in _LINE.finditer(text)
    ]
    times = Counter(chain.from_iterable(line.keys for _, _, line in lines))
    found: dict[str, _Candidate] = {}
    for number, start, line in lines:
        length = len(texts[number])
        for key, phrase in zip(line.keys, line.phrases, strict=True):
            if times[key] > 1 or (phrase.named and " " in key) or rare_too:
                one = found.get(key) or found.setdefault(key, _Candidate(times[key]))
                one.surfaces[phrase.surface] = one.surfaces.get(phrase.surface, 0) + 1
                one.texts.add(number)
                one.first = min(one.first, (start + phrase.at) / length)
                one.capitals += phrase.named and not (phrase.opens and start + phrase.at > 0)
    return found


@lru_cache(maxsize=_KEPT_LINES)
def _line(line: str, language: str) -> _Line:
    stop = _empty_words(language)
    keys: list[str] = []
    phrases: list[_Phrase] = []
    for segment in _SEGMENT.finditer(line):
        text, start = segment.group(), segment.start()
        spans = token_spans(text)
        words = [text[begin:end] for begin, end in spans]
        opens = start == 0 or line[start - 1] in _OPENERS
        for at, end, key in _phrases(words, stop, language):
            named = all(word[0].isupper() for word in words[at:end] if word not in _LINKS)
            keys.append(intern(key))
            surface = text[spans[at][0] : spans[end - 1][1]]
            phrases.append(_Phrase(intern(surface), start, named, opens and at == 0 and end == 1))
    return _Line(tuple(keys), tuple(phrases))


@cache
def _empty_words(language: str) -> frozenset[str]:
    return stop_words(language) | frozenset(_WEAK.split() if language == "en" else ())


def _phrases(words: Sequence[str], stop: frozenset[str], language: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and stems of the runs of up to four words with no function word but a link in the middle."""
    lowered = [word.lower() for word in words]
    stemmed = stems(lowered, language=language)
    empty = [word in stop or len(word) < _SHORTEST_WORD or word[0].isdigit() for word in lowered]
    shouted = [word.isupper() and len(word) > 1 for word in words]
    for at in range(len(words)):
        if empty[at] and not shouted[at]:
            continue
        for end in range(at + 1, min(at + _LONGEST, len(words)) + 1):
            last = end - 1
            if not empty[last] or shouted[last]:
                yield at, end, " ".join(stemmed[at:end])
            elif lowered[last] not in _LINKS:
                break


def _score(key: str, one: _Candidate, texts: int) -> float:
    """Frequency, damped; earlier, capitalised and wide-spread phrases count more; of single words the long ones."""
    capitals = one.capitals / one.times
    place = 1 + 0.8 * (1 - one.first) ** 3
    width = 1 + math.log(len(one.texts)) if texts > 1 else 1.0
    length = _LENGTH_WEIGHTS[1 + key.count(" ")]
    return math.pow(math.log1p(one.times), 1.2) * place * width * (1 + 1.5 * capitals) * length


def _without_parts(ranked: Sequence[str], found: dict[str, _Candidate], limit: int) -> list[str]:
    """The best ones of which none is part of another: a longer one stays only if it is nearly as frequent."""
    chosen: list[str] = []
    for key in ranked:
        if len(chosen) == limit:
            break
        if any(_holds(other, key) for other in chosen):
            continue
        parts = [other for other in chosen if _holds(key, other)]
        if any(2 * found[key].times < found[part].times for part in parts):
            continue
        if parts:
            chosen[chosen.index(parts[0])] = key
            found[key].score = found[parts[0]].score
            chosen = [other for other in chosen if other not in parts[1:]]
        else:
            chosen.append(key)
    return chosen


def _holds(longer: str, shorter: str) -> bool:
    return shorter in longer and f" {shorter} " in f" {longer} "


def _surface(one: _Candidate) -> str:
    return max(one.surfaces, key=lambda surface: (one.surfaces[surface], surface.islower(), surface))
