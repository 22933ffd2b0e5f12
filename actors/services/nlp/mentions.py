"""One document's names settled: each name one type, every occurrence found, short forms known by their long ones."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from actors.domain.analysis import EntityType
from actors.services.nlp.names import COMMON_ACRONYM, is_head, kind_by_context, kind_of, may_be_surname
from actors.services.nlp.places import is_place
from actors.services.nlp.words import normalise_name, stop_words

Settled = tuple[int, int, EntityType]

_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_PARENTHESIS = re.compile(r"\s\(([A-Z][A-Za-z&-]{0,9}[A-Z])s?\)")
_CITED = re.compile(r"(?:\set al\b|,?\s\(?\d{4}[a-z]?\b|\s&\s[A-Z])")
_CONTEXT_WEIGHT, _HEAD_WEIGHT, _GUESS_WEIGHT, _FAMILY_WEIGHT = 2.0, 50.0, 0.5, 3.0
_PLACE_WEIGHT, _PLACE_OR_PERSON_WEIGHT = 1.2, 0.6
_FULL_NAME_WORDS = (2, 3)
_OPENERS = 3
_OFTEN_LOWER = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A span that names something; `type` is None where only its capitals say so.

    An adjective is no mention, but has a vote on the type; `opens`: a single word that begins its sentence.
    """

    start: int
    end: int
    type: EntityType | None
    adjective: bool = False
    opens: bool = False


def settle(text: str, found: Iterable[Found]) -> list[Settled]:
    """The mentions of `text` in order, without overlaps, each name with one type."""
    named = (span for span in found if not COMMON_ACRONYM.fullmatch(text, span.start, span.end))
    spans = _with_acronyms(text, _without_overlaps(named))
    times = Counter(text[span.start : span.end] for span in spans)
    spans = [span for span in spans if span.type or _is_sure(text, span, times)]
    spans = _without_common_nouns(text, spans)
    kinds = _kinds(text, spans)
    held = [span for span in spans if normalise_name(text[span.start : span.end]) in kinds]
    again = [Found(start, end, None) for start, end in _again(text, held, kinds)]
    return [
        (span.start, span.end, kinds[normalise_name(text[span.start : span.end])])
        for span in _without_overlaps([*held, *again])
        if not span.adjective
    ]


def _without_overlaps(found: Iterable[Found]) -> list[Found]:
    """By position; of two spans that overlap the first, and of two that start together the longest."""
    kept: list[Found] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end, span.type or "")):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _with_acronyms(text: str, spans: Sequence[Found]) -> list[Found]:
    """`World Meteorological Organization (WMO)`: the short form is a mention of the same type."""
    added: list[Found] = []
    for span in spans:
        short = _PARENTHESIS.match(text, span.end)
        if short and _letters(short.group(1)) in initials(text[span.start : span.end]):
            added.append(Found(short.start(1), short.end(1), span.type))
    ends = {span.end for span in added}
    return _without_overlaps([*added, *(span for span in spans if span.end not in ends)])


def initials(name: str) -> frozenset[str]:
    """The lower-case acronyms that `name` can have: the initials of its words, small words counted or not."""
    words = [word.lower() for word in re.split(r"[\s-]+", name) if word[:1].isalpha()]
    small = stop_words("en")
    return frozenset({"".join(word[0] for word in words), "".join(word[0] for word in words if word not in small)})


def _letters(name: str) -> str:
    return "".join(character.lower() for character in name if character.isalpha())


def _is_sure(text: str, span: Found, times: Counter[str]) -> bool:
    """Whether what only its capitals give away is a name: more than one word, or at times within a sentence."""
    name = text[span.start : span.end]
    if " " in name:
        return True
    return f" {name.lower()}" not in text and (not span.opens or times[name] >= _OPENERS)


