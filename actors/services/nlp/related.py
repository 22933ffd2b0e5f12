"""Questions a reader may ask next, made of what the sources name and tell but the query does not ask."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from actors.domain.analysis import Entity, EntityType, Relation
from actors.services.nlp.asked import named
from actors.services.nlp.questions import subject_of
from actors.services.nlp.relations import TOGETHER
from actors.services.nlp.words import content_words, normalise_name

_ASK: dict[EntityType, str] = {
    "person": "What part did {name} play in {subject}?",
    "organization": "What has {name} to do with {subject}?",
    "place": "{name} and {subject}: what is the connection?",
    "event": "How did {name} bear on {subject}?",
    "work": "What does {name} say about {subject}?",
    "product": "{name} and {subject}: what is the connection?",
    "group": "{name} and {subject}: what is the connection?",
}
_LEAST_MENTIONS = 2
_LONGEST_NAME = 60
_FEWEST_WORDS = 2


def related_questions(
    query: str,
    entities: Sequence[Entity],
    key_phrases: Sequence[tuple[str, float]],
    relations: Sequence[Relation],
    *,
    limit: int = 6,
) -> list[str]:
    """At most `limit` questions on the query's subject and what the sources tell beside it, no two on the same things.

    Of entities and key phrases the first ones are taken; none that the query names. The subject is asked of together
    only with entities that the sources tell of beside it, and with key phrases only where it is one itself; where the
    query names something, connections too are only those of such entities.
    """
    if limit <= 0:
        return []
    subject = _subject(query)
    asked = {normalise_name(query)}
    told = frozenset(content_words(query, language="en"))
    names = named(query)
    near = _beside([subject, *names], entities, key_phrases, relations)
    kinds = (
        _of_entities(subject, near if subject else (), told),
        _of_relations(near if near or names else entities, relations, told),
        _of_phrases(subject, entities, key_phrases, told),
    )
    kept: list[str] = []
    for question in (one for turn in zip_longest(*kinds) for one in turn if one):
        if len(kept) < limit and normalise_name(question) not in asked:
            asked.add(normalise_name(question))
            kept.append(question)
    return kept


def _subject(query: str) -> str:
    """What the query is about, within a sentence: `the` stands before a name of several capitals."""
    subject = subject_of(query)
    written = subject if subject in query else subject[:1].lower() + subject[1:]
    return f"the {written}" if f"the {written}".lower() in query.lower() else written


def _is_like(name: str, subject: str) -> bool:
    """Whether one of the two holds all content words of the other."""
    one, other = (frozenset(content_words(text, language="en")) for text in (name, subject))
    return bool(one and other) and (one <= other or other <= one)


def _beside(
    subjects: Sequence[str],
    entities: Sequence[Entity],
    key_phrases: Sequence[tuple[str, float]],
    relations: Sequence[Relation],
) -> Sequence[Entity]:
    """Entities that stand in one passage with one of the subjects, or are related to it.

    All of them, where no subject is an entity but one is a key phrase of the sources; none, where it is neither.
    """
    like = [entity for entity in entities if any(_is_like(entity.name, one) for one in subjects)]
    if not like:
        return entities if any(_is_like(phrase, one) for phrase, _ in key_phrases for one in subjects) else ()
    ids = {entity.id for entity in like}
    passages = {citation for entity in like for citation in entity.citations}
    linked = {end for one in relations if ids & {one.source, one.target} for end in (one.source, one.target)}
    return [entity for entity in entities if entity.id in linked or passages.intersection(entity.citations)]


def _of_entities(subject: str, entities: Sequence[Entity], told: frozenset[str]) -> Iterator[str]:
    """One question an entity, persons and organisations before the rest of its like."""
    for entity in entities:
        if entity.mentions >= _LEAST_MENTIONS and _is_new(entity.name, told):
            question = _ASK[entity.type].format(name=_with_article(entity), subject=subject)
            yield question[:1].upper() + question[1:]


def _of_relations(entities: Sequence[Entity], relations: Sequence[Relation], told: frozenset[str]) -> Iterator[str]:
    by_id = {entity.id: entity for entity in entities}
    pairs: set[frozenset[str]] = set()
    for relation in relations:
        one, other = by_id.get(relation.source), by_id.get(relation.target)
        if one is None or other is None or relation.label == TOGETHER:
            continue
        nested = set(normalise_name(one.name).split()) & set(normalise_name(other.name).split())
        pair = frozenset({relation.source, relation.target})
        if not nested and pair not in pairs and _is_new(one.name, told) and _is_new(other.name, told):
            pairs.add(pair)
            yield f"How are {_with_article(one)} and {_with_article(other)} connected?"


def _of_phrases(
    subject: str, entities: Sequence[Entity], key_phrases: Sequence[tuple[str, float]], told: frozenset[str]
) -> Iterator[str]:
    if not any(_is_like(phrase, subject) for phrase, _ in key_phrases):
        return
    names = {normalise_name(name) for entity in entities for name in (entity.name, *entity.aliases)}
    for phrase, _ in key_phrases:
        several = len(content_words(phrase, language="en")) >= _FEWEST_WORDS
        if several and phrase.islower() and normalise_name(phrase) not in names and _is_new(phrase, told):
            yield f"How does {subject} relate to {phrase}?"


def _is_new(name: str, told: frozenset[str]) -> bool:
    """Whether the query says none of its words, and it is short enough to be read."""
    return len(name) <= _LONGEST_NAME and not told.intersection(content_words(name, language="en"))


def _with_article(entity: Entity) -> str:
    """The name with `the` where its head is a common noun: "the British Library", not "the NASA"."""
    takes = entity.type in ("organization", "event", "work") and " " in entity.name
    return f"the {entity.name}" if takes and not entity.name.lower().startswith("the ") else entity.name
