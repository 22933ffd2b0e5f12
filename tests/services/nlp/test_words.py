import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.words import content_words, normalise_name, stop_words, token_spans, tokens


def test_a_figure_with_separators_is_one_word_and_a_hyphen_parts_two() -> None:
    assert tokens("eye-tracking in 1,200.5 cases") == ["eye", "tracking", "in", "1,200.5", "cases"]


def test_content_words_are_stems_without_function_words() -> None:
    assert content_words("The treaties were signed by the ministers.", language="en") == ["treati", "sign", "minist"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Die Schichten der Atmosphäre", ["schicht", "atmosphar"]),
        ("fr", "l'eau des montagnes", ["eau", "montagn"]),
        ("es", "los niños de la ciudad", ["niñ", "ciud"]),
        ("it", "le città del mondo", ["citt", "mond"]),
        ("pt", "os livros da cidade", ["livr", "cidad"]),
        ("nl", "de boeken van het huis", ["boek", "huis"]),
    ],
)
def test_every_language_has_its_stop_words_and_stems(language: str, text: str, expected: list[str]) -> None:
    assert content_words(text, language=language) == expected


def test_an_acronym_that_looks_like_a_function_word_is_kept() -> None:
    assert content_words("The WHO asks who it was", language="en") == ["who", "ask"]


def test_a_text_all_in_capitals_still_loses_its_function_words() -> None:
    assert content_words("THE END OF IT", language="en") == ["end"]


def test_japanese_becomes_pairs_of_characters() -> None:
    assert content_words("東京都", language="ja") == ["東京", "京都"]


def test_an_unknown_language_has_no_stop_words() -> None:
    assert stop_words("xx") == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the U.S.'s", "US"),
        ("Citroën Group", "citroen  group"),
        ("The Hague", "Hague"),
        ("James'", "James"),
        ("Jean-Luc Picard", "Jean Luc Picard"),
    ],
)
def test_spellings_of_one_name_are_the_same_once_normalised(one: str, other: str) -> None:
    assert normalise_name(one) == normalise_name(other)


@given(st.text())
def test_words_stand_where_they_are_said_to(text: str) -> None:
    assert [text[start:end] for start, end in token_spans(text)] == tokens(text)


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise_name(text)
    assert once == once.strip()
    assert content_words(text, language="en") == content_words(text, language="en")
