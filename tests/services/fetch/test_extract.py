import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.domain.errors import SourceError
from actors.services.fetch.base import Page
from actors.services.fetch.charset import decode
from actors.services.fetch.extract import extract
from actors.services.fetch.tidy import tidy_text

MakePage = Callable[..., Page]

STORY = """<html lang="en-GB"><head><title>A vote on the bridge | The Leeds Post</title>
<meta property="og:site_name" content="The Leeds Post">{head}</head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><h1>A vote on the bridge</h1>{first}
<p>The council of Leeds voted on Monday to build a second bridge over the river, after two years of debate.</p>
<h2>What it costs</h2>
<p>The bridge will cost 40 million pounds, the mayor said, and take three&nbsp;years  to build.</p>
<p>Those who live at the bank had asked for a tunnel instead, which would have cost four times as much.</p>
<ul><li>The first pillar stands next spring, as the engineers have promised.</li></ul>
<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2020</td><td>35 million</td></tr></table>
</article><footer><p>All rights reserved. Cookies. Imprint.</p></footer></body></html>"""


def story(head: str = "", first: str = "") -> str:
    return STORY.format(head=head, first=first)


def test_the_main_text_comes_without_navigation_one_paragraph_a_line(page: MakePage) -> None:
    assert extract(page(story())).text.split("\n") == [
        "A vote on the bridge",
        "The council of Leeds voted on Monday to build a second bridge over the river, after two years of debate.",
        "What it costs",
        "The bridge will cost 40 million pounds, the mayor said, and take three years to build.",
        "Those who live at the bank had asked for a tunnel instead, which would have cost four times as much.",
        "The first pillar stands next spring, as the engineers have promised.",
        "Year | Cost",
        "2020 | 35 million",
    ]


def test_what_a_page_says_of_itself_is_read(page: MakePage) -> None:
    found = extract(page(story()))
    assert (found.title, found.site, found.language) == ("A vote on the bridge", "The Leeds Post", "en")
    assert (found.author, found.published) == (None, None)


def test_a_site_without_a_name_is_its_host(page: MakePage) -> None:
    assert extract(page("<p>Text.</p>", url="https://www.example.org/a")).site == "example.org"
    assert extract(page("Text.", "text/plain", url="corpus:a.txt")).site is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="author" content="Mary Jones">',
        '<meta name="author" content="By Mary Jones">',
        '<meta property="article:author" content="Mary Jones">',
        '<meta name="citation_author" content="Mary Jones">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Mary Jones"}}</script>',
        """<script type="application/ld+json">{"@graph": [{"@type": "Article", "author": [{"@id": "#m"}]},
        {"@type": "Person", "@id": "#m", "name": "Mary Jones"}]}</script>""",
    ],
)
def test_an_author_in_the_head_is_found(page: MakePage, head: str) -> None:
    assert extract(page(story(head))).author == "Mary Jones"


@pytest.mark.parametrize(
    "first",
    [
        '<span itemprop="author">Mary Jones</span>',
        '<a rel="author" href="/m">Mary Jones</a>',
        '<p class="byline">By Mary Jones</p>',
        "<p>By Mary Jones, 3 May 2021</p>",
        '<div class="author-name">Mary Jones</div>',
    ],
)
def test_an_author_in_the_text_is_found(page: MakePage, first: str) -> None:
    assert extract(page(story(first=first))).author == "Mary Jones"


@pytest.mark.parametrize("name", ["admin", "https://facebook.com/post", "The Leeds Post", "<script>x</script>", "  "])
def test_what_names_nobody_is_no_author(page: MakePage, name: str) -> None:
    escaped = name.replace("<", "&lt;")
    assert extract(page(story(f'<meta name="author" content="{escaped}">'))).author is None


def test_several_authors_come_in_their_order(page: MakePage) -> None:
    head = '<meta name="citation_author" content="Zoe Young"><meta name="citation_author" content="Adam Old">'
    assert extract(page(story(head))).author == "Zoe Young, Adam Old"


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ('<meta property="article:published_time" content="2021-05-03T08:00:00Z">', "2021-05-03"),
        ('<meta property="article:published_time" content="1955">', "1955"),
        ('<meta name="citation_publication_date" content="2017/02">', "2017-02"),
        ('<meta name="date" content="20210503">', "2021-05-03"),
        ('<meta name="pubdate" content="Mon, 03 May 2021 08:00:00 GMT">', "2021-05-03"),
        ('<script type="application/ld+json">{"@type":"Article","datePublished":"2021-05-03"}</script>', "2021-05-03"),
    ],
)
def test_a_date_in_the_head_is_as_fine_as_it_is_told(page: MakePage, head: str, published: str) -> None:
    assert extract(page(story(head))).published == published


def test_a_year_is_refined_by_the_date_at_the_head_of_the_text(page: MakePage) -> None:
    head = '<meta property="article:published_time" content="1955">'
    assert extract(page(story(head, "<p>January 6, 1955</p>"))).published == "1955-01-06"
    assert extract(page(story(head, "<p>January 6, 1944</p>"))).published == "1955"


