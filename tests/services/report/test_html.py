import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from actors.domain.analysis import Report, Statement, Support
from actors.domain.documents import Passage
from actors.domain.job import JobStatus, StopReason
from actors.services.report.html import render_html
from actors.services.report.wording import line

Made = tuple[Report, dict[str, str]]
Hostile = Callable[[str], Made]


def page_of(made: Made) -> html.HtmlElement:
    return html.document_fromstring(render_html(*made))


def words_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def tags_of(page: html.HtmlElement) -> set[str]:
    return {str(element.tag) for element in page.iter()}


def test_twenty_sources_stay_under_200_kilobytes(build: Callable[..., Made]) -> None:
    assert len(render_html(*build(findings=80, events=60, entities=90)).encode()) < 200_000


@pytest.mark.parametrize("letters", ["химия озона над полюсом весной ", "臭氧层空洞观测报告，"])
def test_wide_letters_stay_under_200_kilobytes_too(large: Made, letters: str) -> None:
    report, texts = large

    def translated(text: str) -> str:
        return (letters * (len(text) // len(letters) + 1))[: len(text)]

    passages = tuple(each.model_copy(update={"text": translated(each.text)}) for each in report.passages)
    findings = tuple(each.model_copy(update={"sentence": translated(each.sentence)}) for each in report.findings)
    report = report.model_copy(update={"passages": passages, "findings": findings})
    assert len(render_html(report, {key: translated(text) for key, text in texts.items()}).encode()) < 200_000


def test_the_policy_allows_the_one_style_by_its_hash_and_nothing_else(large: Made) -> None:
    page = page_of(large)
    [style] = page.iter("style")
    digest = base64.b64encode(hashlib.sha256((style.text or "").encode()).digest()).decode()
    [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not page.xpath("//@style")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    assert not tags_of(page) & {"script", "img", "iframe", "object", "embed", "form", "base"}


def test_ids_are_unique_and_every_inner_link_leads_to_one(large: Made) -> None:
    page = page_of(large)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.xpath("//a/@href") if link.startswith("#")} <= set(ids)


def test_a_citation_leads_to_its_passage_with_the_carrying_words_marked(large: Made) -> None:
    report, _ = large
    page = page_of(large)
    said = report.summary[0]
    [link] = page.xpath("//li[@id='answer-1']//a[@class='cite']/@href")
    assert link == f"#p-{said.citations[0]}"
    quote = page.get_element_by_id(link[1:])
    assert said.sentence in " ".join(words_of(mark) for mark in quote.iter("mark"))
    assert "#answer-1" in quote.xpath(".//a/@href")
    assert any(":~:text=" in href and href.startswith("https://") for href in quote.xpath(".//a/@href"))


def test_outside_links_tell_the_source_nothing_of_the_reader(large: Made) -> None:
    page = page_of(large)
    outside = page.xpath("//a[starts-with(@href, 'http')]")
    assert outside
    assert all(link.get("rel") == "noopener noreferrer" for link in outside)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "corpus:a/b.html", "java\nscript:x", "//e"])
def test_an_address_that_is_not_on_the_web_leads_to_the_saved_text(hostile: Hostile, url: str) -> None:
    page = page_of(hostile(url))
    schemes = {link for link in page.xpath("//a/@href") if not link.startswith(("#", "https://", "sources/s1.txt"))}
    assert schemes == set()
    assert page.xpath("//li[@class='quote']//a/@href")[1].startswith("sources/s1.txt#:~:text=")


def test_support_is_told_in_words(large: Made) -> None:
    report, texts = large
    kept = tuple(
        Statement(sentence="No one said so.", citations=(), support=support) for support in (Support.UNSUPPORTED, None)
    )
    page = page_of((report.model_copy(update={"findings": kept}), texts))
    assert [words_of(each) for each in page.get_element_by_id("findings").xpath(".//*[contains(@class, 'mark ')]")] == [
        "✗ not supported",
        "? not checked",
    ]


def test_a_citation_of_nothing_is_not_shown(large: Made) -> None:
    report, texts = large
    lost = Statement(sentence="Said.", citations=("nowhere",), support=Support.SUPPORTED)
    page = page_of((report.model_copy(update={"summary": (lost,)}), texts))
    assert not page.get_element_by_id("answer").xpath(".//a")


