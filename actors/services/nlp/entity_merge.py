"""The names of all sources as one list: two spellings of one thing become one entity, cited where it is named."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from actors.domain.analysis import Entity, EntityType, Relation
from actors.domain.documents import Passage
from actors.services.nlp.entities import Annotation, Mention
from actors.services.nlp.mentions import initials
from actors.services.nlp.names import is_common_noun, kind_of
from actors.services.nlp.places import is_place
from actors.services.nlp.relations import Naming, merge_relations, spread
from actors.services.nlp.words import normalise_name

MAX_CITATIONS = 5
MAX_ALIASES = 6
_KEPT = 8_192
"""Names whose keys are remembered, 250 bytes each."""

_KNOWN = {"us": "united states", "usa": "united states", "united states of america": "united states",
          "uk": "united kingdom", "eu": "european union", "un": "united nations"}  # fmt: skip
_SUFFIX = re.compile(r"(?<=\w) (?:inc|ltd|llc|plc|corp|co|gmbh|jr|sr)$")
_INITIAL = re.compile(r"(?<=\w) \w(?= \w)")
_MOST_SHORT_FORMS = 5
_SHORTEST_SINGULAR = 5
_SHORTEST_ACRONYM, _LONGEST_ACRONYM = 2, 10


@dataclass(slots=True)
class _Group:
    """The mentions of one normalised name."""

    surfaces: Counter[str] = field(default_factory=Counter)
    kinds: Counter[EntityType] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)

    @property
    def kind(self) -> EntityType:
        return max(self.kinds, key=lambda kind: (self.kinds[kind], kind))


def merge_entities(
    documents: Sequence[tuple[str, Annotation]], passages: Sequence[Passage], *, limit: int = 60
) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    """The entities of all documents and what is told of two of them together.

    Args:
        documents: source id and annotation of each.
        passages: of the same sources, in order.
        limit: how many entities, the most mentioned ones.

    Returns:
        Entities by falling mentions, then name, with ids `e1`, `e2` … in that order; relations by falling weight.
        Every cited passage holds the entity's name or an alias, or the sentence of the relation.
    """
    found_groups: defaultdict[str, _Group] = defaultdict(_Group)
    for source_id, annotation in documents:
        for mention in annotation.mentions:
            group = found_groups[_key(mention.text)]
            group.surfaces[mention.text] += 1
            group.kinds[mention.type] += 1
            group.sources[source_id] += 1
    groups = {key: group for key, group in found_groups.items() if key and not is_common_noun(key)}
    leaders = _leaders(groups)
    merged = _merged(groups, leaders)
    ranked = sorted(merged, key=lambda key: (-merged[key].sources.total(), _name(merged[key]), key))[:limit]
    ids = {key: f"e{number}" for number, key in enumerate(ranked, 1)}
    found = _namings(documents, passages, ids, leaders)
    entities = tuple(_entity(ids[key], merged[key], found) for key in ranked)
    return entities, merge_relations(documents, found, lambda mention: ids.get(_leader(mention, leaders), ""))


@lru_cache(maxsize=_KEPT)
def _key(name: str) -> str:
    key = _INITIAL.sub("", _SUFFIX.sub("", normalise_name(name)))
    return _KNOWN.get(key, key)


def _leader(mention: Mention, leaders: dict[str, str]) -> str:
    key = _key(mention.text)
    return leaders.get(key, key)


def _leaders(groups: dict[str, _Group]) -> dict[str, str]:
    """For each short form the one long form it can stand for: acronyms, surnames, given names, plurals."""
    longer = _longer(groups)
    leaders: dict[str, str] = {}
    for key, group in groups.items():
        told = sorted(
            (_together(group, groups[long]), long)
            for long in longer.get(key, ())
            if _can_stand_for(key, group, long, groups[long])
        )
        if len(told) == 1 or (told and told[-1][0] > told[-2][0]):
            leaders[key] = told[-1][1]
    for key in sorted(groups):
        if key not in leaders and (one := _singular(key, groups)) is not None:
            leaders[key] = leaders.get(one, one)
    return leaders


def _longer(groups: dict[str, _Group]) -> dict[str, list[str]]:
    """The names of several words that a single word may be short for, by that word."""
    longer: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(groups):
        if " " in key and groups[key].kind == "person":
            for word in sorted({key.split()[0], key.split()[-1]}):
                longer[word].append(key)
        elif " " in key:
            for short in initials(_name(groups[key])):
                longer[short].append(key)
    return longer


def _can_stand_for(key: str, short: _Group, long_key: str, long: _Group) -> bool:
    """Whether a word is short for a longer name: an acronym, part of a person's name, or by mistake no person's.

    A family name is a person's wherever a source tells both, unless it is a place or far more common (`Ford`).
    """
    if _is_acronym(short):
        return long.kind != "person"
    if long.kind != "person" or short.kind == "person":
        return long.kind == "person"
    together = _together(short, long)
    return (
        long_key.endswith(f" {key}")
        and not (short.kind == "place" and is_place(key))
        and together > 0
        and short.sources.total() <= _MOST_SHORT_FORMS * together
    )


def _singular(key: str, groups: dict[str, _Group]) -> str | None:
    """The name that `key` is the plain plural of; a person's is none: Adams, Williams."""
    one = key[:-1]
    if not key.endswith("s") or len(one) < _SHORTEST_SINGULAR or one not in groups:
        return None
    return None if "person" in (groups[key].kind, groups[one].kind) else one


