"""Finds where sources tell of one thing with the same figure or date, and where with different ones."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from actors.domain.analysis import Agreement, Claim
from actors.domain.documents import Sentence
from actors.services.nlp.agreement_readings import Reading, Told, read_all

Verdict = Literal["agree", "disagree"]

AGREE_AT, DISAGREE_AT = 0.4, 0.6
"""Least likeness of two contexts: weighed share of common words (Dice). A disagreement needs the closer look."""
ROUNDING = 0.015
"""Relative difference that rounding explains."""
MOST_APART = 2.0
"""Numbers further apart than this factor are taken to be of different things."""
MOST_YEARS_APART = 15
_COMMON_SHARE, _COMMON_LEAST, _COMMON_MOST = 0.15, 40, 300
_LEAST_SHARED = 2
_HEADING_WORDS = 9
_SAME_MEANING = 0.55
_MEASURE_WORDS = (
    "averag mean maximum peak record minimum median total daili annual month monthly week largest smallest highest"
    " lowest increas decreas rise fall rose fell grew grow shrink shrank drop declin gain loss male femal men women"
    " boy girl north south east west northern southern eastern western former new old"
)
_CONTRASTS = frozenset(f"w:{stem}" for stem in _MEASURE_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two values of two sources that tell of one thing, and how alike their sentences are."""

    verdict: Verdict
    likeness: float
    one: tuple[Reading, Told]
    other: tuple[Reading, Told]


def agreements(
    sentences: Sequence[tuple[Sentence, str | None]],
    *,
    language: str = "en",
    limit: int = 20,
    vectors: NDArray[np.float32] | None = None,
) -> list[Agreement]:
    """At most `limit` things that at least two sources give a number or date for, disagreements first.

    Two values are compared when they measure the same and their sentences share most of their weighty words,
    name the same things, and speak of the same year. They agree if they are equal but for rounding, one lies in
    the other's range, or one date is the other told less finely. They disagree if everything else is alike, down
    to the words next to them; doubtful pairs are left out, since a false disagreement is worse than a missed one.

    Args:
        sentences: each with the publication date of its source, if known, against which its dates are read.
        language: ISO 639-1 code.
        limit: the most results.
        vectors: unit vectors of the sentences, shape (len(sentences), dimension); if given, sentences of a
            cosine under 0.55 are not compared.
    """
    readings = read_all(sentences, language=language)
    weights = _weights(readings)
    pairs = [
        pair
        for one, other in _candidates(readings)
        if vectors is None or float(vectors[one.order] @ vectors[other.order]) >= _SAME_MEANING
        for pair in _compare(one, other, weights)
    ]
    rows = [_row(cluster) for cluster in _clusters(pairs)]
    rows.sort(key=lambda row: (row.verdict == "agree", -len({claim.source_id for claim in row.claims})))
    return rows[:limit]


def _weights(readings: Sequence[Reading]) -> dict[str, float]:
    """Inverse document frequency of each word, smoothed."""
    counts = Counter(key for reading in readings for key in reading.words)
    return {key: math.log(1 + len(readings) / count) for key, count in counts.items()}


def _candidates(readings: Sequence[Reading]) -> list[tuple[Reading, Reading]]:
    """Pairs of different sources that share at least two words which are not everywhere."""
    postings: dict[str, list[int]] = defaultdict(list)
    for position, reading in enumerate(readings):
        for key in reading.words:
            postings[key].append(position)
    most = min(_COMMON_MOST, max(_COMMON_LEAST, int(_COMMON_SHARE * len(readings))))
    shared = Counter[tuple[int, int]]()
    for positions in postings.values():
        if len(positions) <= most:
            shared.update(combinations(positions, 2))
    return [
        (readings[one], readings[other])
        for (one, other), count in sorted(shared.items())
        if count >= _LEAST_SHARED and readings[one].sentence.source_id != readings[other].sentence.source_id
    ]


def _compare(one: Reading, other: Reading, weights: dict[str, float]) -> Iterator[_Pair]:
    """Where the two contradict each other, else the value that says most of those they agree on."""
    likeness = _likeness(one, other, weights)
    if likeness < AGREE_AT or _opposed(one, other):
        return
    equal = [(a, b) for a in one.values for b in other.values if _same(a, b)]
    left = [a for a in one.values if not any(a is same for same, _ in equal)]
    right = [b for b in other.values if not any(b is same for _, same in equal)]
    contradicted = False
    if likeness >= DISAGREE_AT and _same_published_year(one, other):
        for a, b in _one_each(left, right):
            if _differ(one, other, a, b):
                contradicted = True
                yield _Pair("disagree", likeness, (one, a), (other, b))
    if not contradicted and not {(a.kind, a.measure) for a in left} & {(b.kind, b.measure) for b in right}:
        agreed = [(a, b) for a, b in equal if _agree(one, other, a, likeness)]
        for a, b in sorted(agreed, key=lambda pair: (pair[0].kind == "date", -len(pair[0].date)))[:1]:
            yield _Pair("agree", likeness, (one, a), (other, b))


