import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.language import detect_language, main_language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The committee said that it would publish the report before the end of the year."),
        ("de", "Die Kommission hat den Bericht noch nicht veröffentlicht, weil die Zahlen fehlen."),
        ("fr", "La commission a publié le rapport avec les chiffres de la région pour cette année."),
        ("es", "La comisión publicó el informe con los datos de la región para este año."),
        ("ru", "Комиссия опубликовала отчёт с данными по региону за этот год."),
    ],
)
def test_a_sentence_is_enough_to_tell_its_language(language: str, text: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "   ", "Home", "12.5 % 2021-05-03 4711", "Contact About FAQ"])
def test_too_little_text_has_no_language(text: str) -> None:
    assert detect_language(text) is None


def test_a_quotation_does_not_change_the_language_of_a_text() -> None:
    english = "The poet is known for one line, and it is quoted to this day by the people of the town. " * 3
    assert detect_language(english + "Die Gedanken sind frei, wer kann sie erraten?") == "en"


def test_german_articles_are_not_taken_for_english_words() -> None:
    assert detect_language("Die Bank in Hamburg war die erste, die das Problem im Land hatte.") == "de"


def test_the_research_is_done_in_the_language_of_most_of_the_text() -> None:
    assert main_language("What is it?", [("en", 100), ("de", 250), ("en", 120)]) == "de"


def test_texts_of_unknown_language_have_no_say() -> None:
    assert main_language("What is it?", [(None, 10_000), ("fr", 1)]) == "fr"


def test_without_any_text_the_research_is_done_in_english() -> None:
    assert main_language("Was ist das?", []) == "en"
    assert main_language("Was ist das?", [(None, 10), ("de", 0)]) == "en"


def test_a_tie_is_broken_by_the_language_of_the_question() -> None:
    question = "Wie hat die Stadt den Bericht von dem Minister aufgenommen?"
    assert main_language(question, [("de", 5), ("fr", 5)]) == "de"
    assert main_language("xyz", [("de", 5), ("fr", 5)]) == "en"


@given(st.text(max_size=300))
def test_any_text_has_a_two_letter_code_or_none(text: str) -> None:
    language = detect_language(text)
    assert language is None or (len(language) == 2 and language.isalpha())
