from collections.abc import Callable

import pytest

from actors.services.fetch.base import Page
from actors.services.fetch.dates import iso_date, url_date, worded_date
from actors.services.fetch.extract import extract
from actors.services.fetch.reflow import paragraphs, without_running_heads

MakePage = Callable[..., Page]

MARKDOWN = """# Storage in *2021*

By Bob Smith, 4 May 2021

Some text with a [link](https://x.example) and `code`,
wrapped over lines.

## Batteries &amp; dams

- one item
- another

| Year | GW |
|------|----|
| 2020 | 5  |

<!-- a note -->
> Quoted words.
"""


def test_markdown_becomes_plain_paragraphs(page: MakePage) -> None:
    found = extract(page(MARKDOWN, "text/markdown"))
    assert found.text.split("\n") == [
        "Storage in 2021",
        "By Bob Smith, 4 May 2021",
        "Some text with a link and code, wrapped over lines.",
        "Batteries & dams",
        "one item",
        "another",
        "Year | GW",
        "2020 | 5",
        "Quoted words.",
    ]
    assert (found.title, found.author, found.published) == ("Storage in 2021", "Bob Smith", "2021-05-04")


def test_front_matter_wins_over_the_text(page: MakePage) -> None:
    matter = '---\ntitle: "Grids"\nauthor: Ana Lopez\ndate: 2020-01-02\nlang: en\n---\n'
    found = extract(page(matter + MARKDOWN, "text/markdown"))
    assert (found.title, found.author, found.published, found.language) == ("Grids", "Ana Lopez", "2020-01-02", "en")
    assert found.text.startswith("Storage in 2021")


def test_wrapped_lines_of_plain_text_are_joined(page: MakePage) -> None:
    text = (
        "The river floods again\n======================\nBy Jane Doe\n3 May 2021\n\n"
        "The river rose on Monday and the people who\nlive along its banks carried their furni-\nture upstairs.\n\n"
        "Nobody was hurt.\n"
    )
    found = extract(page(text, "text/plain"))
    assert found.text.split("\n") == [
        "The river floods again",
        "By Jane Doe",
        "3 May 2021",
        "The river rose on Monday and the people who live along its banks carried their furniture upstairs.",
        "Nobody was hurt.",
    ]
    assert (found.title, found.author, found.published) == ("The river floods again", "Jane Doe", "2021-05-03")


def test_plain_text_with_a_paragraph_a_line_is_kept_so(page: MakePage) -> None:
    lines = [f"{number} " + "and the river rose further than anyone had thought " * 4 + "x" for number in range(3)]
    assert extract(page("\n".join(lines), "text/plain")).text.split("\n") == lines


def test_a_date_within_a_sentence_is_not_the_date_of_the_text(page: MakePage) -> None:
    text = "The flood\n\nThe great flood of 3 May 1921 was the worst that the town had seen."
    assert extract(page(text, "text/plain")).published is None


def test_a_word_hyphenated_at_the_end_of_a_line_is_whole_again_and_a_compound_stays_one() -> None:
    lines = [
        "It was a well known and long standing custom that the well-",
        "known singers of the long valley met in the old inn and sang of furni-",
        "ture and of trains until the late hours of the night.",
    ]
    (joined,) = paragraphs(lines)
    assert "the well-known singers" in joined
    assert "sang of furniture and of trains" in joined


def test_list_items_and_headings_are_paragraphs_of_their_own() -> None:
    full = "and here is a line that runs on to the full width of the"
    assert paragraphs(["1. Costs", full, "page.", "• one", "• two"]) == [
        "1. Costs " + full + " page.",
        "• one",
        "• two",
    ]
    assert paragraphs(["Costs", f"The bridge {full}", "page."]) == ["Costs", f"The bridge {full} page."]


def test_running_heads_and_page_numbers_are_dropped() -> None:
    pages = [["The Quarterly", f"Body {word} a", f"Body {word} b", f"Page {n}"] for n, word in enumerate("xyz", 1)]
    assert without_running_heads(pages) == [[f"Body {word} a", f"Body {word} b"] for word in "xyz"]


def test_very_many_lines_are_joined_in_time() -> None:
    line = "a line of text that is wrapped at its width and goes on and"
    assert len(paragraphs([line] * 20_000)[0]) == 60 * 20_000 - 1


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2021-05-03", "2021-05-03"),
        ("2021-05-03T10:00:00+02:00", "2021-05-03"),
        ("2021/5/3", "2021-05-03"),
        ("2021-05", "2021-05"),
        ("1789", "1789"),
        ("20210503", "2021-05-03"),
        ("3 May 2021", "2021-05-03"),
        ("May 3rd, 2021", "2021-05-03"),
        ("Monday, September 12, 2015", "2015-09-12"),
        ("3. März 2021", "2021-03-03"),
        ("3 de mayo de 2021", "2021-05-03"),
        ("May 2021", "2021-05"),
        ("03.05.2021", "2021-05-03"),
        ("25/12/2021", "2021-12-25"),
        ("12/25/2021", "2021-12-25"),
        ("04/05/2021", "2021"),
        ("31 February 2021", None),
        ("2021-13-01", None),
        ("9999", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_date_is_read_as_fine_as_it_is_told(text: str, date: str | None) -> None:
    assert iso_date(text) == date


def test_the_first_worded_date_is_taken() -> None:
    assert worded_date("May 4, 2021, updated 6 June 2022") == "2021-05-04"


@pytest.mark.parametrize(
    ("url", "date"),
    [
        ("https://x.example/2021/05/03/story", "2021-05-03"),
        ("https://x.example/2021-05-03-story.html", "2021-05-03"),
        ("https://x.example/2021/05/story", None),
        ("https://x.example/abstracts/333/333.pdf", None),
        ("https://x.example/10.1088/1755-1315/114", None),
    ],
)
def test_a_day_in_an_address_is_read(url: str, date: str | None) -> None:
    assert url_date(url) == date
