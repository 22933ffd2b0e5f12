import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.services.nlp.numerals import find_numbers
from actors.services.nlp.quantities import Quantity, find_quantities


def values(text: str) -> list[tuple[str, float, float, str]]:
    return [(each.text, each.value, each.high, each.unit) for each in find_quantities(text)]


def only(text: str) -> Quantity:
    (found,) = find_quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3,000", 3_000),
        ("3000", 3_000),
        ("three thousand", 3_000),
        ("3 000", 3_000),
        ("1,234,567.89", 1_234_567.89),
        ("1.2 million", 1_200_000),
        ("one hundred and twenty-five million two hundred and six", 125_000_206),
        ("half a million", 500_000),
        ("two dozen", 24),
        ("twenty-one", 21),
        ("2½", 2.5),
        ("−89.2", -89.2),
        ("£5bn", 5e9),
    ],
)
def test_a_number_has_the_same_value_however_it_is_written(text: str, value: float) -> None:
    (number,) = find_numbers(text)
    assert number.value == pytest.approx(value)


def test_other_languages_write_their_own_decimal_mark() -> None:
    assert [number.value for number in find_numbers("3.000 und 0,5 und 1.234.567,8", language="de")] == [
        3_000,
        0.5,
        1_234_567.8,
    ]
    assert [number.value for number in find_numbers("3.000 and 3,000")] == [3, 3_000]


@pytest.mark.parametrize("text", ["CFC-11", "COVID-19", "at 10:30", "on 9/11", "v1.2.3", "one of them", "a man"])
def test_digits_that_are_no_count_are_no_numbers(text: str) -> None:
    assert find_numbers(text) == []


@pytest.mark.parametrize(
    ("text", "value", "high", "unit"),
    [
        ("It avoids 0.3 to 0.5 °C of warming.", 0.3, 0.5, "°C"),
        ("between 20 and 30 countries", 20, 30, "countries"),
        ("20 to 30 million people", 2e7, 3e7, "people"),
        ("between $5 and $10", 5, 10, "USD"),
        ("a rise of 3–5%", 3, 5, "%"),
        ("5,000-6,000 tonnes", 5_000, 6_000, "tonne"),
    ],
)
def test_a_range_is_one_quantity(text: str, value: float, high: float, unit: str) -> None:
    found = only(text)
    assert (found.value, found.high, found.unit) == (value, high, unit)


def test_a_change_from_one_value_to_another_is_two_quantities() -> None:
    assert [value for _, value, _, _ in values("It rose from 10% to 20%.")] == [10, 20]


@pytest.mark.parametrize("written", ["28.4 million km²", "28.4 million km2", "28.4 million square kilometres"])
def test_every_spelling_of_a_unit_leads_to_one_name(written: str) -> None:
    found = only(f"The hole reached {written} that day.")
    assert (found.text, found.value, found.unit) == (written, 28_400_000, "km²")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("US$20m", "USD"),
        ("€5bn", "EUR"),
        ("40 dollars", "USD"),
        ("12 per cent", "%"),
        ("220 DU", "DU"),
        ("a 45-year-old man", "year"),
        ("a 10m wall", "m"),
        ("10m people", "people"),
    ],
)
def test_units_stand_before_behind_or_joined_to_the_number(text: str, unit: str) -> None:
    assert only(text).unit == unit


def test_what_is_counted_is_told_in_words() -> None:
    found = only("It was ratified by 197 member states of the union.")
    assert (found.unit, found.about) == ("states", ("member", "states"))


@pytest.mark.parametrize(
    "text",
    ["In 1987 it began.", "On 16 September 1987 it began.", "from 1998 to 2005", "the 21st century", "see chapter 3"],
)
def test_years_days_ordinals_and_labels_are_no_quantities(text: str) -> None:
    assert find_quantities(text) == []


def test_four_digits_before_a_plural_are_a_count() -> None:
    assert values("1500 people died") == [("1500", 1500, 1500, "people")]


@given(st.text(alphabet=st.sampled_from("0123456789.,-–$€% kmtofand²½oneticrhu\n"), max_size=120))
@settings(max_examples=200, deadline=None)
def test_quantities_stand_where_they_say_in_order_and_apart(text: str) -> None:
    position = 0
    for found in find_quantities(text):
        assert found.start >= position
        assert text[found.start : found.end] == found.text
        assert found.value <= found.high
        position = found.end


def test_a_long_run_of_digits_or_number_words_takes_linear_time() -> None:
    assert len(find_quantities("1" * 50_000 + ":1" + " two" * 5_000)) > 0
