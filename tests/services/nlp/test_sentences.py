from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.sentences import (
    MAX_SENTENCE,
    is_prose,
    passage_sentences,
    sentence_spans,
    split_passages,
)

texts = st.one_of(
    st.text(max_size=400),
    st.lists(
        st.sampled_from(
            ["Dr.", "U.S.", "He", "left", "in", "3.5", "1990.", "The", "[12]", '"', "…", "\n", "?", "e.g.", "J."]
        )
    ).map(" ".join),
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["The U.S. Senate met Dr. Smith at 5 p.m. on Monday.", "Then it rose."],
        ["J. K. Rowling wrote it.", "Ursula K. Le Guin did not."],
        ["He lives in the U.S.", "The family stayed."],
        ["It cost 3.5 million, e.g. in No. 5 of p. 12.", "Really?", "Yes!"],
        ["Acme Inc. Chairman Bob Jones spoke.", "Acme Inc.", "It failed."],
        ["He died.[12]", "She lived. [13][14]", "They went (see Fig. 3)."],
        ['He said "Stop!" and left.', '"Why?" she asked.', "(It was late.)", "All slept."],
        ["It ended in 1990.", "Nobody came."],
        ["Wait... what is that?", "Nobody knew…", "And so on."],
        ["Am 3. Mai 1990 kam z.B. Dr. Meyer.", "Im 19. Jahrhundert war das anders."],
        ["It was 5 °C.", "iPhone sales rose."],
        ["Il a dit « Bonjour. »", "Puis il est parti."],
        ["M. Dupont est né en 1990.", "Il vit à Paris."],
        ["Los EE. UU. son grandes.", "El Sr. López vive aquí."],
        ["1. Introduction to the matter.", "2. What follows."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_sentences_of_a_script_without_spaces_end_at_its_full_stops() -> None:
    assert sentences("これは文です。次の文です。") == ["これは文です。", "次の文です。"]


def test_no_sentence_crosses_a_newline() -> None:
    assert sentences("A heading\nThe text goes on\n\n  and on.  ") == ["A heading", "The text goes on", "and on."]


def test_a_monster_sentence_is_cut_at_white_space() -> None:
    text = "word " * 1_000
    pieces = sentences(text)
    assert len(pieces) == 4
    assert all(len(piece) <= MAX_SENTENCE and piece.endswith("word") for piece in pieces)


def test_a_monster_word_is_cut_all_the_same() -> None:
    assert [len(piece) for piece in sentences("x" * 4_000)] == [1_500, 1_500, 1_000]


@given(texts)
def test_spans_are_trimmed_in_order_and_leave_out_nothing_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    gaps = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    assert "".join(gaps).strip() == ""


@given(texts, st.integers(min_value=1, max_value=900))
def test_passages_are_exact_spans_that_hold_every_sentence_once(text: str, target: int) -> None:
    passages = split_passages("s1", text, target_characters=target)
    assert all(passage.text == text[passage.start : passage.end] for passage in passages)
    assert [passage.id for passage in passages] == [f"s1p{number}" for number in range(1, len(passages) + 1)]
    told = [sentence for passage in passages for sentence in passage_sentences(passage)]
    assert [(sentence.start, sentence.end) for sentence in told] == sentence_spans(text)
    assert all(sentence.text == text[sentence.start : sentence.end] for sentence in told)


def test_passages_are_about_as_long_as_asked() -> None:
    text = "The river rose by a metre in one night. " * 100
    lengths = [len(passage.text) for passage in split_passages("s1", text, target_characters=400)]
    assert all(360 <= length <= 440 for length in lengths[:-1])


def test_no_passage_is_longer_than_the_longest_sentence_may_be() -> None:
    text = "The river rose by a metre in one night. " * 200
    assert all(len(passage.text) <= MAX_SENTENCE for passage in split_passages("s1", text, target_characters=9_000))


def test_a_heading_stays_with_the_text_after_it() -> None:
    before, after = "The river rose by a metre. " * 22, "The bridge was closed at noon. " * 10
    passages = split_passages("s1", f"{before}\nThe bridge\n{after}")
    assert [passage.text.startswith("The bridge\nThe bridge was") for passage in passages] == [False, True]


def test_a_heading_begins_a_new_passage_unless_the_one_before_is_short() -> None:
    section = "The river rose by a metre in one night. " * 8
    passages = split_passages("s1", f"Title\nShort.\nFirst part\n{section}\nSecond part\n{section}")
    assert [passage.text.split("\n")[0] for passage in passages] == ["Title", "Second part"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The river rose by a metre in one night.",
        "He died in Cambridge, Massachusetts.",
        "“It was a long night,” said the mayor.",
        "About 40% of the 1,200 houses were damaged in 2021. [4]",
        "Die Stadt wurde im Jahr 1241 zum ersten Mal erwähnt.",
        "La ville a été fondée par les Romains.",
        'The mayor called it "a very long night" for all of them.',
        'The board was sawn off at 12" by the carpenters.',
        "Their son, Thomas Colton Brown, was born on March 19, 2012.",
    ],
)
def test_prose_can_be_quoted(sentence: str) -> None:
    assert is_prose(sentence)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Early life and education",
        "Home | News | Sport | About us.",
        "By Jane Smith and John Brown.",
        "Photo: Jane Smith was there for the agency.",
        "Figure 2: The level of the river was high in May.",
        "Smith, J., and Brown, K. (2010). The level of rivers. Journal of Water, 3(2), 1–10.",
        'Brown, J. "The river is rising again". The Times. Retrieved 3 May 2021.',
        "print(river.level()) returns the level that was measured.",
        "Click here to read the full story that we published today.",
        "© 2021 The River Company. All rights reserved to its owners.",
        "and then it was over for the people of the town.",
        "River Level Station Name Date Time Value Unit.",
        "He left.",
        'It was "a very long night for all of them.',
        "“It was a very long night for all of them.",
        "It was a very long night” for all of them.",
        "It was (as they said a long night for all of them.",
    ],
)
def test_what_is_no_sentence_cannot_be_quoted(line: str) -> None:
    assert not is_prose(line)


@given(st.text(max_size=300))
def test_any_line_is_prose_or_not(line: str) -> None:
    assert is_prose(line) in (True, False)
