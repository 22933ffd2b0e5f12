"""Tells whether a sentence puts a name, number or date where its source has another one, though it holds them all."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import combinations, pairwise

from actors.services.nlp.support_tokens import negators
from actors.services.nlp.support_units import CAPITAL_NOUNS, Item, Kind, Unit, items, items_of

_ALIKE = 0.4
"""Least share of a sentence that must run as in the source before a difference in one place tells anything."""
_NEARLY_VERBATIM = 0.8
_LONGEST_REPLACED = 2
_BY = re.compile(r"\bby(?:\s+[\w'’-]+){0,3}\s*$")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\b[^,;:]*\bby(?:\s+[\w'’-]+){0,3}\s*$")
_CLAUSE = re.compile(r"[,;:()–—]|\b(?:and|but|while|which|because|although|who|whereas|when|after|before)\b")
_CLAUSE_ATOMS = 2
_FOREIGN_BELOW = 0.34
_WORD, _NAME, _FIGURE = range(3)
_GROUPS: dict[Kind, int] = {"word": _WORD, "name": _NAME, "number": _FIGURE, "date": _FIGURE}


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and one of a source, item by item; equal numbers in `left` and `right` are the same.

    `blocks` are the stretches that run alike, the last one empty. `titles` tells whether a capital marks a name.
    """

    sentence: str
    source: str
    own: Sequence[Item]
    theirs: Sequence[Item]
    left: Sequence[int]
    right: Sequence[int]
    blocks: Sequence[Match]
    titles: bool

    @property
    def alike(self) -> int:
        """How many items run alike."""
        return sum(size for _, _, size in self.blocks)


def paired(sentence: str, wanted: Sequence[Unit], source: str, language: str) -> Pair:
    """`sentence`, taken apart into `wanted`, beside `source`, one sentence of what it cites."""
    own, theirs = items_of(wanted), items(source, language)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(own):
        for key in item.keys:
            places[key].append(place)

    def nearest(keys: frozenset[str], otherwise: int) -> int:
        """The first of those that share most keys."""
        common: dict[int, int] = {}
        for place in (place for key in keys for place in places.get(key, ())):
            common[place] = common.get(place, 0) + 1
        return min(common, key=lambda place: (-common[place], place)) if common else otherwise

    left = [nearest(item.keys, place) for place, item in enumerate(own)]
    right = [nearest(item.keys, -1 - place) for place, item in enumerate(theirs)]
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return Pair(sentence, source, own, theirs, left, right, blocks, language not in CAPITAL_NOUNS)


def misplaced(pair: Pair) -> list[Unit]:
    """The units in whose place the source has others of their kind.

    These are names, numbers and dates that stand elsewhere in the source, those that have changed their places around
    a word, and numbers of another measure. Where the two run differently altogether, nothing is said.
    """
    if pair.alike < _ALIKE * len(pair.own):
        return []
    places = {*_replaced(pair), *_exchanged(pair), *_remeasured(pair)}
    found = {pair.own[place].unit.start: pair.own[place].unit for place in sorted(places)}
    return list(found.values())


def turned(pair: Pair) -> bool:
    """Whether the sentence is the source, or a stretch of it, but for a "not" that one of them has more."""
    blocks = pair.blocks[:-1]
    if not blocks or pair.alike < _NEARLY_VERBATIM * len(pair.own):
        return False
    first, last = blocks[0][1], blocks[-1][1] + blocks[-1][2] - 1
    if pair.alike < _NEARLY_VERBATIM * (last - first + 1):
        return False
    start = pair.theirs[first - 1].end if first else 0
    end = pair.theirs[last + 1].start if last + 1 < len(pair.theirs) else len(pair.source)
    return negators(pair.sentence) % 2 != negators(pair.source[start:end]) % 2


