from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.nlp.dates import find_dates

NEWS = "The council met on Monday. "
NEWS_DAY = "2021-05-05"


def dates(text: str, anchor: str | None = None) -> list[tuple[str, str]]:
    return [(mention.date, mention.granularity) for mention in find_dates(text, anchor=anchor)]


@pytest.mark.parametrize(
    "written",
    [
        "3 May 2021",
        "3rd of May 2021",
        "the 3rd day of May, 2021",
        "May 3, 2021",
        "May 3rd, 2021",
        "Monday, May 3, 2021",
        "Monday 3 May 2021",
        "3-May-2021",
        "2021-05-03",
        "2021/5/3",
        "3. Mai 2021",
        "3 mai 2021",
        "3 de mayo de 2021",
        "03.05.2021",
    ],
)
def test_a_full_date_is_read_in_every_usual_order(written: str) -> None:
    assert dates(f"It opened on {written}.") == [("2021-05-03", "day")]


def test_a_numeric_date_is_read_only_where_its_order_is_plain() -> None:
    assert dates("On 25/12/2020, 12/25/20 and 5/5/21.") == [
        ("2020-12-25", "day"),
        ("2020-12-25", "day"),
        ("2021-05-05", "day"),
    ]
    assert dates("On 3/5/21 and 31/31/2021.") == []


def test_granularity_is_kept() -> None:
    text = "In March 2019, in 1984, in the 1990s, in the early 2000s, in the sixties and in the 17th century."
    assert dates(text) == [
        ("2019-03", "month"),
        ("1984", "year"),
        ("1990", "decade"),
        ("2000", "decade"),
        ("1960", "decade"),
        ("1600", "century"),
    ]


def test_the_1800s_are_a_century() -> None:
    assert dates("In the 1800s it grew.") == [("1800", "century")]


def test_both_ends_of_a_range_are_dates() -> None:
    assert dates("From 5–6 September 2019 and May 2-4, 2020.") == [
        ("2019-09-05", "day"),
        ("2019-09-06", "day"),
        ("2020-05-02", "day"),
        ("2020-05-04", "day"),
    ]
    assert dates("The war (1914–18) and the one of 1939-1945.") == [
        ("1914", "year"),
        ("1918", "year"),
        ("1939", "year"),
        ("1945", "year"),
    ]
    assert dates("Between May and June 1981.") == [("1981-05", "month"), ("1981-06", "month")]
    assert dates("The 15th to the 19th century.") == [("1400", "century"), ("1800", "century")]


def test_a_year_told_once_for_two_days_counts_for_both() -> None:
    assert dates("From 28 December to 3 January 2020.") == [("2019-12-28", "day"), ("2020-01-03", "day")]


@pytest.mark.parametrize(
    "quantity",
    [
        "2000 people came.",
        "More than 1500 ships sank.",
        "Nearly 1900 of them came back.",
        "It cost $2000 and weighs 1900 kg.",
        "See page 1987 and No. 1999.",
        "He lives at 1600 Pennsylvania Avenue.",
        "It has 1,950 rooms, 2000.5 of them let.",
        "Call 555 1984 or use Windows 2000.",
        "A survey of 1709 schoolchildren was made.",
        "In the year 3000 nobody knows.",
    ],
)
def test_a_quantity_is_no_year(quantity: str) -> None:
    assert dates(quantity) == []


@pytest.mark.parametrize("text", ["The 2010 census showed it.", "It grew in 2010.", "(Smith, 2010)", "mid-2010"])
def test_a_year_is_read_in_its_usual_places(text: str) -> None:
    assert dates(text) == [("2010", "year")]


def test_an_apostrophe_after_a_round_year_makes_a_decade_and_else_a_possessive() -> None:
    assert dates("The 1930's and 2012's best film.") == [("1930", "decade"), ("2012", "year")]


def test_years_of_old_name_their_era() -> None:
    assert dates("It stood from 508 BC to AD 71, and in the 5th century BC.") == [
        ("-0508", "year"),
        ("0071", "year"),
        ("-0500", "century"),
    ]


def test_a_short_year_is_a_year_only_in_a_text_that_tells_of_such_times() -> None:
    assert dates("He was born on 30 September 420. In 373, he left.") == [("0420-09-30", "day"), ("0373", "year")]
    assert dates("He won in 373, by a mile.") == []


def test_weekdays_are_counted_back_from_the_day_of_publication() -> None:
    text = "They met on Monday. Last Wednesday he left. They will meet on Friday, and next Monday."
    assert dates(text, NEWS_DAY) == [
        ("2021-05-03", "day"),
        ("2021-04-28", "day"),
        ("2021-05-07", "day"),
        ("2021-05-10", "day"),
    ]


def test_weekdays_of_every_week_and_in_names_are_no_dates() -> None:
    text = "It is open every Monday, Tuesday to Friday and on Sundays. The Sunday Times wrote of Black Friday."
    assert dates(text, NEWS_DAY) == []


