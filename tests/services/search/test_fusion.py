import pytest

from actors.domain.documents import Hit
from actors.services.search.fusion import fuse


def hits(provider, *urls):
    return [Hit(url=url, provider=provider, rank=rank) for rank, url in enumerate(urls, 1)]


def test_what_several_lists_find_comes_before_what_one_finds_higher_up():
    fused = fuse([hits("a", "x", "y"), hits("b", "z", "y")], canonical=str)
    assert [candidate.url for candidate in fused] == ["y", "x", "z"]
    assert fused[0].providers == ("a", "b")
    assert fused[0].score == pytest.approx(2 / 62)


def test_addresses_that_are_one_are_fused_into_the_first_with_what_each_knows():
    first = Hit(url="http://a.example/", provider="a", rank=2)
    second = Hit(url="https://A.example", title="A", published="2021-05-03", provider="b", rank=1)
    (candidate,) = fuse([[first], [second]], canonical=lambda url: url.lower().split("://")[1].rstrip("/"))
    assert candidate.url == "http://a.example/"
    assert (candidate.title, candidate.published) == ("A", "2021-05-03")


def test_nothing_found_is_an_empty_list():
    assert fuse([[], []], canonical=str) == []
