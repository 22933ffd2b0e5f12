import pytest

from actors.domain.analysis import Entity, EntityType, Relation
from actors.domain.documents import Passage
from actors.services.nlp.entities import Annotation, Mention, Triple
from actors.services.nlp.entity_merge import merge_entities
from actors.services.nlp.sentences import split_passages

A = "The World Meteorological Organization met Mario Molina in Geneva. Molina thanked the WMO."
B = "WMO rules hold in Geneva. The U.S. sent Mario J. Molina to Geneva. The United States paid."
NAMES: dict[str, EntityType] = {
    "World Meteorological Organization": "organization", "WMO": "organization", "Mario J. Molina": "person",
    "Mario Molina": "person", "Molina": "person", "Geneva": "place", "U.S.": "place", "United States": "place",
}  # fmt: skip


def mentions(text: str) -> tuple[Mention, ...]:
    found: list[Mention] = []
    for name, kind in NAMES.items():
        at = text.find(name)
        while at >= 0:
            if not any(one.start <= at < one.end for one in found):
                found.append(Mention(at, at + len(name), name, kind))
            at = text.find(name, at + 1)
    return tuple(sorted(found, key=lambda one: one.start))


@pytest.fixture
def passages() -> list[Passage]:
    return [*split_passages("s1", A, target_characters=60), *split_passages("s2", B, target_characters=60)]


@pytest.fixture
def documents() -> list[tuple[str, Annotation]]:
    first = mentions(A)
    triple = Triple(0, 65, first[0], "met", first[1])
    return [("s1", Annotation(first, (triple,))), ("s2", Annotation(mentions(B)))]


@pytest.fixture
def merged(
    documents: list[tuple[str, Annotation]], passages: list[Passage]
) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    return merge_entities(documents, passages)


def test_short_and_long_forms_become_one_entity(merged: tuple[tuple[Entity, ...], tuple[Relation, ...]]) -> None:
    counts = {entity.name: entity.mentions for entity in merged[0]}
    assert counts == {"Mario J. Molina": 3, "World Meteorological Organization": 3, "Geneva": 3, "United States": 2}


def test_ids_follow_falling_mentions_then_the_name(merged: tuple[tuple[Entity, ...], tuple[Relation, ...]]) -> None:
    assert [(entity.id, entity.name) for entity in merged[0]] == [
        ("e1", "Geneva"),
        ("e2", "Mario J. Molina"),
        ("e3", "World Meteorological Organization"),
        ("e4", "United States"),
    ]


def test_every_citation_holds_the_name_or_an_alias(
    merged: tuple[tuple[Entity, ...], tuple[Relation, ...]], passages: list[Passage]
) -> None:
    texts = {passage.id: passage.text for passage in passages}
    for entity in merged[0]:
        assert entity.citations
        for citation in entity.citations:
            assert any(name in texts[citation] for name in (entity.name, *entity.aliases))


def test_citations_are_spread_over_the_sources(
    merged: tuple[tuple[Entity, ...], tuple[Relation, ...]], passages: list[Passage]
) -> None:
    sources = {passage.id: passage.source_id for passage in passages}
    geneva = next(entity for entity in merged[0] if entity.name == "Geneva")
    assert {sources[citation] for citation in geneva.citations[:2]} == {"s1", "s2"}


def test_a_verb_makes_a_relation_that_cites_its_sentence(
    merged: tuple[tuple[Entity, ...], tuple[Relation, ...]], passages: list[Passage]
) -> None:
    relation = next(one for one in merged[1] if one.label == "met")
    names = {entity.id: entity.name for entity in merged[0]}
    assert (names[relation.source], names[relation.target]) == ("World Meteorological Organization", "Mario J. Molina")
    text = next(passage.text for passage in passages if passage.id == relation.citations[0])
    assert "met Mario Molina" in text


