"""The model's names and relations as mentions in the texts, so that each can be counted, merged and cited like any."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from actors.domain.analysis import Entity, EntityType, Relation
from actors.domain.documents import Passage
from actors.services.llm.tasks.base import Call, meant
from actors.services.llm.tasks.cleaning import plain
from actors.services.llm.tasks.relations import RelationAnswer, RelationsAnswer
from actors.services.nlp.entities import Annotation, Mention, Triple
from actors.services.nlp.entity_merge import merge_entities
from actors.services.nlp.names import is_name, kind_of, trim
from actors.services.nlp.places import is_place
from actors.services.nlp.words import content_words, normalise_name

_TOKEN = re.compile(r"[^\W_]+")
_LONGEST = 80
_FULL_NAME_WORDS = (2, 3)
_SHORTEST_SURNAME = 4


def entities(
    answers: Sequence[tuple[RelationsAnswer, Call]],
    passages: Sequence[Passage],
    language: str,
    *,
    quotable: frozenset[str],
) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    """The named things that stand in `passages` as the model spells them, and relations that a passage tells.

    Mentions are counted in all of `passages`, and cited of those in `quotable` (ids). A relation needs both names in
    the passage it cites, and the words of its label too; other pairs that often stand together are told of as by the
    rules.
    """
    kinds = _kinds(answers)
    by_first = _by_first_word(kinds)
    mentions = {
        passage.id: list(_mentions(passage, places, by_first, kinds)) if places else []
        for passage, places in zip(passages, _places(by_first, passages), strict=True)
    }
    by_id = {passage.id: passage for passage in passages}
    triples: defaultdict[str, list[Triple]] = defaultdict(list)
    for answer, call in answers:
        for told in answer.relations:
            passage = by_id.get(meant(told.passage, call.given) or "")
            if passage and (triple := _triple(told, passage, mentions[passage.id], language)):
                triples[passage.source_id].append(triple)
    by_source: defaultdict[str, list[Mention]] = defaultdict(list)
    for passage in sorted(passages, key=lambda passage: passage.start):
        by_source[passage.source_id].extend(mentions[passage.id])
    order = dict.fromkeys(passage.source_id for passage in passages)
    documents = [(source, Annotation(tuple(by_source[source]), tuple(triples[source]))) for source in order]
    return merge_entities(documents, [passage for passage in passages if passage.id in quotable])


def _kinds(answers: Sequence[tuple[RelationsAnswer, Call]]) -> dict[str, EntityType]:
    """The type of each name as spelled: what its head tells, else what it was mostly called."""
    votes: defaultdict[str, Counter[EntityType]] = defaultdict(Counter)
    for answer, _ in answers:
        for one in answer.entities:
            name = plain(one.name, _LONGEST)
            start, end = trim(name, 0, len(name))
            if is_name(name[start:end]):
                votes[name[start:end]][one.type] += 1
    kinds = {name: max(counts, key=lambda kind: (counts[kind], kind)) for name, counts in votes.items()}
    for name, kind in list(kinds.items()):
        words = name.split()
        surname = words[-1]
        if kind == "person" and len(words) in _FULL_NAME_WORDS and len(surname) >= _SHORTEST_SURNAME:
            if surname[0].isupper() and not is_place(normalise_name(surname)):
                kinds.setdefault(surname, "person")
        elif " " in name and (own := kind_of(name)) is not None and kind != "person":
            kinds[name] = own
    return kinds


def _by_first_word(names: Mapping[str, EntityType]) -> dict[str, list[str]]:
    """The names by their first word, the longest first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=lambda name: (-len(name), name)):
        first = _TOKEN.search(name)
        if first and first.start() == 0:
            found[first.group()].append(name)
    return dict(found)


def _places(words: Iterable[str], passages: Sequence[Passage]) -> list[list[tuple[int, str]]]:
    """For each passage where these words stand whole, in order.

    All are looked through at once, word by word: to take every passage apart would take ten times as long.
    """
    found: list[list[tuple[int, str]]] = [[] for _ in passages]
    begins = list(accumulate((len(passage.text) + 1 for passage in passages), initial=0))
    text = "\n".join(passage.text for passage in passages)
    for word in words:
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            if not text[end : end + 1].isalnum() and not (at and text[at - 1].isalnum()):
                row = bisect_right(begins, at) - 1
                found[row].append((at - begins[row], word))
            at = text.find(word, end)
    return [sorted(places) for places in found]


def _mentions(
    passage: Passage,
    places: Sequence[tuple[int, str]],
    by_first: Mapping[str, Sequence[str]],
    kinds: Mapping[str, EntityType],
) -> Iterator[Mention]:
    """Every place where a name stands as it is written, without overlaps; offsets are into the source's text."""
    text, free = passage.text, 0
    for start, first in places:
        if start < free:
            continue
        for name in by_first[first]:
            end = start + len(name)
            if text.startswith(name, start) and not text[end : end + 1].isalnum():
                yield Mention(passage.start + start, passage.start + end, name, kinds[name])
                free = end
                break


def _triple(told: RelationAnswer, passage: Passage, mentions: Sequence[Mention], language: str) -> Triple | None:
    """The relation, where its passage holds both names and the words of its label."""
    label = plain(told.relation, _LONGEST).lower().strip(" .,;:")
    subject, other = _mention_of(told.subject, mentions), _mention_of(told.object, mentions)
    if not label or subject is None or other is None or subject.text == other.text:
        return None
    held = frozenset(content_words(passage.text, language=language))
    if not held.issuperset(content_words(label, language=language)):
        return None
    return Triple(min(subject.start, other.start), max(subject.end, other.end), subject, label, other)


def _mention_of(name: str, mentions: Sequence[Mention]) -> Mention | None:
    """The first mention of that name in the passage, or of a part of it, or of what it is part of."""
    key = normalise_name(plain(name, _LONGEST))
    if not key:
        return None
    exact = next((one for one in mentions if normalise_name(one.text) == key), None)
    padded = f" {key} "
    return exact or next(
        (
            one
            for one in mentions
            if padded in f" {normalise_name(one.text)} " or f" {normalise_name(one.text)} " in padded
        ),
        None,
    )