def test_near_days_are_read_from_the_anchor() -> None:
    text = NEWS + "Yesterday it rained; two days ago, last month, this year, last week, two years ago, a decade ago."
    assert dates(text, NEWS_DAY)[1:] == [
        ("2021-05-04", "day"),
        ("2021-05-03", "day"),
        ("2021-04", "month"),
        ("2021", "year"),
        ("2021-04-26", "month"),
        ("2019", "year"),
        ("2011", "year"),
    ]


def test_a_week_is_sure_only_to_its_month() -> None:
    mention = find_dates(NEWS + "It rained last week.", anchor=NEWS_DAY)[-1]
    assert (mention.date, mention.certain) == ("2021-04-26", "2021-04")


def test_a_season_is_sure_only_to_its_year() -> None:
    (mention,) = find_dates("It opened in the summer of 2012.", anchor=None)
    assert (mention.date, mention.granularity, mention.certain) == ("2012-06", "year", "2012")


def test_without_an_anchor_what_depends_on_it_is_left_out() -> None:
    assert dates("Yesterday, on Monday, last year, on 14 July, in March, two years ago.") == []


def test_an_anchor_may_be_partial() -> None:
    assert dates("Two years ago it was shut. Yesterday it opened.", "2021") == [("2019", "year")]
    assert dates("On 14 July it opened.", "2021-08") == [("2021-07-14", "day")]


def test_a_broken_anchor_is_no_anchor() -> None:
    assert dates("Yesterday it opened.", "soon") == dates("Yesterday it opened.", "2021-02-30") == []


def test_an_anchor_that_the_text_belies_is_not_used() -> None:
    text = "He won in 2012, 2013 and 2014. Yesterday he lost."
    assert dates(text, "2004-08-14") == [("2012", "year"), ("2013", "year"), ("2014", "year")]


def test_the_dateline_stands_in_for_a_missing_anchor() -> None:
    text = "Mayor resigns\nWednesday, May 5, 2021\nThe mayor resigned yesterday."
    assert dates(text) == [("2021-05-05", "day"), ("2021-05-04", "day")]


def test_a_date_without_a_year_takes_it_from_the_anchor() -> None:
    assert dates(NEWS + "It opened on 14 April.", NEWS_DAY)[1:] == [("2021-04-14", "day")]
    assert dates(NEWS + "It opened on December 28.", "2021-01-05")[1:] == [("2020-12-28", "day")]
    assert dates(NEWS + "It fell in March.", NEWS_DAY)[1:] == [("2021-03", "month")]


def test_a_date_without_a_year_takes_it_from_the_date_before_in_a_story() -> None:
    assert dates("On 4 July 1831 he wrote. On 14 July he was held.", "2004-08-18") == [
        ("1831-07-04", "day"),
        ("1831-07-14", "day"),
    ]


def test_the_next_year_of_a_story_follows_its_last_date() -> None:
    text = "It opened in March 1990. Two years later it closed. The following year it burned. That year he left."
    assert [date for date, _ in dates(text)] == ["1990-03", "1992", "1993", "1993"]


def test_a_month_that_comes_every_year_is_no_date() -> None:
    assert dates("The best time is between June and October.", "2006-07-04") == []


def test_a_verb_is_no_month() -> None:
    assert dates(NEWS + "May I go? March on! He may march in.", NEWS_DAY)[1:] == []


def test_today_may_mean_nowadays() -> None:
    assert dates(NEWS + "The method is still used today. Today, most use it.", NEWS_DAY)[1:] == []
    assert dates(NEWS + "The mayor resigned today.", NEWS_DAY)[1:] == [("2021-05-05", "day")]


def test_impossible_days_are_no_days() -> None:
    assert ("2021-02-30", "day") not in dates("On 30 February 2021 and 2021-13-45.")


PIECES = [
    "May",
    "3",
    "2021",
    "-",
    "1990s",
    "19th",
    "century",
    "BC",
    "last",
    "year",
    "Monday",
    "ago",
    "two",
    "\n",
    ",",
    "to",
    "the",
]


def test_a_weekday_belongs_to_one_mention_only():
    mentions = find_dates("Monday the Monday", anchor="2021-05-03")
    assert [(mention.text, mention.start) for mention in mentions] == [("Monday", 0), ("the Monday", 7)]


def test_an_anchor_that_is_no_date_is_no_anchor():
    assert find_dates("on Monday", anchor="2021-00-05") == []


@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)),
    st.one_of(st.none(), st.dates().map(str), st.text(max_size=12)),
)
def test_mentions_are_exact_spans_in_order(text: str, anchor: str | None) -> None:
    mentions = find_dates(text, anchor=anchor)
    assert all(mention.text == text[mention.start : mention.end] != "" for mention in mentions)
    assert all(before.end <= after.start for before, after in pairwise(mentions))
    assert mentions == find_dates(text, anchor=anchor)
