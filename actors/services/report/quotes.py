"""The quoted passages: one number for each, the same in every file, with what they carry marked and who cites them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from actors.domain.analysis import Report, Statement
from actors.domain.documents import Passage, Source

Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Citing:
    """One sentence of the report: its place, what to call it, what it cites, and the words it took from there."""

    anchor: str
    label: str
    citations: tuple[str, ...]
    statement: Statement | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A cited passage. `marks` are the stretches that carry sentences: disjoint, sorted, offsets into its text."""

    number: int
    passage: Passage
    source: Source
    marks: tuple[Bounds, ...]
    cited_by: tuple[Citing, ...]

    @property
    def anchor(self) -> str:
        """The id of its element."""
        return f"p-{self.passage.id}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a quotation, marked or not."""

    text: str
    marked: bool


@dataclass(slots=True)
class _Gathered:
    marks: list[Bounds] = field(default_factory=list)
    cited_by: list[Citing] = field(default_factory=list)


def number_quotes(report: Report, citing: Iterable[Citing]) -> dict[str, Quote]:
    """Quotes by passage id, numbered from 1 as `citing` first names them; a citation of nothing known has none."""
    passages = {passage.id: passage for passage in report.passages}
    sources = {source.id: source for source in report.sources}
    gathered: dict[str, _Gathered] = {}
    for sentence in citing:
        for citation in dict.fromkeys(sentence.citations):
            passage = passages.get(citation)
            if passage is not None and passage.source_id in sources:
                found = gathered.setdefault(citation, _Gathered())
                found.cited_by.append(sentence)
                found.marks.extend(_marks(sentence, passage))
    return {
        key: Quote(
            number=number,
            passage=passages[key],
            source=sources[passages[key].source_id],
            marks=tuple(_merged(found.marks, passages[key].text)),
            cited_by=tuple(found.cited_by),
        )
        for number, (key, found) in enumerate(gathered.items(), 1)
    }


def _marks(citing: Citing, passage: Passage) -> Iterator[Bounds]:
    if citing.statement is not None:
        for span in citing.statement.evidence:
            start, end = max(span.start - passage.start, 0), min(span.end - passage.start, len(passage.text))
            if span.passage_id == passage.id and start < end:
                yield start, end
    elif citing.sentence and (start := passage.text.find(citing.sentence)) >= 0:
        yield start, start + len(citing.sentence)


def _merged(marks: Iterable[Bounds], text: str) -> Iterator[Bounds]:
    """Touching marks, and those with only blanks and punctuation between, become one."""
    current: Bounds | None = None
    for start, end in sorted(marks):
        if current is None:
            current = start, end
        elif start <= current[1] or not any(char.isalnum() for char in text[current[1] : start]):
            current = current[0], max(current[1], end)
        else:
            yield current
            current = start, end
    if current is not None:
        yield current


def pieces(quote: Quote, limit: int) -> list[Piece]:
    """The passage cut to about `limit` characters around its first mark; an ellipsis stands where it was cut."""
    text = quote.passage.text
    first, last = _window(text, quote.marks, limit)
    found = [Piece("… ", marked=False)] if first else []
    for start, end, marked in _stretches(quote.marks, first, last):
        found.append(Piece(text[start:end], marked))
    return [*found, Piece(" …", marked=False)] if last < len(text) else found


def _stretches(marks: Sequence[Bounds], first: int, last: int) -> Iterator[tuple[int, int, bool]]:
    at = first
    for start, end in marks:
        inside = max(start, first), min(end, last)
        if inside[0] < inside[1]:
            if at < inside[0]:
                yield at, inside[0], False
            yield (*inside, True)
            at = inside[1]
    if at < last:
        yield at, last, False


def _window(text: str, marks: Sequence[Bounds], limit: int) -> Bounds:
    if len(text) <= limit:
        return 0, len(text)
    start, end = marks[0] if marks else (0, 0)
    first = max(0, min(start - max(limit - (end - start), 0) // 2, len(text) - limit))
    if first:
        first = next((at + 1 for at in range(first, min(first + 40, start)) if text[at].isspace()), first)
    last = min(first + limit, len(text))
    return first, next((at for at in range(last, last - 40, -1) if at == len(text) or text[at].isspace()), last)


def cited(citations: Sequence[str], quotes: Mapping[str, Quote]) -> list[Quote]:
    """The quotes behind the citations, in order of their numbers, each once."""
    return sorted((quotes[key] for key in set(citations) if key in quotes), key=lambda quote: quote.number)
