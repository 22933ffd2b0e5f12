import pytest

from actors.domain.documents import Hit, Kind
from actors.services.search.fusion import fuse, fuse_media


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


def test_what_an_earlier_job_has_kept_is_used_unless_the_page_was_found_again():
    found = Hit(url="http://a.example/", provider="a", rank=1)
    earlier = Hit(url="http://a.example/", provider="earlier", rank=1, kept=("job", "s1"))
    assert fuse([[earlier], [earlier]], canonical=str)[0].kept == ("job", "s1")
    assert fuse([[earlier], [found]], canonical=str)[0].kept is None
    assert fuse([[found]], canonical=str)[0].kept is None


def image(provider, rank, url, media_url, **rest):
    return Hit(url=url, media_url=media_url, provider=provider, rank=rank, kind=Kind.IMAGES, **rest)


def test_an_image_is_one_whichever_page_shows_it_and_comes_first_when_several_find_it():
    fused = fuse_media(
        [
            [image("a", 1, "p1", "one.png"), image("a", 2, "p2", "both.png")],
            [image("b", 2, "p3", "both.png", title="Both", published="2021-05")],
        ],
        canonical=str,
    )
    assert [(medium.url, medium.media_url) for medium in fused] == [("p2", "both.png"), ("p1", "one.png")]
    assert (fused[0].title, fused[0].published, fused[0].providers) == ("Both", "2021-05", ("a", "b"))
    assert fused[0].kind is Kind.IMAGES


def test_a_video_is_its_page_even_where_only_one_provider_tells_its_file():
    seen = Hit(url="v", provider="a", rank=1, kind=Kind.VIDEOS)
    told = Hit(url="v", provider="b", rank=1, kind=Kind.VIDEOS, media_url="v.mp4")
    (medium,) = fuse_media([[seen], [told]], canonical=str)
    assert medium.media_url == "v.mp4"


def test_an_image_and_a_video_of_one_address_are_two():
    video = Hit(url="p", provider="a", rank=2, kind=Kind.VIDEOS)
    assert len(fuse_media([[image("a", 1, "p", None), video]], canonical=str)) == 2


def test_pages_and_news_are_no_media():
    assert fuse_media([hits("a", "x"), [Hit(url="n", provider="a", rank=1, kind=Kind.NEWS)]], canonical=str) == []
