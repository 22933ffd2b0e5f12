"""The phrases that a set of texts keeps coming back to, as the texts write them."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from actors.services.nlp.words import stems, stop_words, token_spans

_SEGMENT = re.compile(r"[^.,;:!?()\[\]{}\"“”«»…|/\n–—<>=*#@_]+")
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


@dataclass(slots=True)
class _Candidate:
    """What is known of one phrase, spellings with the same stems taken together."""

    surfaces: Counter[str] = field(default_factory=Counter)
    texts: set[int] = field(default_factory=set)
    first: float = 1.0
    capitals: int = 0
    score: float = 0.0

    @property
    def times(self) -> int:
        return self.surfaces.total()


_Key = tuple[str, ...]


def key_phrases(texts: Sequence[str], *, limit: int = 40, language: str = "en") -> list[tuple[str, float]]:
    """At most `limit` phrases of one to four words, best first, with scores from 1 down to 0.

    A phrase scores by how often, in how many texts, how early and how often capitalised it stands; none is part
    of a better one. Each is spelled as the texts mostly do.
    """
    found = _candidates(texts, language)
    long_enough = sum(map(len, texts)) > _FEW_WORDS * 6
    frequent = {
        key: one for key, one in found.items() if one.times > 1 or (one.capitals and len(key) > 1) or not long_enough
    }
    for key, one in frequent.items():
        one.score = _score(key, one, len(texts))
    ranked = sorted(frequent, key=lambda key: (-frequent[key].score, key))[:_MANY_CANDIDATES]
    chosen = _without_parts(ranked, frequent, limit)
    top = frequent[chosen[0]].score if chosen else 1.0
    return [(_surface(frequent[key]), round(frequent[key].score / top, 4)) for key in chosen]


def _candidates(texts: Sequence[str], language: str) -> dict[_Key, _Candidate]:
    found: defaultdict[_Key, _Candidate] = defaultdict(_Candidate)
    stop = stop_words(language) | frozenset(_WEAK.split() if language == "en" else ())
    for number, text in enumerate(texts):
        length = max(len(text), 1)
        for segment in _SEGMENT.finditer(text):
            spans = token_spans(segment.group())
            words = [segment.group()[start:end] for start, end in spans]
            opens = text[max(0, segment.start() - 1)] in _OPENERS
            for at, end, key in _phrases(words, stop, language):
                one = found[key]
                one.surfaces[segment.group()[spans[at][0] : spans[end - 1][1]]] += 1
                one.texts.add(number)
                one.first = min(one.first, segment.start() / length)
                named = all(word[0].isupper() for word in words[at:end] if word not in _LINKS)
                one.capitals += named and not (opens and at == 0 and end == 1)
    return found


def _phrases(words: Sequence[str], stop: frozenset[str], language: str) -> Iterator[tuple[int, int, _Key]]:
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
                yield at, end, tuple(stemmed[at:end])
            elif lowered[last] not in _LINKS:
                break


def _score(key: _Key, one: _Candidate, texts: int) -> float:
    """Frequency, damped; earlier, capitalised and wide-spread phrases count more; of single words the long ones."""
    capitals = one.capitals / one.times
    place = 1 + 0.8 * (1 - one.first) ** 3
    width = 1 + math.log(len(one.texts)) if texts > 1 else 1.0
    return math.pow(math.log1p(one.times), 1.2) * place * width * (1 + 1.5 * capitals) * _LENGTH_WEIGHTS[len(key)]


def _without_parts(ranked: Sequence[_Key], found: dict[_Key, _Candidate], limit: int) -> list[_Key]:
    """The best ones of which none is part of another: a longer one stays only if it is nearly as frequent."""
    chosen: list[_Key] = []
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


def _holds(longer: _Key, shorter: _Key) -> bool:
    size = len(shorter)
    return size <= len(longer) and any(longer[at : at + size] == shorter for at in range(len(longer) - size + 1))


def _surface(one: _Candidate) -> str:
    return max(one.surfaces, key=lambda surface: (one.surfaces[surface], surface.islower(), surface))