def _without_common_nouns(text: str, spans: Sequence[Found]) -> list[Found]:
    """Without single words that only look like names: `Protocol` for a longer one, `Change` where it is a noun."""
    words = Counter(_TOKEN.findall(text))
    names = {text[span.start : span.end] for span in spans}
    longer = [parts for name in sorted(names) if len(parts := name.split()) > 1]
    heads = {parts[-1] for parts in longer}
    own = {part for parts in longer if kind_of(" ".join(parts)) is None for part in parts}

    def is_common(name: str) -> bool:
        if not name.istitle() or not name.isalpha():
            return False
        if is_head(name) and name in heads:
            return True
        often = words[name.lower()] >= max(_OFTEN_LOWER, words[name])
        return often and name not in own and not is_place(normalise_name(name))

    common = {name for name in names if is_common(name)}
    return [span for span in spans if text[span.start : span.end] not in common]


def _kinds(text: str, spans: Sequence[Found]) -> dict[str, EntityType]:
    """The type of each normalised name by votes: its own words, spaCy's labels, the words around its mentions."""
    votes: defaultdict[str, defaultdict[EntityType, float]] = defaultdict(lambda: defaultdict(float))
    families = _family_names(text, spans)
    for span, after in zip_longest(spans, spans[1:]):
        name = text[span.start : span.end]
        counts = votes[normalise_name(name)]
        counts[span.type or _guess(text, span)] += 1 if span.type else _GUESS_WEIGHT
        if normalise_name(name) not in families and is_place(normalise_name(name)):
            counts["place"] += _PLACE_OR_PERSON_WEIGHT if span.type == "person" else _PLACE_WEIGHT
        told = kind_by_context(text, span.start, span.end)
        if told and span.type not in ("event", "work", "group"):
            counts[told] += _CONTEXT_WEIGHT
        own = kind_of(name)
        if own:
            counts[own] += _CONTEXT_WEIGHT if may_be_surname(name) else _HEAD_WEIGHT
        if after is not None and after.type == "place" and text[span.end : after.start] == ", " and " " not in name:
            counts["place"] += _CONTEXT_WEIGHT
    _share_in_families(votes)
    return {key: max(counts, key=lambda kind: (counts[kind], kind)) for key, counts in votes.items() if key}


def _family_names(text: str, spans: Sequence[Found]) -> frozenset[str]:
    """The last words of the full names of persons, which a town of the same name says nothing about."""
    full = (normalise_name(text[span.start : span.end]).split() for span in spans if span.type == "person")
    return frozenset(words[-1] for words in full if len(words) in _FULL_NAME_WORDS)


def _share_in_families(votes: dict[str, defaultdict[EntityType, float]]) -> None:
    """A full name and its last word alone are one person if either is mostly called so."""
    for key in sorted(votes):
        words = key.split()
        short = votes.get(words[-1]) if len(words) in _FULL_NAME_WORDS else None
        if short is None or max(votes[key].values()) >= _HEAD_WEIGHT:
            continue
        both = {kind: votes[key][kind] + short[kind] for kind in sorted({*votes[key], *short})}
        if max(both, key=lambda kind: (both[kind], kind)) == "person":
            votes[key]["person"] += _FAMILY_WEIGHT
            short["person"] += _FAMILY_WEIGHT


def _guess(text: str, span: Found) -> EntityType:
    """The likeliest type of a name that only its capitals give away."""
    name = text[span.start : span.end]
    words = name.split()
    if len(words) in _FULL_NAME_WORDS and all(word.istitle() for word in words):
        return "person"
    return "person" if _CITED.match(text, span.end) else "organization"


def _again(text: str, held: Sequence[Found], kinds: dict[str, EntityType]) -> Iterator[tuple[int, int]]:
    """Other places where a name stands as it is written; a single word counts if it was found more than once."""
    taken = [False] * (len(text) + 1)
    for span in held:
        taken[span.start : span.end] = [True] * (span.end - span.start)
    seen = Counter(text[span.start : span.end] for span in held if not span.adjective)
    by_first: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(seen, key=lambda name: (-len(name), name)):
        first = _TOKEN.match(name)
        if first and kinds[normalise_name(name)] != "group" and (" " in name or seen[name] > 1 or name.isupper()):
            by_first[first.group()].append(name)
    for token in _TOKEN.finditer(text):
        if taken[token.start()]:
            continue
        for name in by_first.get(token.group(), ()):
            end = token.start() + len(name)
            if text.startswith(name, token.start()) and not text[end : end + 1].isalnum():
                yield token.start(), end
                break
