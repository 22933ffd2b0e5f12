"""A job in the terminal: one line that moves while it runs, the answer with its sources when it has ended."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from actors.domain.analysis import Report, Statement, Support
from actors.domain.documents import SourceStatus
from actors.domain.events import Event, EventType
from actors.domain.job import JobStatus, StopReason

MARKS = {
    None: "",
    Support.SUPPORTED: "",
    Support.PARTIAL: " (partly supported)",
    Support.UNSUPPORTED: " (not supported)",
}
WIDTH = 100
UNREAD_SHOWN = 100


class Progress:
    """Stage, sources found and read, and the time, on stderr; a line a stage where that is no terminal."""

    def __init__(self, query: str) -> None:
        self._console = Console(stderr=True)
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("[bold]{task.description:<8}"),
            TextColumn("{task.fields[found]} sources found, {task.fields[read]} read, {task.fields[failed]} not"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._sources: dict[str, str] = {}
        self._counts = {"found": 0, "read": 0, "failed": 0}
        self._console.print(Text(query, style="bold"), soft_wrap=True)
        self._task = self._bar.add_task("queued", total=None, found=0, read=0, failed=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def show(self, event: Event) -> None:
        """Take one event of the job's log into the picture."""
        if event.type is EventType.STAGE and event.data["state"] == "started":
            self._bar.update(self._task, description=event.stage or "")
        elif event.type is EventType.STAGE and not self._console.is_terminal:
            self._console.print(f"{event.stage}: {event.data['seconds']:.1f} s", soft_wrap=True)
        elif event.type is EventType.PROGRESS and "found" in event.data:
            self._counts["found"] = event.data["found"]
        elif event.type is EventType.PROGRESS and "questions" in event.data:
            self._console.print(Text(f"still open: {'; '.join(event.data['questions'])}"), soft_wrap=True)
        elif event.type is EventType.SOURCE:
            self._sources[event.data["id"]] = event.data["status"]
            read = sum(status == SourceStatus.READ for status in self._sources.values())
            self._counts |= {"read": read, "failed": len(self._sources) - read}
        elif event.type is EventType.WARNING:
            self._console.print(Text(f"warning: {event.data['text']}", style="yellow"), soft_wrap=True)
        found, read, failed = self._counts.values()
        self._bar.update(self._task, found=found, read=read, failed=failed)


def explain(report: Report) -> None:
    """Why a partial report is one, on stderr."""
    if report.status is JobStatus.PARTIAL:
        Console(stderr=True).print(Text(_why_partial(report), style="yellow"), soft_wrap=True)


def show(report: Report, *, priced: bool) -> None:
    """The answer, where sources disagree, and the sources cited, on stdout; `priced`: the model's price is known."""
    console = Console(highlight=False)
    console.width = min(console.width, WIDTH)
    numbers = _numbers(report)
    console.print()
    for source in report.sources[:UNREAD_SHOWN]:
        if source.status is SourceStatus.FAILED:
            console.print(Text(f"not read: {source.url} {source.reason}", style="yellow"), soft_wrap=True)
    for statement in report.summary:
        console.print(_sentence(statement, numbers, report))
    for row in (row for row in report.agreement if row.verdict == "disagree"):
        values = "; ".join(f"{claim.value} ({claim.source_id})" for claim in row.claims)
        console.print(Text.assemble(("Sources disagree: ", "bold"), f"{row.about}: {values}"))
    console.print()
    titles = {source.id: source for source in report.sources}
    for source_id, number in numbers.items():
        source = titles[source_id]
        line = Text.assemble((f"[{number}] ", "cyan"), source.title or source.url, (f"  {source.url}", "dim"))
        console.print(Padding(line, (0, 0, 0, 2)))
    console.print(Text(_figures(report), style="dim"))
    if spent := _spent(report, priced=priced):
        console.print(Text(spent, style="dim"))


def _why_partial(report: Report) -> str:
    if report.stop_reason is StopReason.BUDGET:
        return "Partial: the budget ran out before all was done; the answer is made of what there was by then."
    if report.stop_reason is StopReason.DEADLINE:
        return "Partial: the time was over before all was done; the answer is made of what there was by then."
    if any(source.status is SourceStatus.READ for source in report.sources):
        return "Partial: the sources that were read carry no answer to this question; ask otherwise or add sources."
    return "Partial: no source could be read; name others with --corpus or --url."


def _numbers(report: Report) -> dict[str, int]:
    """The cited sources, numbered in the order of the answer."""
    of = {passage.id: passage.source_id for passage in report.passages}
    cited = dict.fromkeys(of[citation] for statement in report.summary for citation in statement.citations)
    return {source_id: number for number, source_id in enumerate(cited, 1)}


def _sentence(statement: Statement, numbers: dict[str, int], report: Report) -> Text:
    of = {passage.id: passage.source_id for passage in report.passages}
    cited = dict.fromkeys(numbers[of[citation]] for citation in statement.citations)
    marks = "".join(f"[{number}]" for number in cited)
    return Text.assemble("• ", statement.sentence, (f" {marks}", "cyan"), MARKS[statement.support])


def _figures(report: Report) -> str:
    read = sum(source.status is SourceStatus.READ for source in report.sources)
    seconds = sum(report.timings.values())
    return (
        f"{read} of {len(report.sources)} sources read, {len(report.findings)} findings, "
        f"{len(report.timeline)} dates, {report.quality.cited_share:.0%} of sentences cited, {seconds:.1f} s"
    )


def _spent(report: Report, *, priced: bool) -> str:
    """Tokens and cost, where a model was used or anything was paid."""
    usage = report.usage
    parts = []
    if usage.model_calls:
        tokens = f"{usage.input_tokens:,} tokens in and {usage.output_tokens:,} out"
        calls = f"{usage.model_calls:,} call{'s' if usage.model_calls > 1 else ''}"
        parts.append(f"{report.model}: {calls}, {tokens}")
    if usage.usd or (usage.model_calls and priced):
        parts.append(f"${usage.usd:.4f}")
    if usage.model_calls and not priced:
        parts.append("no price is set for the model")
    return ", ".join(parts)
