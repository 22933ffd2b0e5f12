from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.keyphrases import key_phrases


def test_the_phrase_the_texts_come_back_to_is_the_best(coffee_text: str) -> None:
    assert key_phrases([coffee_text])[0] == ("coffee", 1.0)


def test_scores_fall_from_one_and_stay_above_zero(ozone_text: str, coffee_text: str) -> None:
    scores = [score for _, score in key_phrases([ozone_text, coffee_text])]
    assert scores[0] == 1.0
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_every_phrase_stands_in_the_texts_as_it_is_written(ozone_text: str, coffee_text: str) -> None:
    assert all(phrase in ozone_text + coffee_text for phrase, _ in key_phrases([ozone_text, coffee_text]))


def test_no_phrase_is_part_of_another(ozone_text: str) -> None:
    phrases = [f" {phrase.lower()} " for phrase, _ in key_phrases([ozone_text])]
    assert not [one for one in phrases for other in phrases if one != other and one in other]


def test_a_whole_name_is_preferred_to_its_parts(ozone_text: str) -> None:
    phrases = [phrase for phrase, _ in key_phrases([ozone_text])]
    assert "British Antarctic Survey" in phrases
    assert "Antarctic" not in phrases


def test_function_words_neither_begin_nor_end_a_phrase(ozone_text: str) -> None:
    for phrase, _ in key_phrases([ozone_text]):
        assert phrase.split()[0].lower() not in {"the", "of", "in", "by"}
        assert phrase.split()[-1].lower() not in {"the", "of", "in", "by"}


def test_the_stop_words_of_another_language_are_left_out() -> None:
    text = "Die Ozonschicht schützt die Erde. Die Ozonschicht und die Erde und der Mond."
    phrases = [phrase for phrase, _ in key_phrases([text], language="de")]
    assert phrases[0] == "Erde"
    assert not {"die", "der", "und"} & {word.lower() for phrase in phrases for word in phrase.split()}


def test_the_limit_holds(ozone_text: str) -> None:
    assert len(key_phrases([ozone_text], limit=3)) == 3


def test_no_text_gives_no_phrase() -> None:
    assert key_phrases([]) == []
    assert key_phrases(["", "... !!"]) == []


@given(st.lists(st.text(max_size=200), max_size=4))
def test_any_text_gives_the_same_phrases_again(texts: list[str]) -> None:
    found = key_phrases(texts)
    assert found == key_phrases(texts)
    assert all(0 <= score <= 1 for _, score in found)
