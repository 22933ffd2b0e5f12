"""What the command says at the end: why a report is partial, and what it has cost."""

import pytest

from actors.domain.analysis import Quality, Report
from actors.domain.documents import Source, SourceStatus
from actors.domain.events import Event, EventType
from actors.domain.job import JobStatus, StopReason, Usage
from app import terminal

PARTS = "summary findings passages entities relations topics sentiment timeline related agreement"
SOURCES = (Source(id="s1", url="https://a.example/", status=SourceStatus.READ),)


def report(**fields):
    known = {"job_id": "j1", "query": "Why?", "status": JobStatus.COMPLETED, "sources": SOURCES, "created_at": "2026"}
    quality = Quality(citation_precision=0, citation_recall=0, cited_share=0)
    return Report(**dict.fromkeys(PARTS.split(" "), ()) | known | {"quality": quality} | fields)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (StopReason.BUDGET, "Partial: the budget ran out before all was done"),
        (StopReason.DEADLINE, "Partial: the time was over before all was done"),
        (StopReason.SOURCES, "Partial: the sources that were read carry no answer"),
    ],
)
def test_a_partial_report_says_why_beside_the_answer(capsys, reason, said):
    terminal.explain(report(status=JobStatus.PARTIAL, stop_reason=reason))
    shown = capsys.readouterr()
    assert (shown.out, shown.err.startswith(said)) == ("", True)


def test_a_whole_report_explains_nothing(capsys):
    terminal.explain(report())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("usage", "priced", "said"),
    [
        (
            Usage(model_calls=12, input_tokens=30_000, output_tokens=4_000, usd=0.0069),
            True,
            "m: 12 calls, 30,000 tokens in and 4,000 out, $0.0069",
        ),
        (
            Usage(model_calls=1, input_tokens=30, output_tokens=4),
            False,
            "m: 1 call, 30 tokens in and 4 out, no price is set for the model",
        ),
        (Usage(searches=3, usd=0.015), False, "$0.0150"),
    ],
)
def test_the_last_line_says_what_was_paid(capsys, usage, priced, said):
    terminal.show(report(model="m", usage=usage), priced=priced)
    assert capsys.readouterr().out.splitlines()[-1] == said


def test_what_cost_nothing_says_nothing_of_cost(capsys):
    terminal.show(report(usage=Usage(pages=1, searches=4)), priced=False)
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 of 1 sources read")


def test_what_is_still_open_is_shown_when_it_is_searched_for(capsys):
    with terminal.Progress("Why?") as progress:
        for data in ({"found": 3}, {"round": 1, "questions": ["Since when?", "Where?"]}):
            progress.show(Event(seq=1, job_id="j1", type=EventType.PROGRESS, stage="verify", at=0, data=data))
    assert "still open: Since when?; Where?" in capsys.readouterr().err
