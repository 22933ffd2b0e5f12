import pytest

from actors.services.nlp.dates import find_dates

SPOKEN_ON = "1997-02-04"


def dates(text: str, anchor: str | None = SPOKEN_ON) -> list[str]:
    return [mention.date for mention in find_dates(text, anchor=anchor)]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Thirty-four years ago a man stood here.", "1963"),
        ("He stood here thirty four years ago.", "1963"),
        ("Ninety years ago it burned.", "1907"),
        ("Sixteen years ago it burned.", "1981"),
        ("It burned 34 years ago.", "1963"),
    ],
)
def test_a_number_in_words_is_read_whole(text: str, year: str) -> None:
    assert dates(text) == [year]


@pytest.mark.parametrize(
    "text",
    [
        "One hundred and five years ago it burned.",
        "Four score and seven years ago our fathers came.",
        "It burned 40-50 years ago.",
    ],
)
def test_the_end_of_a_larger_number_is_no_number(text: str) -> None:
    assert dates(text) == []


@pytest.mark.parametrize("rough", ["Over 200", "More than 100", "Nearly fifty", "Almost 90", "About 60"])
def test_a_rough_and_round_number_of_many_years_is_no_date(rough: str) -> None:
    assert dates(f"{rough} years ago the founders met.") == []


def test_a_rough_number_of_few_years_and_an_exact_one_of_many_are_dates() -> None:
    assert dates("About 20 years ago it grew.") == ["1977"]
    assert dates("It began 200 years ago.") == ["1797"]


@pytest.mark.parametrize(
    "text",
    [
        "This is our third century as a nation.",
        "In its second century the club moved.",
        "Our nation's third century begins.",
        "The town looks to a second century of peace.",
    ],
)
def test_a_century_of_ones_own_is_no_date(text: str) -> None:
    assert dates(text) == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("The third century was hard.", "0200"),
        ("Its 19th century walls stand.", "1800"),
        ("Its 5th-century walls stand.", "0400"),
        ("A third century Roman villa was found.", "0200"),
        ("Their second century BC coins were found.", "-0200"),
    ],
)
def test_a_century_of_all_is_a_date(text: str, date: str) -> None:
    assert dates(text) == [date]


def test_tomorrow_is_the_future_where_today_is_our_times() -> None:
    assert dates("We know what we are today and what we will be tomorrow.") == []
    assert dates("That is what we are today. The shop opens tomorrow.") == ["1997-02-05"]
