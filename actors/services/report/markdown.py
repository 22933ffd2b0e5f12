"""report.md: the report for pasting, with footnotes that quote, and no word of a source taken as markup."""

from collections.abc import Iterator, Mapping, Sequence

from actors.domain.analysis import Agreement, Report
from actors.services.report import making, wording
from actors.services.report.content import Content, Shown, content
from actors.services.report.markdown_ground import by_rules, ground
from actors.services.report.markdown_text import escaped, table
from actors.services.report.quotes import cited


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
        ground(shown, texts),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(shown: Content) -> Iterator[str]:
    report = shown.report
    yield f"# {escaped(report.query, 2_000)}"
    yield ""
    if told := wording.banner(report.status, report.stop_reason):
        yield f"> **{report.status.capitalize()} report.** {told}"
        yield ""
    facts = [wording.moment(report.created_at), f"{shown.read} of {len(report.sources)} sources read"]
    if shown.statements:
        facts.append(f"{wording.percent(report.quality.citation_recall)} of sentences carried whole by their sources")
    yield f"**{wording.state(report.status, report.stop_reason)}** · {' · '.join(facts)}"
    yield ""
    yield " · ".join(escaped(each) for each in (making.written(report), *making.spent(report)))
    yield ""
    if parts := making.fallbacks(report):
        yield f"Made by rules, not by the model: {making.named(parts)}"
        yield ""


def _answer(shown: Content) -> Iterator[str]:
    yield "## Answer"
    yield ""
    yield from by_rules(shown, "summary")
    yield from (_statement(each, shown) for each in shown.answer)
    if not shown.answer:
        yield "No answer could be drawn from the sources."
    yield ""


def _findings(shown: Content) -> Iterator[str]:
    yield "## Findings"
    yield ""
    yield from by_rules(shown, "findings")
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
        yield from by_rules(shown, "timeline")
        rows = (
            (wording.in_words(event.date, event.granularity), escaped(event.text) + _notes(event.citations, shown))
            for _, event in shown.events
        )
        yield from table(("When", "What"), rows)


def _entities(shown: Content) -> Iterator[str]:
    if shown.entities:
        yield "## People, organisations, places and things"
        yield ""
        yield from by_rules(shown, "relations")
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
        yield from by_rules(shown, "topics")
        rows = (
            (escaped(each.label), wording.percent(each.weight), escaped(", ".join(each.terms)))
            for each in shown.report.topics
        )
        yield from table(("Topic", "Share of the passages", "Terms"), rows)


def _sentiment(shown: Content) -> Iterator[str]:
    if shown.report.sentiment:
        yield "## Tone by source"
        yield ""
        yield from by_rules(shown, "sentiment")
        yield f"A weak signal, from −1 (negative) to +1 (positive). {wording.tone(shown.report.by_model)}"
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


def _named(source_id: str, shown: Content) -> str:
    source = shown.sources.get(source_id)
    return escaped((source.title or source.url) if source else source_id, 120)
