"""The figures of quality: what each is of, what it counts, and the floor it has to beat.

The floors were measured with straightforward prototypes and the usual libraries. Title, author and date are counted
where the page itself tells them. Dates, entities, summaries and key phrases are measured on the gold text, so that an
error of extraction does not count twice, with the gold's own date as the day of publication.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from actors.domain.documents import Extracted
from actors.domain.errors import SourceError
from actors.services.embeddings.wordllama import embed
from actors.services.fetch.base import Page
from actors.services.fetch.extract import extract
from actors.services.nlp.dates import find_dates
from actors.services.nlp.entities import annotate
from actors.services.nlp.keyphrases import key_phrases
from actors.services.nlp.language import detect_language
from actors.services.nlp.prose import is_prose
from actors.services.nlp.sentences import headed, passage_sentences, split_passages
from actors.services.nlp.summary import summarise
from benchmarks.quality_gold import GoldPage
from benchmarks.quality_scores import (
    Counts,
    bag,
    date_form,
    entities,
    names,
    phrases,
    rouge_1,
    same_authors,
    same_title,
    words,
)

KEY_PHRASES, SUMMARY_SENTENCES = 15, 2
DATE_FLOORS = {"news": 0.77, "bio": 0.88}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value from 0 to 1 over `count` pages, or sentences of them, and its floor where there is one."""

    job: str
    measure: str
    value: float
    floor: float | None
    count: int


Reading = tuple[GoldPage, Extracted]


def measure(pages: Sequence[GoldPage]) -> list[Figure]:
    """Every figure that the pages' gold allows."""
    readings = [(page, _read(page)) for page in pages]
    told = [*_reading(readings), *_dates(pages), *_entities(pages), *_texts(pages), *_retrieval(readings)]
    return [figure for figure in told if figure.count]


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    lines = ["| job | measure | measured | floor | of |", "|---|---|---|---|---|"]
    for figure in figures:
        floor = "–" if figure.floor is None else f"{figure.floor:.3f}"
        lines.append(f"| {figure.job} | {figure.measure} | {figure.value:.3f} | {floor} | {figure.count} |")
    return "\n".join(lines)


def _read(page: GoldPage) -> Extracted:
    try:
        return extract(Page(page.url, page.body, "text/html", None, "2025-01-01T00:00:00Z"))
    except SourceError:
        return Extracted(text="")


def _mean(job: str, what: str, floor: float | None, values: Sequence[float]) -> Figure:
    return Figure(job, what, fmean(values) if values else 0.0, floor, len(values))


def _reading(readings: Sequence[Reading]) -> Iterator[Figure]:
    yield _mean("main text", "F1 of its words", 0.924, [bag(words(e.text), words(p.text)).f1 for p, e in readings])
    titles = [float(same_title(e.title, page.title)) for page, e in readings if page.title and _tells_title(page)]
    yield _mean("title", "same words", 0.85, titles)
    authors = [
        float(same_authors(e.author, page.author)) for page, e in readings if page.author and _tells_author(page)
    ]
    yield _mean("author", "at least half of the names, and no more wrong ones", 0.64, authors)
    dates = [float(e.published == page.published) for page, e in readings if page.published and _tells_date(page)]
    yield _mean("date", "the same day", 0.87, dates)
    languages = [float(detect_language(e.text) == page.language) for page, e in readings if e.text]
    yield _mean("language", "accuracy", 0.986, languages)


def _tells_title(page: GoldPage) -> bool:
    return page.title.encode() in page.body


def _tells_author(page: GoldPage) -> bool:
    markup = page.body.decode(errors="replace").casefold()
    return any(name in markup for name in names(page.author or ""))


def _tells_date(page: GoldPage) -> bool:
    markup = page.body.decode(errors="replace")
    return page.published in {mention.date for mention in find_dates(markup, anchor=None)}


def _dates(pages: Sequence[GoldPage]) -> Iterator[Figure]:
    counts: defaultdict[str, Counts] = defaultdict(Counts)
    number: defaultdict[str, int] = defaultdict(int)
    for page in pages:
        if page.dates is None:
            continue
        found = [mention.date for mention in find_dates(page.text, anchor=page.published)]
        for genre in (page.genre or "other", "all"):
            counts[genre] += bag(found, map(date_form, page.dates))
            number[genre] += 1
    for genre in sorted(counts, key=lambda genre: (genre == "all", genre)):
        yield Figure(f"dates in the text, {genre}", "F1", counts[genre].f1, DATE_FLOORS.get(genre), number[genre])


def _entities(pages: Sequence[GoldPage]) -> Iterator[Figure]:
    gold = [page for page in pages if page.entities]
    named, typed = Counts(), Counts()
    for page in gold:
        found, right = entities(annotate(page.text).mentions, page.entities)
        named, typed = named + found, typed + right
    for what, counts, floor in (("recall of linked ones", named, 0.74), ("found with the right type", typed, 0.67)):
        total = counts.right + counts.missed
        yield Figure("entities", what, counts.right / total if total else 0.0, floor, len(gold))


def _texts(pages: Sequence[GoldPage]) -> Iterator[Figure]:
    rouge = [rouge_1(summary_by_rules(page), page.summaries) for page in pages if page.summaries]
    yield _mean("summary", f"ROUGE-1 F of {SUMMARY_SENTENCES} sentences, best reference", 0.42, rouge)
    gold = [page for page in pages if page.entities]
    found = [[phrase for phrase, _ in key_phrases([page.text], limit=KEY_PHRASES)] for page in gold]
    right = [phrases(each, page.entities) for page, each in zip(gold, found, strict=True)]
    yield _mean("key phrases", f"P@{KEY_PHRASES}: names an entity that is linked or mentioned twice", 0.43, right)


def summary_by_rules(page: GoldPage) -> str:
    """The sentences that say most, without a question."""
    passages = split_passages("s", page.text)
    told = [sentence for passage in passages for sentence in passage_sentences(passage) if is_prose(sentence.text)]
    chosen = summarise(told, query="", language=page.language, limit=SUMMARY_SENTENCES)
    return " ".join(sentence.text for sentence in chosen)


def _retrieval(readings: Sequence[Reading]) -> Iterator[Figure]:
    """A page's title is the question; a page is as near as the nearest of its passages."""
    owners: list[int] = []
    texts: list[str] = []
    for number, (_, extracted) in enumerate(readings):
        for passage in split_passages(str(number), extracted.text):
            owners.append(number)
            texts.append(headed(passage, extracted.title))
    asked = [number for number, (page, _) in enumerate(readings) if page.title and number in set(owners)]
    if not asked:
        return
    likeness = embed([readings[number][0].title for number in asked]) @ embed(texts).T
    ranks = [_rank(row, owners, number) for row, number in zip(likeness, asked, strict=True)]
    yield _mean("retrieval by title", "hit@1", None, [float(rank == 1) for rank in ranks])
    yield _mean("retrieval by title", "mean reciprocal rank", None, [1 / rank for rank in ranks])


def _rank(likeness: "np.typing.NDArray[np.float32]", owners: Sequence[int], wanted: int) -> int:
    best: dict[int, float] = {}
    for owner, value in zip(owners, likeness.tolist(), strict=True):
        best[owner] = max(value, best.get(owner, -1.0))
    return 1 + sum(value > best[wanted] for owner, value in best.items() if owner != wanted)
