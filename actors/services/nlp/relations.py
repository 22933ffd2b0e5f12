"""What is told of two entities together: a verb between them, or one sentence that names both."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from actors.domain.analysis import Relation
from actors.domain.documents import Passage
from actors.services.nlp.entities import Annotation, Mention
from actors.services.nlp.sentences import passage_sentences

MAX_RELATIONS = 80
MAX_CITATIONS = 5
TOGETHER = "appears with"

_LEAST_TOGETHER = 2
_VERB_BONUS = 2
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Naming:
    """A mention of an entity within a passage."""

    entity: str
    mention: Mention
    passage: Passage


def spread(passages: Sequence[Passage], limit: int) -> tuple[str, ...]:
    """Ids of at most `limit` passages, one of every source first, those that come often and early before others."""
    times = Counter(passage.id for passage in passages)
    first = {passage.id: at for at, passage in reversed(list(enumerate(passages)))}
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for passage in passages:
        if passage.id not in by_source[passage.source_id]:
            by_source[passage.source_id].append(passage.id)
    turns = [
        (turn, -times[passage_id], first[passage_id], passage_id)
        for ids in by_source.values()
        for turn, passage_id in enumerate(sorted(ids, key=lambda one: (-times[one], first[one])))
    ]
    return tuple(passage_id for *_, passage_id in sorted(turns)[:limit])


def merge_relations(
    documents: Sequence[tuple[str, Annotation]],
    found: Sequence[Naming],
    entity_of: Callable[[Mention], str],
) -> tuple[Relation, ...]:
    """At most `MAX_RELATIONS` relations by falling weight; a verb counts for two more times of bare company.

    Args:
        documents: source id and annotation of each.
        found: the namings of entities in the passages, in order.
        entity_of: the id of the entity a mention names, empty if it is none of them.
    """
    told = _verbs(documents, found, entity_of)
    joined = {frozenset(pair[:2]) for pair in told}
    together = {pair: where for pair, where in _together(found).items() if frozenset(pair[:2]) not in joined}
    kept = {pair: where for pair, where in together.items() if len(where) >= _LEAST_TOGETHER}
    relations = [
        Relation(source=one, target=other, label=label, weight=len(where), citations=spread(where, MAX_CITATIONS))
        for (one, other, label), where in (told | kept).items()
    ]
    relations.sort(key=lambda link: (-link.weight - _VERB_BONUS * (link.label != TOGETHER), _number(link), link.label))
    return tuple(relations[:MAX_RELATIONS])


def _number(link: Relation) -> tuple[int, int]:
    return int(link.source[1:]), int(link.target[1:])


def _verbs(
    documents: Sequence[tuple[str, Annotation]], found: Sequence[Naming], entity_of: Callable[[Mention], str]
) -> dict[tuple[str, str, str], list[Passage]]:
    """For subject, object and verb the passages that hold a sentence which says so whole."""
    where = {(one.passage.source_id, one.mention.start): one.passage for one in found}
    told: defaultdict[tuple[str, str, str], list[Passage]] = defaultdict(list)
    for source_id, annotation in documents:
        for triple in annotation.triples:
            one, other = entity_of(triple.subject), entity_of(triple.object)
            passage = where.get((source_id, triple.subject.start))
            if not one or not other or one == other or passage is None:
                continue
            if passage.start <= triple.start and triple.end <= passage.end:
                told[one, other, triple.verb].append(passage)
    return dict(told)


def _together(found: Sequence[Naming]) -> dict[tuple[str, str, str], list[Passage]]:
    """For each two entities the passage of every sentence that names both; lists of many names tell nothing."""
    by_passage: defaultdict[str, list[Naming]] = defaultdict(list)
    for one in found:
        by_passage[one.passage.id].append(one)
    pairs: defaultdict[tuple[str, str, str], list[Passage]] = defaultdict(list)
    for namings in by_passage.values():
        passage = namings[0].passage
        for sentence in passage_sentences(passage):
            inside = [one for one in namings if sentence.start <= one.mention.start < sentence.end]
            names = sorted({one.entity for one in inside}, key=lambda entity: int(entity[1:]))
            if len(names) <= _MOST_NAMES:
                for pair in combinations(names, 2):
                    pairs[(*pair, TOGETHER)].append(passage)
    return dict(pairs)
