"""Passages are looked through quickly, and found as if each had been read word by word."""

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.documents import Passage
from actors.services.llm.tasks.base import Call
from actors.services.llm.tasks.evidence import dated, rank, relevance
from actors.services.llm.tasks.named import entities
from actors.services.llm.tasks.relations import RelationsAnswer
from actors.stages.analyze_packed import packed, unpacked

WORD = re.compile(r"[^\W_]+")


def made(*texts):
    return [
        Passage(id=f"s{number}p1", source_id=f"s{number}", text=text, start=7, end=7 + len(text))
        for number, text in enumerate(texts, 1)
    ]


def words_alone(question, *texts):
    """How much of the question's words each text holds, without any meaning."""
    none = np.zeros((len(texts), 2), np.float32)
    return relevance([question], none[:1], made(*texts), none, language="en")[0].tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), max_size=4))
def test_passages_reach_the_pool_as_they_were(texts):
    passages = tuple(made(*texts))
    assert unpacked(packed(passages)) == passages


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["Ana", "a", "_", "1", "-", " ", "\n", "ä"]), max_size=9), min_size=1, max_size=3)
)
def test_a_name_is_mentioned_wherever_it_stands_whole(parts):
    texts = ["".join(one) for one in parts]
    answer = RelationsAnswer.model_validate({"entities": [{"name": "Ana", "type": "person"}], "relations": []})
    passages = made(*texts)
    found, _ = entities([(answer, Call("relations", ""))], passages, "en", quotable=frozenset())
    counted = sum(WORD.findall(text).count("Ana") for text in texts)
    assert sum(entity.mentions for entity in found) == counted


def test_a_word_counts_for_the_longest_stem_that_it_begins_with():
    car, carbon, neither = words_alone("Carbon of a car", "Cars.", "Carbonates!", "Scarbon _car")
    assert min(car, carbon) > 0
    assert neither == 0
    both = words_alone("Carbon of a car", "Cars.", "Carbonates!", "A car of carbon")[2]
    assert both == 0.5


def test_figures_with_commas_and_words_without_spaces_are_found_too():
    assert words_alone("What are 1,200 tons?", "It took 1,200 tons.", "It took 1 ton of 200.")[0] == 0.5
    told, other = words_alone("臭氧层", "关于臭氧层的。", "Nothing.")
    assert told > 0
    assert other == 0


@given(st.text("0129., x", max_size=9))
def test_a_year_is_no_part_of_a_longer_figure(text):
    told = re.search(r"(?<![\d.,])(?:1\d|20)\d\d(?!\d)", text) is not None
    assert dated(made(text or "x")[0]) == told


def test_nothing_is_chosen_where_nothing_bears_on_the_question():
    passages = made("The tea was too cold to drink.", "The milk was warm and sweet.")
    vectors = np.eye(2, dtype=np.float32)
    assert rank(np.array([0.05, 0.0]), passages, vectors, most=2) == []
    assert rank(np.array([0.05, 0.4]), passages, vectors, most=2) == [1]
