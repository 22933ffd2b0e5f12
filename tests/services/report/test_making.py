from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from actors.domain.analysis import Report
from actors.domain.documents import Kind, Media, SourceStatus
from actors.domain.job import JobStatus, Spending, StopReason, Usage
from actors.services.report import making
from actors.services.report.html import render_html
from actors.services.report.markdown import render_markdown

Made = tuple[Report, dict[str, str]]
USAGE = Usage(
    model_calls=15, searches=5, input_tokens=24_000, output_tokens=2_000, usd=0.0294, pages=20,
    stages={
        "plan": Spending(model_calls=1, input_tokens=100, output_tokens=30, usd=0.00001),
        "search": Spending(searches=5),
        "analyze": Spending(model_calls=14, input_tokens=23_900, output_tokens=1_970, usd=0.0293),
    },
)  # fmt: skip
MEDIA = (
    Media(kind=Kind.IMAGES, url="https://a.example/page", media_url="https://cdn.example/quay.jpg", title="The quay",
          published="2024-05", providers=("searxng",)),
    Media(kind=Kind.VIDEOS, url="javascript:alert(1)", media_url="data:text/html,x", title="A film", providers=("x",)),
)  # fmt: skip


def by_model(made: Made, *missing: str, **changes: Any) -> Made:
    """The report as a model would have made it, but for the parts that are missing."""
    parts = tuple(part for part in making.PARTS if part not in missing)
    fields = {"model": "Qwen-72B", "by_model": parts, "usage": USAGE, "questions": ("Who paid?", "When?")}
    return made[0].model_copy(update={**fields, **changes}), made[1]


def told(made: Made) -> tuple[html.HtmlElement, str, str]:
    """The page, its words, and the Markdown's."""
    page = html.document_fromstring(render_html(*made))
    return page, " ".join(page.text_content().split()), render_markdown(*made).replace("\\", "")


def both_tell(made: Made, *sentences: str) -> html.HtmlElement:
    page, words, markdown = told(made)
    assert [each for each in sentences if each not in words or each not in markdown] == []
    return page


def test_the_head_says_at_a_glance_how_it_ended_who_wrote_it_and_what_it_cost(large: Made) -> None:
    page = both_tell(
        by_model(large, status=JobStatus.PARTIAL, stop_reason=StopReason.DEADLINE),
        "◐ Partial: time over",
        "Written by Qwen-72B, every sentence checked against its sources",
    )
    [head] = page.find_class("head")
    words = head.text_content()
    assert "◐ Partial: time over" in words
    assert "Written by Qwen-72B" in words
    assert "$0.0294" in words
    assert "26,000 tokens" in words


def test_without_a_model_the_report_says_so_and_names_no_cost(large: Made) -> None:
    page = both_tell(large, "✓ Completed", "Quoted by rules, without a model", "none: all was made by rules")
    assert not page.find_class("by-rules")
    assert "$" not in page.text_content()
    assert "tokens" not in page.find_class("head")[0].text_content()


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (("summary",), "Answer quoted by rules, findings written by Qwen-72B, every"),
        (("findings",), "Answer written by Qwen-72B, findings quoted by rules, every"),
        (("summary", "findings"), "Quoted by rules, not by Qwen-72B, every"),
    ],
)
def test_who_wrote_answer_and_findings_is_told_apart(large: Made, missing: tuple[str, ...], sentence: str) -> None:
    both_tell(by_model(large, *missing), sentence)


def test_a_part_by_rules_is_marked_where_it_stands_and_in_the_head(large: Made) -> None:
    made = by_model(large, "timeline", "plan", warnings=("the timeline was made by rules: HTTP 429",))
    page = both_tell(made, "Made by rules, not by the model: questions searched for, timeline")
    marked = {section.get("id") for section in page.iter("section") if section.find_class("by-rules")}
    assert marked == {"timeline", "searched"}
    assert "#warnings" in page.get_element_by_id("timeline").xpath(".//p[@class='by-rules']//a/@href")
    markdown = render_markdown(*made)
    assert "## Timeline\n\n*Made by rules, not by the model" in markdown
    assert markdown.count("*Made by rules") == 2


