"""Who made the report, of what, and at which cost, in the same words for the page and the Markdown."""

from collections import Counter
from collections.abc import Mapping, Sequence

from actors.domain.analysis import Report
from actors.domain.documents import SourceStatus
from actors.domain.job import Spending
from actors.services.report.content import Content
from actors.services.report.wording import SUPPORTS, line

PARTS = {
    "plan": "questions searched for",
    "summary": "answer",
    "findings": "findings",
    "relations": "names and links",
    "topics": "topics",
    "sentiment": "tone",
    "timeline": "timeline",
    "related": "related questions",
    "credibility": "signs of credibility",
}
"""What a model can make of a report, by the names of `Report.by_model`."""
_ALWAYS_BY_RULES = ("comparison of sources", "key phrases", "check of every sentence")
_OUTCOMES = (
    (SourceStatus.READ, "read"),
    (SourceStatus.FAILED, "failed"),
    (SourceStatus.SKIPPED, "skipped"),
    (SourceStatus.DUPLICATE, "the same as another"),
)
_NAME = 80
_LEAST_USD = 0.0001

Row = tuple[str, ...]


def written(report: Report) -> str:
    """Who wrote the sentences of the report, and whether all of them were checked."""
    model = line(report.model or "", _NAME)
    said = {"summary": report.summary, "findings": report.findings}
    by = {part: part in report.by_model for part, statements in said.items() if statements}
    if not by:
        return f"Made with {model}" if model and report.by_model else f"Made by rules, {_without(model)}"
    if not model or not any(by.values()):
        told = f"Quoted by rules, {_without(model)}"
    elif all(by.values()):
        told = f"Written by {model}"
    else:
        who = (f"{PARTS[part]} {f'written by {model}' if own else 'quoted by rules'}" for part, own in by.items())
        told = _upper(", ".join(who))
    checked = all(each.support is not None for statements in said.values() for each in statements)
    return f"{told}, {'every sentence checked' if checked else 'not every sentence checked'} against its sources"


def is_written(report: Report) -> bool:
    """Whether some of its sentences are a model's own words."""
    return any(part in report.by_model for part in ("summary", "findings"))


def _without(model: str) -> str:
    return f"not by {model}" if model else "without a model"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def fallbacks(report: Report) -> tuple[str, ...]:
    """The parts that rules made although there was a model; what holds nothing is none of them."""
    held: Mapping[str, object] = {
        "plan": report.questions,
        "summary": report.summary,
        "findings": report.findings,
        "relations": report.entities,
        "topics": report.topics,
        "sentiment": report.sentiment,
        "timeline": report.timeline,
        "related": report.related,
        "credibility": any(source.credibility for source in report.sources),
    }
    return tuple(part for part in PARTS if report.model and held[part] and part not in report.by_model)


def named(parts: Sequence[str]) -> str:
    """The parts in words; one that is not known by its own name."""
    return line(", ".join(PARTS.get(part, part) for part in parts))


def spent(report: Report) -> list[str]:
    """Cost and tokens, as far as there were any."""
    usage = report.usage
    costs = [_dollars(usage.usd)] if usage.usd else []
    return [*costs, f"{usage.tokens:,} tokens"] if usage.tokens else costs


def made(report: Report) -> list[tuple[str, str]]:
    """How the report was made and what that took, as names and values."""
    usage = report.usage
    rows = []
    if report.model:
        rules = [named(fallbacks(report))] if fallbacks(report) else []
        rows += [
            ("Model", line(report.model, _NAME)),
            ("Made by the model", named(report.by_model) or "nothing"),
            ("Made by rules", ", ".join([*rules, *_ALWAYS_BY_RULES])),
        ]
    else:
        rows.append(("Model", "none: all was made by rules"))
    rows += [("Pages read", f"{usage.pages:,}"), ("Searches", f"{usage.searches:,}")]
    if usage.model_calls:
        rows.append(("Calls to the model", f"{usage.model_calls:,}"))
    if usage.tokens:
        rows.append(("Tokens", f"{usage.input_tokens:,} in, {usage.output_tokens:,} out"))
    if usage.usd:
        rows.append(("Cost", _dollars(usage.usd)))
    return rows


def by_stage(report: Report) -> tuple[Row, list[Row]]:
    """Names and rows of the table of what each stage took, all rounds together; a column of nothing is left out."""
    usage = report.usage
    stages = dict.fromkeys((*report.timings, *usage.stages))
    rows = [(line(name, 40), report.timings.get(name), usage.stages.get(name, Spending())) for name in stages]
    if len(rows) > 1:
        rows.append(("All", sum(report.timings.values()), usage))
    columns = {
        "Seconds": ["" if seconds is None else f"{seconds:.2f}" for _, seconds, _ in rows],
        "Searches": [_count(took.searches) for *_, took in rows],
        "Calls to the model": [_count(took.model_calls) for *_, took in rows],
        "Tokens in": [_count(took.input_tokens) for *_, took in rows],
        "Tokens out": [_count(took.output_tokens) for *_, took in rows],
        "Cost": [_dollars(took.usd) if took.usd else "" for *_, took in rows],
    }
    used = {name: cells for name, cells in columns.items() if any(cells)}
    return ("Stage", *used), list(zip([name for name, *_ in rows], *used.values(), strict=True))


def searched(report: Report) -> str:
    """How often was asked, and in how many rounds."""
    asked = _counted(len(report.questions), "question")
    rounds = "one round" if report.rounds == 1 else f"{report.rounds} rounds"
    found = f" and {_counted(report.usage.searches, 'search', 'searches')}" if report.usage.searches else ""
    later = " The last of them are of the later rounds, which ask what was left open or contradicted."
    return f"{asked} in {rounds}{found}.{later if report.rounds > 1 else ''}"


def supported(content: Content) -> str:
    """How many sentences have which mark, and what a mark means."""
    by_support = (f"{content.with_support(each)} {words}" for each, (_, words) in SUPPORTS.items())
    quoted = f"{content.verbatim} stand{'s' if content.verbatim == 1 else ''} word for word in a passage cited"
    return (
        f"{', '.join(by_support)} of {_counted(len(content.statements), 'sentence')}; {quoted}. A mark tells whether "
        "what a sentence says stands in its passages, not whether the source is right."
    )


def outcome(report: Report) -> str:
    """What became of the sources, counted."""
    counts = Counter(source.status for source in report.sources)
    told = ", ".join(f"{counts[status]} {name}" for status, name in _OUTCOMES if counts[status])
    return f"{_counted(len(report.sources), 'source')}: {told}."


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _dollars(usd: float) -> str:
    """`$0.0294`; a cost that four digits cannot tell is not told as nothing."""
    return f"${usd:,.4f}" if usd >= _LEAST_USD else f"under ${_LEAST_USD:.4f}"