def test_company_counts_from_the_second_sentence(merged: tuple[tuple[Entity, ...], tuple[Relation, ...]]) -> None:
    names = {entity.id: entity.name for entity in merged[0]}
    pairs = {(names[one.source], names[one.target]): one for one in merged[1] if one.label == "appears with"}
    assert pairs["Geneva", "Mario J. Molina"].weight == 2
    assert pairs["Geneva", "World Meteorological Organization"].weight == 2
    assert ("Geneva", "United States") not in pairs


def test_the_limit_keeps_the_most_mentioned(documents: list[tuple[str, Annotation]], passages: list[Passage]) -> None:
    entities, relations = merge_entities(documents, passages, limit=1)
    assert [entity.name for entity in entities] == ["Geneva"]
    assert relations == ()


def test_two_persons_of_one_family_name_stay_two() -> None:
    text = "Anna Weber met Karl Weber. Weber left."
    names = [(0, 10), (15, 25), (27, 32)]
    found = tuple(Mention(start, end, text[start:end], "person") for start, end in names)
    entities, _ = merge_entities([("s1", Annotation(found))], split_passages("s1", text))
    assert [entity.name for entity in entities] == ["Anna Weber", "Karl Weber", "Weber"]


def test_nothing_gives_nothing() -> None:
    assert merge_entities([], []) == ((), ())


def test_real_annotations_keep_the_promises(ozone_annotation: Annotation, ozone_text: str) -> None:
    passages = split_passages("s1", ozone_text, target_characters=200)
    entities, relations = merge_entities([("s1", ozone_annotation)], passages)
    names = [entity.name for entity in entities]
    assert "World Meteorological Organization" in names
    assert "WMO" not in names
    ids = {entity.id for entity in entities}
    assert all({relation.source, relation.target} <= ids and relation.citations for relation in relations)


def entities_of(text: str, *named: tuple[str, EntityType]) -> dict[str, tuple[str, int]]:
    found: list[Mention] = []
    end = 0
    for name, kind in named:
        start = text.index(name, end)
        end = start + len(name)
        found.append(Mention(start, end, name, kind))
    entities, _ = merge_entities([("s1", Annotation(tuple(found)))], split_passages("s1", text))
    return {entity.name: (entity.type, entity.mentions) for entity in entities}


def test_a_family_name_taken_for_a_company_is_the_person_of_its_source() -> None:
    text = "Daniel Montalvo runs it. Montalvo grew. Montalvo paid."
    named: list[tuple[str, EntityType]]
    named = [("Daniel Montalvo", "person"), ("Montalvo", "organization"), ("Montalvo", "organization")]
    assert entities_of(text, *named) == {"Daniel Montalvo": ("person", 3)}


def test_a_place_and_a_much_more_common_company_stay_themselves() -> None:
    text = "George Washington left Washington."
    assert entities_of(text, ("George Washington", "person"), ("Washington", "place")) == {
        "George Washington": ("person", 1),
        "Washington": ("place", 1),
    }
    named: list[tuple[str, EntityType]] = [("Henry Ford", "person")]
    named += [("Ford", "organization")] * 6
    assert entities_of(f"Henry Ford left. {'Ford grew. ' * 6}", *named) == {
        "Ford": ("organization", 6),
        "Henry Ford": ("person", 1),
    }


def test_a_plural_is_folded_into_the_name_but_for_persons() -> None:
    text = "Polaroid sells Polaroids. Polaroids fade."
    named: list[tuple[str, EntityType]]
    named = [("Polaroid", "organization"), ("Polaroids", "organization"), ("Polaroids", "organization")]
    assert entities_of(text, *named) == {"Polaroid": ("organization", 3)}
    assert len(entities_of("Robert met Roberts.", ("Robert", "person"), ("Roberts", "person"))) == 2


def test_a_common_noun_with_a_capital_is_no_entity() -> None:
    named: list[tuple[str, EntityType]] = [("Nation", "organization"), ("Swiss National Bank", "organization")]
    assert entities_of("The Nation needs the Swiss National Bank.", *named) == {
        "Swiss National Bank": ("organization", 1)
    }