@pytest.mark.parametrize("reason", list(StopReason))
def test_a_partial_report_says_why_it_ended(large: Made, reason: StopReason) -> None:
    report, texts = large
    partial = report.model_copy(update={"status": JobStatus.PARTIAL, "stop_reason": reason})
    [banner] = page_of((partial, texts)).find_class("banner")
    assert words_of(banner).startswith("Partial report. The ")


def test_a_completed_report_has_no_banner(large: Made) -> None:
    assert not page_of(large).find_class("banner")


def test_an_empty_report_has_no_chart_but_a_line_that_says_so(empty: Made) -> None:
    page = page_of(empty)
    assert "svg" not in tags_of(page)
    assert len(page.find_class("none")) >= 8
    assert "HTTP 404: not found" in words_of(page.get_element_by_id("sources"))


def test_every_chart_has_a_name_and_a_table_behind_it(large: Made) -> None:
    page = page_of(large)
    charts = page.xpath("//*[local-name()='svg']")
    assert len(charts) == 5
    for chart in charts:
        title, description = (page.get_element_by_id(name) for name in chart.get("aria-labelledby").split())
        assert words_of(title)
        assert words_of(description)
        assert chart.xpath("ancestor::section//details//table")


@pytest.mark.parametrize("size", [{"read": 1, "failed": 0}, {"read": 60, "events": 90}, {"read": 3, "entities": 0}])
def test_any_size_renders(build: Callable[..., Made], size: dict[str, int]) -> None:
    made = build(**size)
    assert len(page_of(made).xpath("//tr[starts-with(@id, 's-')]")) == len(made[0].sources)


def test_a_question_of_2000_characters_is_shown_whole(large: Made) -> None:
    report, texts = large
    query = "why " * 499 + "now"
    [heading] = page_of((report.model_copy(update={"query": query}), texts)).iter("h1")
    assert words_of(heading) == query


def test_the_language_of_a_quotation_is_told_where_it_is_not_english(large: Made) -> None:
    report, texts = large
    german = tuple(source.model_copy(update={"language": "de"}) for source in report.sources)
    page = page_of((report.model_copy(update={"sources": german}), texts))
    assert set(page.xpath("//blockquote/@lang")) == {"de"}
    assert page.get("lang") == "en"


HOSTILE = st.text(min_size=1, max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "{{7*7}}",
        "{% raw %}",
        "</style><b>",
        "\u202egnp.exe",
        "😀" * 30,
        "x" * 10_000,
        " ",
        "&lt;",
        "<!--1-->",
    ]
)


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_words_from_outside_stay_words(hostile: Hostile, words: str) -> None:
    page = page_of(hostile(words))
    assert tags_of(page) <= tags_of(page_of(hostile("plain words")))
    [heading] = page.iter("h1")
    assert words_of(heading) == " ".join(line(words, 2000).replace("\u0085", " ").split())


def test_a_template_in_a_title_is_not_run(hostile: Hostile) -> None:
    text = render_html(*hostile("{{7*7}}"))
    assert "{{7*7}}" in text
    assert not re.search(r"\b49\b", re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.DOTALL))


def test_a_long_passage_is_cut_around_what_it_carries(hostile: Hostile) -> None:
    report, _ = hostile("plain")
    text = "before " * 900 + "the point" + " after" * 900
    start = text.index("the point")
    passage = Passage(id="s1p1", source_id="s1", text=text, start=0, end=len(text))
    span = report.summary[0].evidence[0].model_copy(update={"start": start, "end": start + 9})
    said = report.summary[0].model_copy(update={"evidence": (span,)})
    changes = {"passages": (passage,), "summary": (said,), "findings": (), "timeline": (), "agreement": ()}
    page = page_of((report.model_copy(update=changes), {"s1": text}))
    [quote] = page.iter("blockquote")
    assert "the point" in words_of(quote)
    assert words_of(quote).startswith("…")
    assert words_of(quote).endswith("…")
    assert len(words_of(quote)) < 1500
