from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.services.search.base import SearchQuery
from actors.services.search.reading import address, found, iso_date, plain
from actors.services.search.terms import shortened, span, worded


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("A <b>bold</b> &amp; <i class=x>plain</i> title", "A bold & plain title"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "alert(1)"),
        ("one\n two\t\u200bthree\x00", "one two three"),
        ("3 < 4 > 2", "3 < 4 > 2"),
        ("\ud83d broken", "broken"),
        (None, ""),
        ({"a": 1}, ""),
        ("long " * 1_000, ("long " * 100).strip()),
    ],
)
def test_a_title_is_one_line_of_plain_text(raw, text):
    assert plain(raw) == text


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2021-05-03T08:00:00Z", "2021-05-03"),
        ("2021-05-03 08:00:00+02:00", "2021-05-03"),
        ("2021-05-03T00:00:00.0000000", "2021-05-03"),
        ("2021-05", "2021-05"),
        ("Mon, 03 May 2021 08:00:00 GMT", "2021-05-03"),
        ("2021-13-40", None),
        ("0000-01-01", None),
        ("2021-05-032", None),
        ("3 days ago", None),
        ("", None),
        (None, None),
        (1_620_000_000, None),
    ],
)
def test_only_a_day_that_was_is_taken_for_the_publication(raw, day):
    assert iso_date(raw) == day


NO_ADDRESSES = [
    *("ftp://a.example/", "javascript:alert(1)", "//a.example", "/a", "http://", "https:///a", "http://a b/", ""),
    *("http://[", "http://a.example/\u200b", "data:text/html,x", "http://a.example/" + "x" * 5_000, None, 5),
]


@pytest.mark.parametrize("raw", NO_ADDRESSES)
def test_what_is_no_address_on_the_web_is_left_out(raw):
    assert address(raw) is None
    assert found(raw, "title") is None


def test_an_address_stays_as_it_is():
    assert address(" https://A.example/a?b=%20#c ") == "https://A.example/a?b=%20#c"


QUERY = SearchQuery(text="what is ozone", limit=1)


def test_sites_become_operators():
    several = QUERY.model_copy(
        update={"include_domains": ("a.example", "b.example"), "exclude_domains": ("c.a.example",)}
    )
    expected = "what is ozone site:a.example OR site:b.example -site:c.a.example"
    assert worded(several, words=32, characters=400) == expected
    assert worded(QUERY, words=32, characters=400) == "what is ozone"


@settings(max_examples=40)
@given(
    text=st.text(min_size=1, max_size=600),
    wanted=st.lists(st.sampled_from(["a.example", "a-rather-long-name.of.a.site.example"]), max_size=50),
    refused=st.lists(st.just("b.example"), max_size=50),
    words=st.integers(10, 50),
    characters=st.integers(100, 400),
)
def test_a_question_keeps_both_limits_and_never_ends_in_a_loose_operator(text, wanted, refused, words, characters):
    query = SearchQuery(text=text, limit=1, include_domains=tuple(wanted), exclude_domains=tuple(refused))
    asked = worded(query, words=words, characters=characters)
    assert len(asked) <= characters
    assert len(asked.split()) <= words
    assert asked.split()[-1:] != ["OR"] or not wanted


def test_a_long_text_is_cut_at_the_end_of_a_word_where_there_is_one():
    assert shortened("ozone over the south pole", 12) == "ozone over"
    assert shortened("x" * 50, 12) == "x" * 12


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "day"), (1, "day"), (2, "week"), (7, "week"), (31, "month"), (366, "year"), (367, None)],
)
def test_the_shortest_span_that_reaches_far_enough_back_is_taken(days, name):
    now = date(2021, 5, 3)
    assert span(now - timedelta(days=days), now) == name
    assert span(None, now) is None
