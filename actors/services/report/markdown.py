"""report.md: the report for pasting, with footnotes that quote, and no word of a source taken as markup."""

from collections.abc import Iterator, Mapping, Sequence

from actors.domain.analysis import Agreement, Report
from actors.domain.documents import Source
from actors.services.report import wording
from actors.services.report.content import Content, Shown, content
from actors.services.report.links import passage_link, saved_text, source_link
from actors.services.report.markdown_text import escaped, link, table
from actors.services.report.quotes import Quote, cited, pieces

_LONGEST_QUOTE = 1_400


def render_markdown(report: Report, texts: Mapping[str, str]) -> str:
    """CommonMark with GFM tables and footnotes; `texts` are the cleaned texts by source id."""
    shown = content(report)
    parts = (
        _head(shown),
        _answer(shown),
        _findings(shown),
        _compared(shown),
        _timeline(shown),
        _entities(shown),
        _topics(shown),
        _sentiment(shown),
        _phrases(shown),
        _sources(shown),
        _quality(shown),
        _made(shown),
        _footnotes(shown, texts),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(shown: Content) -> Iterator[str]:
    report = shown.report
    yield f"# {escaped(report.query, 2_000)}"
    yield ""
    if told := wording.banner(report.status, report.stop_reason):
        yield f"> **{report.status.capitalize()} report.** {told}"
        yield ""
    yield f"{wording.moment(report.created_at)} · {shown.read} of {len(report.sources)} sources read"
    yield ""


def _answer(shown: Content) -> Iterator[str]:
    yield "## Answer"
    yield ""
    yield from (_statement(each, shown) for each in shown.answer)
    if not shown.answer:
        yield "No answer could be drawn from the sources."
    yield ""


def _findings(shown: Content) -> Iterator[str]:
    yield "## Findings"
    yield ""
    for group in shown.groups:
        if group.question:
            yield f"### {escaped(group.question)}"
            yield ""
        yield from (_statement(each, shown) for each in group.findings)
        yield ""
    if not shown.groups:
        yield "There are no findings."
        yield ""


def _statement(each: Shown, shown: Content) -> str:
    symbol, word = wording.support_words(each.statement)
    missing = f"; not in the passages: {escaped(', '.join(each.statement.missing))}" if each.statement.missing else ""
    return f"- {escaped(each.statement.sentence)}{_notes(each.statement.citations, shown)} — {symbol} {word}{missing}"


def _notes(citations: Sequence[str], shown: Content) -> str:
    return "".join(f"[^{quote.number}]" for quote in cited(citations, shown.quotes))


def _compared(shown: Content) -> Iterator[str]:
    for title, compared in (("Disagreements", shown.disagreements), ("Agreements", shown.agreements)):
        if compared:
            yield f"## {title}"
            yield ""
            yield from table(("About", "Source", "Value", "Sentence"), _claims(compared, shown))


def _claims(compared: Sequence[tuple[str, Agreement]], shown: Content) -> Iterator[tuple[str, ...]]:
    for _, agreement in compared:
        for claim in agreement.claims:
            sentence = escaped(claim.sentence) + _notes((claim.citation,), shown)
            yield escaped(agreement.about), _named(claim.source_id, shown), escaped(claim.value), sentence


def _timeline(shown: Content) -> Iterator[str]:
    if shown.events:
        yield "## Timeline"
        yield ""
        rows = (
            (wording.in_words(event.date, event.granularity), escaped(event.text) + _notes(event.citations, shown))
            for _, event in shown.events
        )
        yield from table(("When", "What"), rows)


def _entities(shown: Content) -> Iterator[str]:
    if shown.entities:
        yield "## People, organisations, places and things"
        yield ""
        rows = (
            (escaped(each.name), each.type, str(each.mentions), str(len(each.sources)), _notes(each.citations, shown))
            for each in shown.entities
        )
        yield from table(("Name", "Kind", "Mentions", "Sources", "Passages"), rows)
    links = [
        (
            escaped(shown.names.get(each.source, "")),
            escaped(each.label),
            escaped(shown.names.get(each.target, "")),
            str(each.weight),
            _notes(each.citations, shown),
        )
        for each in shown.relations
    ]
    if links:
        yield from table(("Name", "Link", "Name", "Sentences", "Passages"), links)


def _topics(shown: Content) -> Iterator[str]:
    if shown.report.topics:
        yield "## Topics"
        yield ""
        rows = (
            (escaped(each.label), wording.percent(each.weight), escaped(", ".join(each.terms)))
            for each in shown.report.topics
        )
        yield from table(("Topic", "Share of the passages", "Terms"), rows)


def _sentiment(shown: Content) -> Iterator[str]:
    if shown.report.sentiment:
        yield "## Tone by source"
        yield ""
        yield "A weak signal: counted from words, from −1 (negative) to +1 (positive)."
        yield ""
        rows = (
            (_named(each.source_id, shown), wording.signed(each.score), each.label, str(each.sentences))
            for each in shown.report.sentiment
        )
        yield from table(("Source", "Tone", "In a word", "Sentences"), rows)


def _phrases(shown: Content) -> Iterator[str]:
    if shown.report.key_phrases:
        yield "## Key phrases"
        yield ""
        yield ", ".join(escaped(phrase) for phrase, _ in shown.report.key_phrases)
        yield ""


def _sources(shown: Content) -> Iterator[str]:
    yield "## Sources"
    yield ""
    rows = (
        (
            escaped(source.id),
            link(escaped(source.title or source.url), source_link(source)),
            escaped(", ".join(filter(None, (source.author, source.site, source.published)))),
            wording.STATUSES[source.status] + (f": {escaped(source.reason)}" if source.reason else ""),
            _credibility(source),
        )
        for source in shown.report.sources
    )
    yield from table(("Id", "Source", "Author, site, date", "Status", "Credibility"), rows)


def _credibility(source: Source) -> str:
    judged = source.credibility
    return "" if judged is None else f"{wording.percent(judged.score)}: {escaped('; '.join(judged.reasons))}"


def _quality(shown: Content) -> Iterator[str]:
    yield "## How well the sources carry this report"
    yield ""
    for field, name, meaning in wording.QUALITY:
        yield f"- {name}: {wording.percent(getattr(shown.report.quality, field))} ({meaning})"
    yield ""


def _made(shown: Content) -> Iterator[str]:
    report = shown.report
    for title, lines in (("Warnings", report.warnings), ("Related questions", report.related)):
        if lines:
            yield f"## {title}"
            yield ""
            yield from (f"- {escaped(each)}" for each in lines)
            yield ""
    yield "## How this report was made"
    yield ""
    yield f"Job {escaped(report.job_id)}, {wording.moment(report.created_at)}. {wording.METHOD}"
    yield ""
    yield from table(("Stage", "Seconds"), ((escaped(stage), f"{took:.2f}") for stage, took in report.timings.items()))


def _footnotes(shown: Content, texts: Mapping[str, str]) -> Iterator[str]:
    for quote in shown.quotes.values():
        yield f"[^{quote.number}]: {_footnote(quote, texts)}"
        yield ""


def _footnote(quote: Quote, texts: Mapping[str, str]) -> str:
    passage, source = quote.passage, quote.source
    words = "".join(piece.text for piece in pieces(quote, _LONGEST_QUOTE))
    opened = link(escaped(source.title or source.url), passage_link(source, passage, texts, passage.start, passage.end))
    return (
        f"“{escaped(words)}” — {opened}, characters {passage.start} to {passage.end} of {escaped(saved_text(source))}"
    )


def _named(source_id: str, shown: Content) -> str:
    source = shown.sources.get(source_id)
    return escaped((source.title or source.url) if source else source_id, 120)