def test_a_date_in_the_address_is_found(page: MakePage) -> None:
    assert extract(page(story(), url="https://example.org/2021/05/03/vote")).published == "2021-05-03"


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("A new bridge - Example Times", "A new bridge"),
        ("Example Times: A new bridge", "Example Times: A new bridge"),
        ("A new bridge for the people of Leeds | Something Else", "A new bridge for the people of Leeds"),
        ("Spider-Man &amp; friends", "Spider-Man & friends"),
        ("&lt;b&gt;Bold&lt;/b&gt; claims", "Bold claims"),
        ("&lt;img src=x onerror=alert(1)&gt;", "<img src=x onerror=alert(1)>"),
    ],
)
def test_a_title_is_plain_text_without_the_name_of_the_site(page: MakePage, title: str, told: str) -> None:
    head = f'<title>{title}</title><meta property="og:site_name" content="Example Times">'
    assert extract(page(f"<html><head>{head}</head><body><p>Text.</p></body></html>")).title == told


def test_the_heading_of_a_section_is_not_the_title(page: MakePage) -> None:
    head = '<title>On naming - Journal</title><meta property="og:title" content="On naming">'
    assert extract(page(f"<html><head>{head}</head><body><h1>1 Introduction</h1></body></html>")).title == "On naming"


def test_a_caption_of_a_whole_sentence_is_text_and_a_credit_is_not(page: MakePage) -> None:
    sentence = "The old bridge, built in 1884 by the railway company, carried trams until they were given up in 1959."
    figures = (
        f"<figure><figcaption>{sentence}</figcaption></figure><figure><figcaption>Photo: M. Jones</figcaption></figure>"
    )
    text = extract(page(story(first=figures))).text
    assert sentence in text
    assert "Photo" not in text


def test_paragraphs_that_repeat_themselves_are_kept(page: MakePage) -> None:
    body = "<h1>A vote</h1>" + "<p>A paragraph of ordinary text about a vote on a new bridge in Leeds.</p>" * 5
    assert extract(page(f"<html><body><article>{body}</article></body></html>")).text.count("ordinary") == 5


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "text/html", "is a picture"),
        (b"PK\x03\x04" + b"rest" * 50, "text/html", "is an archive or an office document"),
        (b"\x7fELF" + b"\1\2\3" * 50, "text/html", "is a program"),
        (bytes(range(32)) * 20, "text/html", "is a binary file"),
        (b"text\0\0text", "text/plain", "is a binary file"),
        (b"whatever", "application/pdf", "is a broken PDF"),
        (b"whatever", "video/mp4", "of the type video/mp4"),
        (b'{"a": 1}', "application/json", "of the type application/json"),
    ],
)
def test_what_is_no_text_is_refused_whatever_it_is_called(
    page: MakePage, body: bytes, content_type: str, reason: str
) -> None:
    with pytest.raises(SourceError, match=reason):
        extract(page(body, content_type))


def test_a_page_without_a_type_is_known_by_its_beginning(page: MakePage) -> None:
    assert extract(page(story(), "")).title == "A vote on the bridge"
    assert extract(page("A vote\n\nThe council voted.", "")).title == "A vote"


def test_an_empty_page_has_no_text(page: MakePage) -> None:
    assert extract(page(b"")).text == extract(page(b" \n ")).text == ""


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("Le café à 3 €".encode(), None),
        ("Le café à 3 €".encode(), "utf-8"),
        ("Le café à 3 €".encode("cp1252"), None),
        ("Le café à 3 €".encode("cp1252"), "utf-8"),
        ("Le café à 3 €".encode("cp1252"), "ISO-8859-1"),
        ("Le café à 3 €".encode("utf-8-sig"), "ISO-8859-1"),
        ("Le café à 3 €".encode("utf-16"), None),
        ("Le café à 3 €".encode("cp1252"), "no-such-charset"),
    ],
)
def test_characters_come_out_as_they_were_meant(body: bytes, charset: str | None) -> None:
    assert decode(body, charset) == "Le café à 3 €"


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Мост через реку построят весной. " * 4, "cp1251"),
        ("市議会は月曜日に川に第二の橋を建設することを決定しました。工事は来年の春に始まります。", "shift_jis"),
    ],
)
def test_other_alphabets_are_guessed(text: str, charset: str) -> None:
    assert decode(text.encode(charset), None) == text


def test_a_charset_named_in_the_markup_is_used() -> None:
    markup = '<meta charset="windows-1251"><p>Мост</p>'
    assert decode(markup.encode("cp1251"), None, markup=True) == markup


def test_whitespace_and_invisible_characters_are_tidied_away() -> None:
    text = " a\u00a0 b\u200b\u202ec\x00 \r\n\n\u2028 \u00add\t e \ufeff\n \ue000 "
    assert tidy_text(text) == "a bc\nd e"


@given(st.text())
def test_a_tidied_text_stays_as_it_is(text: str) -> None:
    tidied = tidy_text(text)
    assert tidy_text(tidied) == tidied
    assert all(line and line == line.strip() for line in tidied.split("\n") if tidied)
    assert "  " not in tidied
    tidied.encode()


@settings(max_examples=40, deadline=None)
@given(
    body=st.binary(max_size=200) | st.text(alphabet="<>/abp \"'=&;!-#*\n", max_size=200).map(str.encode),
    content_type=st.sampled_from(["text/html", "text/plain", "text/markdown", "", "application/pdf"]),
)
def test_rubbish_is_read_or_refused(body: bytes, content_type: str) -> None:
    page: Any = Page("https://example.org/", body, content_type, None, "")
    try:
        extracted = extract(page)
    except SourceError:
        return
    assert extracted == extract(page)
    assert tidy_text(extracted.text) == extracted.text


def test_markup_nested_without_end_is_survived(page: MakePage) -> None:
    with contextlib.suppress(SourceError):
        extract(page("<div>" * 20_000 + "deep" + "</div>" * 20_000))
