import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.services.fetch.canonical import canonical_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a",
        "http://example.org/a",
        "http://EXAMPLE.org:80/a/",
        "https://www.example.org:443/a#part",
        "https://example.org/a?utm_source=x&utm_medium=y",
        "https://example.org/a/?fbclid=1&gclid=2",
        "https://example.org/a/index.html",
    ],
)
def test_spellings_of_one_address_have_one_key(url: str) -> None:
    assert canonical_url(url) == "https://example.org/a"


def test_parameters_that_choose_the_page_are_kept_in_order() -> None:
    assert canonical_url("http://example.org/?p=2&id=1&id=0") == "https://example.org/?id=0&id=1&p=2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/A", "https://example.org/a"),
        ("https://example.org/?id=1", "https://example.org/?id=2"),
        ("https://example.org:8080/", "https://example.org/"),
        ("https://de.example.org/", "https://example.org/"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ],
)
def test_different_pages_have_different_keys(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize("url", ["corpus:a%20b.md", "not a url", "http://[", "http://[]@", "ftp://example.org/a/"])
def test_what_is_no_web_address_comes_back_as_it_is(url: str) -> None:
    assert canonical_url(url) == url


@given(st.text() | st.from_regex(r"https?://[a-z.]{1,9}/[a-z/?&=%#:]{0,20}", fullmatch=True))
def test_a_key_is_its_own_key(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)
