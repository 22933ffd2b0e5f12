import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.names import is_common_noun, is_name, kind_by_context, kind_of, trim


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("the Royal Society", "Royal Society"),
        ("President Lincoln's", "Lincoln"),
        ("BILL CLINTON'S", "BILL CLINTON"),
        ("Dr. Jane Goodall", "Jane Goodall"),
        ("“Nature”", "Nature"),
        ("Acme (founded", "Acme"),
        ("Washington D.C.", "Washington D.C."),
    ],
)
def test_a_span_is_trimmed_to_the_name(written: str, name: str) -> None:
    start, end = trim(written, 0, len(written))
    assert written[start:end] == name


@pytest.mark.parametrize("text", ["Nation", "Laughter", "Downtown"])
def test_a_noun_that_speeches_capitalise_singles_out_nothing_alone(text: str) -> None:
    assert is_common_noun(text)
    assert not is_common_noun(f"{text} Bank")


@pytest.mark.parametrize("text", ["Monday", "Ph.D.", "President", "2019", "a", "non-avian", "Prime Minister@x"])
def test_dates_degrees_and_titles_are_no_names(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("University of Basel", "organization"),
        ("Lake Geneva", "place"),
        ("Crimean War", "event"),
        ("Kyoto Protocol", "work"),
        ("Marie Curie", None),
        ("Bank", None),
    ],
)
def test_the_head_of_a_name_tells_its_type(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


def test_neighbours_tell_a_type() -> None:
    assert kind_by_context("He lived in Tartu.", 12, 17) == "place"
    assert kind_by_context("Kask said so.", 0, 4) == "person"
    assert kind_by_context("They met Kask.", 9, 13) is None


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_trimming_never_grows_a_span(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    first, last = trim(text, start, end)
    assert first >= start
    assert last <= end
