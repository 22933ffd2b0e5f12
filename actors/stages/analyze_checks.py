"""What a model's answers are worth: statements, names and dates are kept as far as their passages bear them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actors.domain.analysis import Statement, Support, Topic
from actors.domain.documents import Passage
from actors.services.llm.tasks import outlook
from actors.services.llm.tasks.findings import MOST_CITATIONS
from actors.services.nlp.support import check
from actors.services.nlp.words import content_words

_TOO_ALIKE = 0.85
_RANK = {Support.SUPPORTED: 2, Support.PARTIAL: 1, Support.UNSUPPORTED: 0, None: 0}


@dataclass(frozen=True, slots=True)
class Held:
    """Statements, not yet marked as checked, and those among them that their passages carry at least in part."""

    statements: tuple[Statement, ...]
    holding: tuple[Statement, ...]


def hold(told: Sequence[tuple[Statement, Sequence[str]]], passages: Mapping[str, Passage], language: str) -> Held:
    """The statements without repetitions, cited by the passages that carry them among those the model was given.

    A model often finds the right sentence and the wrong number: where the cited passages do not carry a statement,
    the others of its prompt are tried. Citations that do not help are left out.
    """
    kept: list[Statement] = []
    holding: list[Statement] = []
    senses: list[frozenset[str]] = []
    for statement, given in told:
        sense = frozenset(content_words(statement.sentence, language=language))
        if not sense or any(_same(sense, other) for other in senses):
            continue
        senses.append(sense)
        support, mended = _mended(statement, given, passages, language)
        kept.append(mended)
        if support is not Support.UNSUPPORTED:
            holding.append(mended)
    return Held(tuple(kept), tuple(holding))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _TOO_ALIKE * max(len(one), len(other))


def _mended(
    statement: Statement, given: Sequence[str], passages: Mapping[str, Passage], language: str
) -> tuple[Support, Statement]:
    """How the statement is supported, and itself with the citations that do it best."""
    checked = check(statement, passages, language=language)
    if checked.support is not Support.SUPPORTED and given:
        wide = check(statement.model_copy(update={"citations": tuple(given)}), passages, language=language)
        if _RANK[wide.support] > _RANK[checked.support] and wide.evidence:
            found = tuple(dict.fromkeys(span.passage_id for span in wide.evidence))[:MOST_CITATIONS]
            again = check(statement.model_copy(update={"citations": found}), passages, language=language)
            checked = again if _RANK[again.support] > _RANK[checked.support] else checked
    citations = _helping(checked, passages, language)
    return checked.support or Support.UNSUPPORTED, statement.model_copy(update={"citations": citations})


def _helping(checked: Statement, passages: Mapping[str, Passage], language: str) -> tuple[str, ...]:
    """The citations that evidence was found in, and others that carry the sentence alone."""
    telling = {span.passage_id for span in checked.evidence}
    if checked.support is Support.UNSUPPORTED or not telling:
        return checked.citations
    return tuple(
        citation
        for citation in checked.citations
        if citation in telling
        or check(checked.model_copy(update={"citations": (citation,)}), passages, language=language).support
        is Support.SUPPORTED
    )


def conclude(
    summary: Sequence[Statement],
    findings: Sequence[Statement],
    answer: outlook.OutlookAnswer | None,
    query: str,
    phrases: Sequence[str],
    cited: Mapping[str, Passage],
    material: Sequence[Passage],
    language: str,
) -> tuple[Held, tuple[Topic, ...], tuple[str, ...]]:
    """The second wave's answers: the summary held against the passages its findings cite, topics, related questions."""
    given = tuple(dict.fromkeys(citation for finding in findings for citation in finding.citations))
    held = hold([(statement, given) for statement in summary], cited, language)
    if answer is None:
        return held, (), ()
    known = [*phrases, *(finding.sentence for finding in findings)]
    return held, outlook.topics(answer, material, language), outlook.related(answer, query, known, language)
