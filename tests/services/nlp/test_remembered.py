"""What was read once is remembered by its text, and only so much of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.services.nlp.keyphrases import key_phrases
from actors.services.nlp.remembered import remembered
from actors.services.nlp.sentences import sentence_spans, split_passages
from actors.services.nlp.words import content_words


@pytest.fixture
def reading():
    asked = []

    @remembered(2)
    def read(text, language="en"):
        asked.append((text, language))
        return text.upper(), language

    return read, asked


def test_a_text_is_read_once_for_each_thing_that_is_asked_of_it(reading):
    read, asked = reading
    assert [read("tea"), read("tea"), read("tea", "de")] == [("TEA", "en"), ("TEA", "en"), ("TEA", "de")]
    assert asked == [("tea", "en"), ("tea", "de")]


def test_only_the_texts_that_came_last_are_remembered(reading):
    read, asked = reading
    for text in ("tea", "milk", "rum", "tea"):
        read(text)
    assert [text for text, _ in asked] == ["tea", "milk", "rum", "tea"]


def test_a_text_with_half_a_character_can_be_remembered(reading):
    read, _ = reading
    assert read("\ud800a") == ("\ud800A", "en")


def test_what_one_reader_does_with_an_answer_is_nothing_to_the_next():
    text = "Coffee is roasted. Tea is brewed."
    for read in (sentence_spans, lambda one: content_words(one, language="en")):
        first = list(read(text))
        read(text).clear()
        assert read(text) == first


def test_the_same_text_makes_the_same_passages_for_another_source():
    text = "Coffee is roasted. Tea is brewed.\nMilk is boiled."
    one, other = split_passages("s1", text), split_passages("s2", text)
    assert [each.text for each in one] == [each.text for each in other]
    assert [each.id for each in other] == ["s2p1"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["Ozone", "ozone layer", "Joe Farman", "the", ".", "“", "\n", "of"]), max_size=12))
def test_a_line_that_stood_elsewhere_before_has_the_same_phrases(words):
    text = " ".join(words)
    alone = key_phrases([text])
    key_phrases([f"Ozone.\n{text}", text])
    assert key_phrases([text]) == alone