def foreign_clause(sentence: str, wanted: Sequence[Unit], held: Sequence[bool]) -> bool:
    """Whether a whole clause is hardly in the sources; `held` tells of each atom of `wanted` in order if it is."""
    atoms = [(unit.start, atom.weight) for unit in wanted for atom in unit.atoms]
    start = 0
    for end in (*(match.start() for match in _CLAUSE.finditer(sentence)), len(sentence)):
        within = [(weight, has) for (at, weight), has in zip(atoms, held, strict=True) if start <= at < end]
        start = end
        carried = sum(weight for weight, has in within if has)
        if len(within) >= _CLAUSE_ATOMS and carried < _FOREIGN_BELOW * sum(weight for weight, _ in within):
            return True
    return False


def _replaced(pair: Pair) -> Iterator[int]:
    """Places where, between two stretches that agree, one or two units gave way to others of their kind."""
    for (left, right, size), (end, last, more) in pairwise((Match(0, 0, 0), *pair.blocks)):
        start, first = left + size, right + size
        rivals = pair.theirs[first:last] if more else _next_in_clause(pair, first)
        given = {id(item.unit) for item in pair.own[start:end]}
        if given and max(len(given), len({id(item.unit) for item in rivals})) <= _LONGEST_REPLACED:
            groups = {_group(item, pair.source, titles=pair.titles) for item in rivals} - {_WORD}
            for place in range(start, end):
                if _group(pair.own[place], pair.sentence, titles=pair.titles) in groups:
                    yield place


def _next_in_clause(pair: Pair, first: int) -> Sequence[Item]:
    """Where the sentence ends, what the source goes on with."""
    before = pair.theirs[first - 1].end if first else 0
    following = pair.theirs[first : first + 1]
    return [item for item in following if not _CLAUSE.search(pair.source, before, item.start)]


def _group(item: Item, text: str, *, titles: bool) -> int:
    """The item's kind; a title such as "President" within `text` is told from another as a name is."""
    group = _GROUPS[item.unit.kind]
    return _NAME if titles and group == _WORD and item.start and text[item.start].isupper() else group


def _exchanged(pair: Pair) -> Iterator[int]:
    """Two names or two figures around a word that stand the other way round in the source.

    Two names around a passive verb rightly do; they are exchanged where they do not.
    """
    spots = {number: place for place, number in enumerate(pair.right) if pair.right.count(number) == 1}
    known = [
        (place, group)
        for place, item in enumerate(pair.own)
        if (group := _group(item, pair.sentence, titles=pair.titles)) and place in spots and pair.left.count(place) == 1
    ]
    for (one, group), (two, other) in combinations(known, 2):
        if group != other or pair.own[one].unit is pair.own[two].unit:
            continue
        low, high = sorted((spots[one], spots[two]))
        here = pair.sentence[pair.own[one].end : pair.own[two].start]
        there = pair.source[pair.theirs[low].end : pair.theirs[high].start]
        reversed_ = spots[one] > spots[two]
        if group == _FIGURE or bool(_BY.search(here)) == bool(_BY.search(there)):
            exchanged = reversed_ and _word_between(pair, one, two, spots)
        else:
            exchanged = not reversed_ and bool(_PASSIVE.search(here) or _PASSIVE.search(there))
        if exchanged:
            yield from (one, two)


def _word_between(pair: Pair, one: int, two: int, spots: dict[int, int]) -> bool:
    low, high = sorted((spots[one], spots[two]))
    return any(
        pair.own[place].unit.kind == "word" and low < spots.get(pair.left[place], -1) < high
        for place in range(one + 1, two)
    )


def _remeasured(pair: Pair) -> Iterator[int]:
    """Numbers that the source gives with a measure and the sentence with a word that is not in the source."""
    for place, (item, after) in enumerate(pairwise(pair.own)):
        follows = after.unit.kind == "word" and after.start - item.end <= 1 and pair.left[place + 1] not in pair.right
        if follows and item.unit.kind == "number" and not any(key.startswith("n:") for key in item.keys):
            same = [each.keys for each in pair.theirs if not item.keys.isdisjoint(each.keys)]
            if same and all(any(key.startswith("n:") for key in keys) for keys in same):
                yield place
