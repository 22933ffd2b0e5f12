import pickle
from dataclasses import astuple

import pytest

from actors.services.nlp.entities import MAX_CHARACTERS, Annotation, annotate


def types(annotation: Annotation) -> dict[str, str]:
    return {mention.text: mention.type for mention in annotation.mentions}


def triples(annotation: Annotation) -> set[tuple[str, str, str]]:
    return {(triple.subject.text, triple.verb, triple.object.text) for triple in annotation.triples}


def test_mentions_are_spans_of_the_text_in_order_without_overlap(ozone_annotation: Annotation, ozone_text: str) -> None:
    end = 0
    for mention in ozone_annotation.mentions:
        assert ozone_text[mention.start : mention.end] == mention.text
        assert mention.start >= end
        end = mention.end


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Joe Farman", "person"),
        ("British Antarctic Survey", "organization"),
        ("World Meteorological Organization", "organization"),
        ("Halley Bay", "place"),
        ("Canada", "place"),
        ("Montreal Protocol", "work"),
    ],
)
def test_names_have_the_type_that_a_reader_would_give(ozone_annotation: Annotation, name: str, kind: str) -> None:
    assert types(ozone_annotation)[name] == kind


def test_an_acronym_defined_in_parentheses_is_known_from_there_on(ozone_annotation: Annotation) -> None:
    acronyms = [mention for mention in ozone_annotation.mentions if mention.text == "WMO"]
    assert [mention.type for mention in acronyms] == ["organization", "organization"]


def test_a_surname_alone_is_the_person_of_the_full_name(ozone_annotation: Annotation) -> None:
    assert types(ozone_annotation)["Farman"] == "person"
    assert types(ozone_annotation)["Solomon"] == "person"


def test_verbs_join_subject_and_object(ozone_annotation: Annotation) -> None:
    assert ("Montreal Protocol", "was signed by", "Canada") in triples(ozone_annotation)


def test_a_triple_holds_its_whole_sentence(ozone_annotation: Annotation, ozone_text: str) -> None:
    triple = next(one for one in ozone_annotation.triples if one.verb == "was signed by")
    assert ozone_text[triple.start : triple.end] == "The Montreal Protocol was signed by Canada in 1987."


def test_a_triple_is_told_once_a_sentence(ozone_annotation: Annotation) -> None:
    assert len(set(ozone_annotation.triples)) == len(ozone_annotation.triples)


def test_titles_determiners_and_possessives_are_no_part_of_a_name() -> None:
    found = types(annotate("Yesterday Dr. Maria Keller's report praised the University of Oslo in Norway."))
    assert "Maria Keller" in found
    assert "University of Oslo" in found


def test_an_adjective_of_nationality_is_no_entity() -> None:
    assert "American" not in types(annotate("Several American scientists met the president of France in Paris."))


def test_a_text_without_names_gives_none() -> None:
    assert annotate("it rained all day and nobody went out.") == Annotation()
    assert annotate("") == Annotation()


def test_only_the_first_characters_of_a_huge_text_are_read() -> None:
    annotation = annotate("x" * MAX_CHARACTERS + " Angela Merkel spoke in Berlin.")
    assert all(mention.end <= MAX_CHARACTERS for mention in annotation.mentions)


def test_an_annotation_can_go_between_processes(ozone_annotation: Annotation) -> None:
    kinds = {type(value) for mention in ozone_annotation.mentions for value in astuple(mention)}
    assert kinds == {int, str}
    assert pickle.dumps(ozone_annotation)


def test_the_same_text_gives_the_same_annotation(ozone_annotation: Annotation, ozone_text: str) -> None:
    assert annotate(ozone_text) == ozone_annotation
