import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from actors.domain.analysis import Report
from actors.services.report.markdown import render_markdown
from actors.services.report.markdown_text import escaped
from actors.services.report.wording import line

Made = tuple[Report, dict[str, str]]
READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


class Reading(HTMLParser):
    """The words and the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def read(markdown: str) -> Reading:
    reading = Reading()
    reading.feed(READER.render(markdown))
    return reading


@given(st.text(alphabet=st.sampled_from("ab1 \n\t#>-+=*_`~[]()!|<&;:.\\{}$^/\"'"), max_size=40) | st.text(max_size=40))
def test_escaped_text_reads_as_it_was_with_no_markup(text: str) -> None:
    expected = line(text).encode(errors="replace").decode()
    for before, tags in (("- ", ["ul", "li"]), ("### ", ["h3"]), ("word ", ["p"])):
        reading = read(before + escaped(expected))
        words = reading.words.strip().removeprefix("word").strip()
        assert words == expected
        assert [tag for tag in reading.tags if tag != "p"] == [tag for tag in tags if tag != "p"]


@given(st.text(alphabet=st.sampled_from("ab|\\`* <"), max_size=20))
def test_a_cell_stays_one_cell(text: str) -> None:
    reading = read(f"| a | b |\n| --- | --- |\n| {escaped(text)} | end |\n")
    assert reading.tags.count("td") == 2
    assert "end" in reading.words


def test_citations_are_footnotes_and_each_footnote_is_there_once(large: Made) -> None:
    markdown = render_markdown(*large)
    notes = re.findall(r"^\[\^(\d+)\]:", markdown, re.MULTILINE)
    assert notes == [str(number) for number in range(1, len(notes) + 1)]
    assert set(re.findall(r"\[\^(\d+)\](?!:)", markdown)) == set(notes)


def test_a_footnote_quotes_its_passage_with_offsets_and_a_link_into_the_source(large: Made) -> None:
    report, _ = large
    passage = next(each for each in report.passages if each.id == report.summary[0].citations[0])
    note = next(each for each in render_markdown(*large).split("\n") if each.startswith("[^1]:"))
    assert escaped(passage.text) in note
    assert f"characters {passage.start} to {passage.end} of sources/{passage.source_id}.txt" in note
    assert "](https://news1.example/" in note
    assert "#:~:text=" in note


def test_hostile_words_make_no_markup(hostile: Callable[[str], Made]) -> None:
    words = "<script>alert(1)</script> [x](javascript:alert(1)) ![y](http://e.example/z) | a"
    reading = read(render_markdown(*hostile(words)))
    assert not {"script", "img"} & set(reading.tags)
    assert words in unescape(reading.words)


def test_an_empty_report_says_so(empty: Made) -> None:
    markdown = render_markdown(*empty)
    assert "No answer could be drawn" in markdown
    assert "**Partial report.**" in markdown
    assert "HTTP 404" in markdown
