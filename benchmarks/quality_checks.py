"""What the verifier makes of real pages: what it lets pass that is untrue or cites the wrong source, and what not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from actors.domain.analysis import Statement, Support
from actors.domain.documents import Passage
from actors.services.nlp.prose import is_prose
from actors.services.nlp.quality import quality
from actors.services.nlp.sentences import passage_sentences, split_passages
from actors.services.nlp.support import check
from benchmarks.quality_edits import Edited, edited, kept_true
from benchmarks.quality_figures import Figure
from benchmarks.quality_gold import GoldPage

FIRST, EVERY = 2, 4
"""Each so many pages are edited, which is enough for a share to two digits; on those from 0 the rules were tried."""
STATEMENTS = 3


def verifier(pages: Sequence[GoldPage]) -> list[Figure]:
    """The figures of English pages: shares of edits caught, of rewordings kept, of shuffled citations caught."""
    english = [page for page in pages if page.language == "en"]
    texts = [page.text for page in english[FIRST::EVERY]]
    caught = [
        *_shares("untrue edit caught", edited(texts), supported=False),
        *_shares("true rewording supported", kept_true(texts), supported=True),
    ]
    return [figure for figure in (*caught, *_shuffled(english)) if figure.count]


def _shares(job: str, edits: Iterable[Edited], *, supported: bool) -> Iterator[Figure]:
    right, total = Counter[str](), Counter[str]()
    for each in edits:
        statement = Statement(sentence=each.sentence, citations=(each.passage.id,))
        held = check(statement, {each.passage.id: each.passage}).support is Support.SUPPORTED
        for kind in (each.kind, "all"):
            total[kind] += 1
            right[kind] += held is supported
    for kind in sorted(total, key=lambda kind: (kind == "all", kind)):
        yield Figure(job, kind, right[kind] / total[kind], None, total[kind])


def _shuffled(pages: Sequence[GoldPage]) -> Iterator[Figure]:
    """A report of each page's first sentences, and of its summaries by people, before and after its citations moved.

    Each statement then cites the passages of the statement that stands for the next page.
    """
    known: dict[str, Passage] = {}
    quoted: list[Statement] = []
    told: list[Statement] = []
    for number, page in enumerate(pages):
        passages = split_passages(f"s{number}", page.text)
        known |= {passage.id: passage for passage in passages}
        prose = [one for passage in passages for one in passage_sentences(passage) if is_prose(one.text)]
        if len(prose) < STATEMENTS:
            continue
        quoted += [Statement(sentence=one.text, citations=(one.passage_id,)) for one in prose[:STATEMENTS]]
        whole = tuple(passage.id for passage in passages)
        told += [Statement(sentence=summary, citations=whole) for summary in page.summaries[:STATEMENTS]]
    for name, statements in (("sentences of pages", quoted), ("summaries by people", told)):
        moved = [
            one.model_copy(update={"citations": other.citations})
            for one, other in zip(statements, statements[STATEMENTS:] + statements[:STATEMENTS], strict=True)
        ]
        yield _caught(f"{name}: no longer supported", moved, known, {Support.SUPPORTED})
        yield _caught(f"{name}: dropped", moved, known, {Support.SUPPORTED, Support.PARTIAL})
        if name == "sentences of pages":
            recall = 1 - quality(moved, known).citation_recall
            yield Figure("citations shuffled", f"{name}: citation recall lost", recall, None, len(moved))


def _caught(what: str, moved: Sequence[Statement], known: dict[str, Passage], passing: set[Support]) -> Figure:
    caught = sum(check(one, known).support not in passing for one in moved)
    return Figure("citations shuffled", what, caught / len(moved) if moved else 0.0, None, len(moved))