def _is_acronym(group: _Group) -> bool:
    name = _name(group).replace(".", "")
    return _SHORTEST_ACRONYM <= len(name) <= _LONGEST_ACRONYM and name.isupper()


def _together(short: _Group, long: _Group) -> int:
    """How many mentions of the long form stand in sources that use the short one."""
    return sum(times for source, times in long.sources.items() if source in short.sources)


def _merged(groups: dict[str, _Group], leaders: dict[str, str]) -> dict[str, _Group]:
    merged: dict[str, _Group] = {}
    for key in sorted(groups, key=lambda key: (key in leaders, key)):
        leader = leaders.get(key, key)
        own = merged.setdefault(leader, _Group())
        own.surfaces.update(groups[key].surfaces)
        own.kinds.update({"person": 1} if groups[leader].kind == "person" else groups[key].kinds)
        own.sources.update(groups[key].sources)
    return merged


def _name(group: _Group) -> str:
    """The fullest form that is common: an acronym or a surname gives way to what it stands for, a plural to its one."""
    most = max(group.surfaces.values())
    common = [name for name, times in group.surfaces.items() if 10 * times >= most]
    common = [name for name in common if not (name.endswith("s") and name[:-1] in common)]
    return max(common, key=lambda name: (len(normalise_name(name).split()), group.surfaces[name], name))


def _namings(
    documents: Sequence[tuple[str, Annotation]],
    passages: Sequence[Passage],
    ids: dict[str, str],
    leaders: dict[str, str],
) -> list[Naming]:
    """Which passage names which entity, in the order of the passages."""
    by_source: defaultdict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_source[passage.source_id].append(passage)
    namings: list[Naming] = []
    for source_id, annotation in documents:
        own = sorted(by_source[source_id], key=lambda passage: passage.start)
        at = 0
        for mention in annotation.mentions:
            while at < len(own) and own[at].end < mention.end:
                at += 1
            entity = ids.get(_leader(mention, leaders))
            if entity and at < len(own) and own[at].start <= mention.start:
                namings.append(Naming(entity, mention, own[at]))
    return namings


def _entity(entity_id: str, group: _Group, found: Sequence[Naming]) -> Entity:
    name = _name(group)
    kind = kind_of(name) if name.count(" ") else None
    aliases = sorted(
        (other for other in group.surfaces if other != name), key=lambda other: (-group.surfaces[other], other)
    )
    aliases = aliases[:MAX_ALIASES]
    told = [one.passage for one in found if one.entity == entity_id and one.mention.text in (name, *aliases)]
    return Entity(
        id=entity_id,
        name=name,
        type=group.kind if kind is None or group.kind == "person" else kind,
        aliases=tuple(aliases),
        mentions=group.sources.total(),
        sources=tuple(sorted(group.sources, key=lambda source: (-group.sources[source], source))),
        citations=spread(told, MAX_CITATIONS),
    )
