import pytest

from actors.services.fetch.answers import Answer
from actors.services.fetch.refresh import refresh_location


def page(content, body="<p>You are being sent on.</p>"):
    return Answer(
        200, f"<html><head><META HTTP-EQUIV='Refresh' CONTENT='{content}'></head>{body}".encode(), "text/html"
    )


@pytest.mark.parametrize(
    ("content", "location"),
    [
        ("0;url=/b", "/b"),
        ("0; URL=http://a.example/?x=1&amp;y=2", "http://a.example/?x=1&y=2"),
        ("3, url = /b", "/b"),
        ("0.5;/b", "/b"),
        ("300;url=/b", None),
        ("0", None),
        ("0;url=", None),
        ("soon;url=/b", None),
    ],
)
def test_a_page_that_sends_its_reader_on_says_where(content, location):
    assert refresh_location(page(content)) == location


def test_a_page_with_a_text_of_its_own_is_read():
    assert refresh_location(page("0;url=/b", "<p>The bridge is open.</p>" * 40)) is None
    assert refresh_location(page("0;url=/b", "<script>" + "var a = 1;" * 99 + "</script>")) == "/b"
    assert refresh_location(Answer(200, page("0;url=/b").body, "text/plain")) is None
    assert refresh_location(Answer(404)) is None


async def test_it_is_followed_like_a_redirect(fetcher, site):
    assert (await fetcher.fetch(f"{site.address}/refresh?to=/hop/2")).url == f"{site.address}/hop/0"


async def test_a_page_that_sends_to_itself_is_read(fetcher, site):
    page = await fetcher.fetch(f"{site.address}/refresh?to=%23top")
    assert b"refresh" in page.body