def _agree(one: Reading, other: Reading, value: Told, likeness: float) -> bool:
    """Whether an equal value is of one thing: told of the same year, and more than a small count alike by chance."""
    same_occasion = value.kind == "date" or not (one.years and other.years) or bool(one.years & other.years)
    return same_occasion and (value.telling or likeness >= DISAGREE_AT)


def _likeness(one: Reading, other: Reading, weights: dict[str, float]) -> float:
    """Dice's coefficient of the two sets of words, by weight."""
    common = sum(weights[key] for key in one.words.keys() & other.words.keys())
    total = sum(weights[key] for key in one.words) + sum(weights[key] for key in other.words)
    return 2 * common / total if total else 0.0


def _opposed(one: Reading, other: Reading) -> bool:
    """Whether each names something that the other does not, or they differ in a word that changes the measure."""
    if one.names - other.names and other.names - one.names:
        return True
    return bool((one.words.keys() ^ other.words.keys()) & _CONTRASTS)


def _same(a: Told, b: Told) -> bool:
    if a.kind != b.kind or a.measure != b.measure:
        return False
    if a.kind == "date":
        return a.date.startswith(b.date) or b.date.startswith(a.date)
    slack = ROUNDING * max(abs(a.high), abs(b.high))
    return a.low <= b.high + slack and b.low <= a.high + slack


def _same_published_year(one: Reading, other: Reading) -> bool:
    """Whether what "now" means can be the same: of sources years apart, values may both be right."""
    if one.years & other.years or not (one.published and other.published):
        return True
    return abs(int(one.published[:4]) - int(other.published[:4])) <= 1


def _one_each(left: Sequence[Told], right: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    """The values that stand alone for their measure on both sides, so that nothing can be mixed up."""
    measures = {(value.kind, value.measure) for value in left} & {(value.kind, value.measure) for value in right}
    for kind, measure in sorted(measures, reverse=True):
        ours = [value for value in left if (value.kind, value.measure) == (kind, measure)]
        theirs = [value for value in right if (value.kind, value.measure) == (kind, measure)]
        if len(ours) == len(theirs) == 1:
            yield ours[0], theirs[0]


def _differ(one: Reading, other: Reading, a: Told, b: Told) -> bool:
    """Whether two unequal values contradict each other rather than tell of two things."""
    if a.bounded or b.bounded or not (a.near <= other.words.keys() and b.near <= one.words.keys()):
        return False
    if a.kind == "number":
        low, high = sorted((abs(a.low + a.high), abs(b.low + b.high)))
        return one.years == other.years and 0 < high <= MOST_APART * low
    numbers = {value.measure for value in one.values if value.kind == "number"}
    if any(value.measure in numbers for value in other.values if value.kind == "number" and not _told_by(value, one)):
        return False
    return abs(a.year - b.year) <= MOST_YEARS_APART


def _told_by(value: Told, reading: Reading) -> bool:
    return any(_same(value, each) for each in reading.values)


def _clusters(pairs: Sequence[_Pair]) -> list[list[_Pair]]:
    """Pairs that tell of one thing, the surest first: each value is of one thing only."""
    order = sorted(pairs, key=lambda pair: (pair.verdict == "agree", -pair.likeness, _ids(pair)))
    clusters: list[list[_Pair]] = []
    home: dict[tuple[int, int], int] = {}
    for pair in order:
        known = [home[key] for key in _ids(pair) if key in home]
        if not known:
            clusters.append([])
        place = known[0] if known else len(clusters) - 1
        if len(set(known)) <= 1:
            clusters[place].append(pair)
            home |= dict.fromkeys(_ids(pair), place)
    return clusters


def _ids(pair: _Pair) -> tuple[tuple[int, int], tuple[int, int]]:
    return (pair.one[0].order, pair.one[1].start), (pair.other[0].order, pair.other[1].start)


def _row(cluster: Sequence[_Pair]) -> Agreement:
    """One thing with one claim a source, and the words common to the surest pair as its heading."""
    surest = cluster[0]
    claims: dict[str, Claim] = {}
    for pair in cluster:
        for reading, told in (pair.one, pair.other):
            sentence = reading.sentence
            claim = Claim(
                source_id=sentence.source_id, value=told.text, sentence=sentence.text, citation=sentence.passage_id
            )
            claims.setdefault(sentence.source_id, claim)
    one, other = surest.one[0], surest.other[0]
    heading = [text for key, text in one.words.items() if key in other.words]
    return Agreement(
        kind=surest.one[1].kind,
        about=" ".join(heading[:_HEADING_WORDS]),
        verdict=surest.verdict,
        claims=tuple(claims.values()),
    )
