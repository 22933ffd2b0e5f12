import random

from hypothesis import given
from hypothesis import strategies as st

from actors.services.fetch.duplicates import near_duplicates


def prose(seed: int, words: int) -> str:
    draw = random.Random(seed)  # noqa: S311 (words, not secrets)
    return " ".join(f"w{draw.randrange(3000)}" for _ in range(words))


STORY = prose(1, 600)


def test_the_same_story_with_other_boilerplate_is_a_repetition_of_the_first() -> None:
    copy = f"{prose(2, 40)} {STORY.upper()} {prose(3, 120)}"
    assert near_duplicates([("s1", STORY), ("s2", prose(4, 600)), ("s3", copy), ("s4", STORY)]) == {
        "s3": "s1",
        "s4": "s1",
    }


def test_an_edited_copy_is_a_repetition() -> None:
    words = STORY.split()
    words[::40] = ["changed"] * len(words[::40])
    assert near_duplicates([("s1", STORY), ("s2", " ".join(words))]) == {"s2": "s1"}


def test_other_punctuation_makes_no_other_story() -> None:
    words = STORY.split()
    copy = " ".join(f"“{word}”—" if number % 9 == 0 else f"{word}," for number, word in enumerate(words))
    assert near_duplicates([("s1", STORY), ("s2", copy)]) == {"s2": "s1"}


def test_two_stories_that_share_a_long_quotation_are_kept() -> None:
    quotation = prose(5, 150)
    texts = [("s1", f"{prose(6, 400)} {quotation}"), ("s2", f"{quotation} {prose(7, 400)}")]
    assert near_duplicates(texts) == {}


def test_a_short_text_that_a_long_one_quotes_is_kept() -> None:
    quoted = prose(8, 60)
    assert near_duplicates([("s1", f"{prose(9, 500)} {quoted}"), ("s2", quoted)]) == {}


def test_texts_without_words_repeat_nothing() -> None:
    assert near_duplicates([("s1", ""), ("s2", ""), ("s3", "…")]) == {}


@given(st.lists(st.text(max_size=60), max_size=6))
def test_a_repetition_names_an_earlier_source_that_repeats_nothing(texts: list[str]) -> None:
    repeats = near_duplicates([(str(number), text) for number, text in enumerate(texts)])
    for source, original in repeats.items():
        assert int(original) < int(source)
        assert original not in repeats
