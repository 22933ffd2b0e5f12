from actors.domain.analysis import Entity, EntityType, Relation
from actors.services.nlp.related import related_questions


def entity(number: int, name: str, kind: EntityType, mentions: int = 5) -> Entity:
    return Entity(id=f"e{number}", name=name, type=kind, mentions=mentions, sources=("s1",), citations=("s1p1",))


ENTITIES = [
    entity(1, "Susan Solomon", "person"),
    entity(2, "British Antarctic Survey", "organization"),
    entity(3, "Ozone Hole", "event"),
    entity(4, "Leeds", "place", mentions=1),
]
PHRASES = [("ozone hole", 1.0), ("ultraviolet light", 0.8), ("sun", 0.5)]
RELATIONS = [Relation(source="e1", target="e2", label="advised", weight=2, citations=("s1p1",))]
QUERY = "What is the ozone hole?"


def test_entities_relations_and_phrases_take_turns() -> None:
    assert related_questions(QUERY, ENTITIES, PHRASES, RELATIONS, limit=3) == [
        "What part did Susan Solomon play in the ozone hole?",
        "How are Susan Solomon and the British Antarctic Survey connected?",
        "How does the ozone hole relate to ultraviolet light?",
    ]


def test_what_the_query_names_is_not_asked() -> None:
    asked = related_questions(QUERY, ENTITIES, PHRASES, RELATIONS, limit=20)
    assert not any("Ozone Hole" in question for question in asked)


def test_what_was_mentioned_once_is_not_asked() -> None:
    asked = related_questions(QUERY, ENTITIES, PHRASES, RELATIONS, limit=20)
    assert not any("Leeds" in question for question in asked)


def test_bare_company_makes_no_question() -> None:
    company = [RELATIONS[0].model_copy(update={"label": "appears with"})]
    assert not any("connected" in question for question in related_questions(QUERY, ENTITIES, PHRASES, company))


def test_no_question_comes_twice() -> None:
    twice = [*RELATIONS, RELATIONS[0].model_copy(update={"label": "joined"})]
    asked = related_questions(QUERY, ENTITIES, PHRASES, twice, limit=20)
    assert len(set(asked)) == len(asked)


def test_an_entity_of_other_passages_is_not_asked_of_with_the_subject() -> None:
    far = entity(5, "Andy Warhol", "person").model_copy(update={"citations": ("s9p1",)})
    asked = related_questions(QUERY, [*ENTITIES, far], PHRASES, RELATIONS, limit=20)
    assert not any("Warhol" in question for question in asked)


def test_without_a_subject_only_connections_are_asked() -> None:
    asked = related_questions("How many people were killed?", ENTITIES, PHRASES, RELATIONS, limit=20)
    assert asked == ["How are Susan Solomon and the British Antarctic Survey connected?"]


def test_nothing_to_go_by_gives_no_question() -> None:
    assert related_questions("???", [], [], []) == []
    assert related_questions(QUERY, ENTITIES, PHRASES, RELATIONS, limit=0) == []
