"""What the report rests on, as Markdown: searches, sources, media, figures, cost, and the passages as footnotes."""

from collections.abc import Iterator, Mapping

from actors.domain.documents import Media, Source, SourceStatus
from actors.services.report import making, wording
from actors.services.report.content import Content
from actors.services.report.links import media_file, media_link, passage_link, saved_text, site_of, source_link
from actors.services.report.markdown_text import escaped, link, table
from actors.services.report.quotes import Quote, pieces

_LONGEST_QUOTE = 1_400


def ground(shown: Content, texts: Mapping[str, str]) -> Iterator[str]:
    """The lines; `texts` are the cleaned texts by source id."""
    yield from _searched(shown)
    yield from _sources(shown)
    yield from _media(shown)
    yield from _quality(shown)
    yield from _made(shown)
    for quote in shown.quotes.values():
        yield f"[^{quote.number}]: {_footnote(quote, texts)}"
        yield ""


def by_rules(shown: Content, part: str) -> Iterator[str]:
    """The mark of a part that rules made although there was a model."""
    if part in making.fallbacks(shown.report):
        yield f"*Made by rules, not by the model{': the warnings tell why' if shown.report.warnings else ''}.*"
        yield ""


def _searched(shown: Content) -> Iterator[str]:
    if shown.report.questions:
        yield "## What was searched for"
        yield ""
        yield from by_rules(shown, "plan")
        yield from (f"{number}. {escaped(each)}" for number, each in enumerate(shown.report.questions, 1))
        yield ""
        yield making.searched(shown.report)
        yield ""


def _sources(shown: Content) -> Iterator[str]:
    yield "## Sources"
    yield ""
    if not shown.report.sources:
        yield "No source was found."
        yield ""
        return
    yield from by_rules(shown, "credibility")
    yield making.outcome(shown.report)
    yield ""
    read = [source for source in shown.report.sources if source.status is SourceStatus.READ]
    rows = ((*_source(source), _status(source), _credibility(source)) for source in read)
    yield from table(("Id", "Source", "Author, site, date", "Status", "Credibility"), rows)
    if shown.unread:
        yield "### Not read, and why"
        yield ""
        yield from table(
            ("Id", "Source", "Author, site, date", "Why"), ((*_source(each), _status(each)) for each in shown.unread)
        )


def _source(source: Source) -> tuple[str, str, str]:
    about = (source.author, source.site, wording.in_words(source.published) if source.published else None)
    return (
        escaped(source.id),
        link(escaped(source.title or source.url), source_link(source)),
        escaped(", ".join(filter(None, about))),
    )


def _status(source: Source) -> str:
    return wording.STATUSES[source.status] + (f": {escaped(source.reason)}" if source.reason else "")


def _credibility(source: Source) -> str:
    judged = source.credibility
    return "" if judged is None else f"{wording.percent(judged.score)}: {escaped('; '.join(judged.reasons))}"


def _media(shown: Content) -> Iterator[str]:
    if shown.report.media:
        yield "## Images and videos"
        yield ""
        yield from (f"- {_medium(each)}" for each in shown.report.media)
        yield ""
        yield wording.MEDIA
        yield ""


def _medium(media: Media) -> str:
    title = link(escaped(media.title or media.url), media_link(media))
    about = (
        escaped(site_of(media_link(media))),
        wording.in_words(media.published) if media.published else "",
        f"found by {escaped(', '.join(media.providers))}",
        link("the file itself", media_file(media)) if media_file(media) else "",
    )
    return f"{wording.KINDS[media.kind]}: {title} ({', '.join(filter(None, about))})"


def _quality(shown: Content) -> Iterator[str]:
    yield "## How well the sources carry this report"
    yield ""
    if shown.statements:
        for field, name, meaning in wording.QUALITY:
            yield f"- {name}: {wording.percent(getattr(shown.report.quality, field))} ({meaning})"
        yield ""
        yield making.supported(shown)
    else:
        yield "There is no sentence to measure."
    yield ""
    for title, lines, part in (
        ("Warnings", shown.report.warnings, ""),
        ("Related questions", shown.report.related, "related"),
    ):
        if lines:
            yield f"### {title}"
            yield ""
            yield from by_rules(shown, part)
            yield from (f"- {escaped(each)}" for each in lines)
            yield ""


def _made(shown: Content) -> Iterator[str]:
    report = shown.report
    yield "## How it was made"
    yield ""
    yield wording.METHOD
    yield ""
    if making.is_written(report):
        yield wording.PARAPHRASED
        yield ""
    facts = (("Generated", wording.moment(report.created_at)), ("Job", report.job_id), *making.made(report))
    yield from table(("", ""), ((escaped(name), escaped(value)) for name, value in facts))
    columns, rows = making.by_stage(report)
    yield from table(columns, (tuple(escaped(cell) for cell in row) for row in rows))


def _footnote(quote: Quote, texts: Mapping[str, str]) -> str:
    passage, source = quote.passage, quote.source
    words = "".join(piece.text for piece in pieces(quote, _LONGEST_QUOTE))
    opened = link(escaped(source.title or source.url), passage_link(source, passage, texts, passage.start, passage.end))
    return (
        f"“{escaped(words)}” — {opened}, characters {passage.start} to {passage.end} of {escaped(saved_text(source))}"
    )
