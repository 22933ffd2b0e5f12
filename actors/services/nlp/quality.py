"""Measures how well a whole report is carried by its sources, in three figures that anyone can compute again."""

from collections.abc import Mapping, Sequence

from actors.domain.analysis import Quality, Statement, Support
from actors.domain.documents import Passage
from actors.services.nlp.support import PARTIAL_AT, check

_DIGITS = 4


def quality(statements: Sequence[Statement], passages: Mapping[str, Passage], *, language: str = "en") -> Quality:
    """The figures of a report, each 0 to 1; all are 0 where there is no statement.

    Precision and recall of citations follow Gao et al. 2023 (ALCE, arXiv:2305.14627), with `check` in place of
    a model:

    - `citation_precision`: of all citations, the share that help. One helps if its passage alone carries the
      sentence at least in part, or if all together do and the coverage falls without it. 0 where nothing is cited.
    - `citation_recall`: of all statements, the share that their citations support.
    - `cited_share`: of all statements, the share with at least one citation.

    A statement is checked again here, whatever support it came with. A citation of a passage that `passages`
    lacks helps nothing; a passage cited twice by one statement counts once.
    """
    if not statements:
        return Quality(citation_precision=0.0, citation_recall=0.0, cited_share=0.0)
    helpful = cited = supported = with_citation = 0
    for statement in statements:
        citations = tuple(dict.fromkeys(statement.citations))
        checked = check(statement, passages, language=language)
        supported += checked.support is Support.SUPPORTED
        with_citation += bool(citations)
        cited += len(citations)
        helpful += sum(_helps(checked, citation, citations, passages, language) for citation in citations)
    return Quality(
        citation_precision=round(helpful / cited, _DIGITS) if cited else 0.0,
        citation_recall=round(supported / len(statements), _DIGITS),
        cited_share=round(with_citation / len(statements), _DIGITS),
    )


def _helps(
    checked: Statement, citation: str, citations: Sequence[str], passages: Mapping[str, Passage], language: str
) -> bool:
    alone = check(checked.model_copy(update={"citations": (citation,)}), passages, language=language)
    if alone.support is not Support.UNSUPPORTED:
        return True
    if (checked.coverage or 0.0) < PARTIAL_AT:
        return False
    others = tuple(each for each in citations if each != citation)
    without = check(checked.model_copy(update={"citations": others}), passages, language=language)
    return (without.coverage or 0.0) < (checked.coverage or 0.0)