def test_a_part_that_holds_nothing_was_made_by_nobody(large: Made) -> None:
    assert making.fallbacks(by_model(large, "timeline", timeline=())[0]) == ()


def test_how_support_is_judged_is_told_for_quotations_and_for_paraphrases(large: Made) -> None:
    both_tell(by_model(large), "One that stands there word for word is supported.", "not that every shade")
    both_tell(large, "One that stands there word for word is supported.", "word for word in a passage cited")
    assert "not that every shade" not in told(large)[1]


def test_a_sentence_that_was_not_checked_is_not_called_checked(large: Made) -> None:
    unchecked = tuple(each.model_copy(update={"support": None}) for each in large[0].summary)
    both_tell(by_model(large, summary=unchecked), "not every sentence checked")


def test_the_cost_of_each_stage_stands_in_a_table_with_its_sum() -> None:
    report = Report.model_construct(usage=USAGE, timings={"plan": 1.0, "search": 0.25, "fetch": 2.0})
    columns, rows = making.by_stage(report)
    assert columns == ("Stage", "Seconds", "Searches", "Calls to the model", "Tokens in", "Tokens out", "Cost")
    assert rows == [
        ("plan", "1.00", "", "1", "100", "30", "under $0.0001"),
        ("search", "0.25", "5", "", "", "", ""),
        ("fetch", "2.00", "", "", "", "", ""),
        ("analyze", "", "", "14", "23,900", "1,970", "$0.0293"),
        ("All", "3.25", "5", "15", "24,000", "2,000", "$0.0294"),
    ]


def test_a_column_of_nothing_is_left_out_and_so_is_an_empty_table(large: Made) -> None:
    assert making.by_stage(large[0])[0] == ("Stage", "Seconds")
    assert making.by_stage(large[0].model_copy(update={"timings": {}}))[1] == []


def test_the_table_of_stages_and_the_questions_are_in_both(large: Made) -> None:
    made = by_model(large, rounds=2)
    page = both_tell(made, "Who paid?", "2 questions in 2 rounds and 5 searches.", "23,900", "Calls to the model")
    assert [each.text_content() for each in page.get_element_by_id("searched").iter("li")] == ["Who paid?", "When?"]
    assert "under $0.0001" in page.get_element_by_id("made").xpath(".//table")[0].text_content()


def test_what_was_not_read_stands_apart_with_its_reason(build: Callable[..., Made]) -> None:
    report, texts = build(read=2, failed=1)
    reasons = {SourceStatus.SKIPPED: "was published in 1993, before 2020-01-01", SourceStatus.DUPLICATE: "same as s1"}
    more = tuple(
        report.sources[-1].model_copy(update={"id": f"t{status}", "status": status, "reason": reason})
        for status, reason in reasons.items()
    )
    made = report.model_copy(update={"sources": (*report.sources, *more)}), texts
    page = both_tell(made, "5 sources: 2 read, 1 failed, 1 skipped, 1 the same as another.", *reasons.values())
    [unread] = page.find_class("unread")
    assert {row.get("id") for row in unread.iter("tr") if row.get("id")} == {"s-s3", "s-tskipped", "s-tduplicate"}


def test_images_and_videos_are_links_to_where_they_stand_and_nothing_else(large: Made) -> None:
    made = by_model(large, media=MEDIA)
    page = both_tell(made, "▣ image", "▶ video", "The quay", "A film", "a.example", "May 2024", "found by searxng")
    section = page.get_element_by_id("media")
    assert section.xpath(".//a/@href") == ["https://a.example/page", "https://cdn.example/quay.jpg"]
    assert {str(each.tag) for each in section.iter()} <= {"section", "h2", "ul", "li", "span", "a", "small", "bdi", "p"}
    assert "](https://a.example/page)" in told(made)[2]
    assert "javascript:" not in told(made)[2]


def test_a_report_without_media_or_questions_has_no_such_section(large: Made) -> None:
    page, _, markdown = told(large)
    assert not page.xpath("//*[@id='media' or @id='searched'] | //a[@href='#media' or @href='#searched']")
    assert "## Images" not in markdown
    assert "searched for\n" not in markdown
