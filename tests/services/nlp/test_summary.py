from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.domain.documents import Sentence
from actors.services.nlp.summary import rank_sentences, stands_alone, summarise

Build = Callable[..., list[Sentence]]


def texts(sentences: Sequence[Sentence]) -> list[str]:
    return [sentence.text for sentence in sentences]


def test_the_sentence_that_answers_the_question_comes_first(sentences: list[Sentence]) -> None:
    found = summarise(sentences, query="Why does chlorine destroy ozone?", language="en")
    assert found[0].text.startswith("Chlorine from spray cans destroys ozone")


def test_sentences_that_have_nothing_to_do_with_the_question_are_left_out(sentences: list[Sentence]) -> None:
    found = summarise(sentences, query="Why does chlorine destroy ozone?", language="en")
    assert {sentence.source_id for sentence in found} == {"s1"}


def test_sources_without_the_named_are_left_out_and_the_one_left_may_give_all(as_sentences: Build) -> None:
    own = as_sentences(
        [
            "Ada Lovelace was born in London.",
            "Lovelace was born rich.",
            "Lovelace studied mathematics when she was young.",
        ]
    )
    other = [
        one.model_copy(update={"source_id": "s9", "text": text})
        for one, text in zip(own, ["Ada Yonath was born in Jerusalem.", "Ada was born poor."], strict=False)
    ]
    found = summarise([*own, *other], query="When was Ada Lovelace born?", language="en", per_source=1)
    assert len(found) > 1
    assert {one.source_id for one in found} == {own[0].source_id}


def test_an_answer_may_use_another_verb_than_the_question(as_sentences: Build) -> None:
    found = summarise(
        as_sentences(
            ["Sheep eat the grass of the hills all day long.", "Two farmers first reported the comet at dawn."]
        ),
        query="Who discovered the comet?",
        language="en",
        limit=1,
    )
    assert texts(found) == ["Two farmers first reported the comet at dawn."]


def test_no_source_gives_more_sentences_than_allowed(sentences: list[Sentence]) -> None:
    found = summarise(sentences, query="", language="en", limit=6, per_source=2)
    assert sorted(sentence.source_id for sentence in found) == ["s1", "s1", "s2", "s2"]


def test_a_single_source_may_give_all_sentences_in_its_own_order(sentences: list[Sentence]) -> None:
    own = [sentence for sentence in sentences if sentence.source_id == "s1"]
    found = summarise(own, query="", language="en", limit=4, per_source=1)
    assert len(found) == 4
    assert [sentence.start for sentence in found] == sorted(sentence.start for sentence in found)


def test_the_same_thing_is_said_once(as_sentences: Build) -> None:
    twice = "The dam at Aswan was finished in 1970 after ten years of work."
    found = summarise(
        as_sentences([twice, twice, "Farmers below it no longer see the yearly flood of the Nile."]),
        query="",
        language="en",
    )
    assert texts(found).count(twice) == 1


def test_the_vectors_of_sentences_can_speak_for_one_without_common_words(as_sentences: Build) -> None:
    own = as_sentences(["Physicians warn of tobacco and its smoke.", "The harbour was dredged by the town in spring."])
    likeness = np.array([0.9, 0.0], dtype=np.float32)
    ranked = rank_sentences(own, query="Is smoking harmful?", language="en", likeness=likeness)
    assert ranked[0][0] is own[0]


@pytest.mark.parametrize(
    "leaning",
    [
        "He signed the agreement in Vienna on the second day of the meeting.",
        "However, the agreement was signed in Vienna on the second day.",
        "Was the agreement of Vienna signed on the second day of the meeting?",
        "Vienna signed it.",
        "“The agreement of Vienna was signed on the second day of the meeting.”",
    ],
)
def test_a_sentence_that_needs_its_neighbours_is_worth_less(leaning: str) -> None:
    whole = "The ministers signed the agreement in Vienna on the second day of the meeting."
    assert stands_alone(leaning) < stands_alone(whole)


def test_ranking_keeps_every_sentence_best_first(sentences: list[Sentence]) -> None:
    ranked = rank_sentences(sentences, query="coffee", language="en")
    scores = [score for _, score in ranked]
    assert len(ranked) == len(sentences)
    assert scores == sorted(scores, reverse=True)
    assert "coffee" in ranked[0][0].text.lower()


def test_no_sentence_gives_no_summary() -> None:
    assert summarise([], query="x", language="en") == []
    assert rank_sentences([], query="x", language="en") == []


@given(st.lists(st.text(max_size=60), max_size=5), st.text(max_size=30))
def test_any_text_gives_at_most_the_limit_and_the_same_again(found: list[str], query: str) -> None:
    own = [
        Sentence(source_id=f"s{at}", passage_id=f"p{at}", text=text, start=0, end=len(text))
        for at, text in enumerate(found)
    ]
    once = summarise(own, query=query, language="en", limit=2)
    assert len(once) <= 2
    assert once == summarise(own, query=query, language="en", limit=2)
