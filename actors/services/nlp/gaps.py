"""What a further round of search should ask: what is not answered yet, in other words, and what sources contradict."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from actors.domain.analysis import Agreement, Entity, EntityType, Statement, Support
from actors.services.nlp.asked import Kind, asked
from actors.services.nlp.language import detect_language
from actors.services.nlp.questions import subject_of
from actors.services.nlp.words import content_words, token_spans

_HINTS: dict[Kind, str] = {
    "who": "people",
    "when": "date",
    "where": "place",
    "why": "reasons",
    "how many": "number",
}
_FITTING: dict[Kind, frozenset[EntityType]] = {
    "who": frozenset({"person", "organization", "group"}),
    "where": frozenset({"place"}),
}
_MOST_CHARACTERS = 2_000
_MOST_WORDS = 12
_MOST_VALUES = 3
_TRIED = 6


def open_questions(
    questions: Sequence[str],
    findings: Sequence[Statement],
    agreement: Sequence[Agreement],
    asked_before: Collection[str],
    *,
    query: str,
    entities: Sequence[Entity] = (),
    phrases: Sequence[tuple[str, float]] = (),
    limit: int = 4,
) -> tuple[str, ...]:
    """At most `limit` new questions; none when everything is answered and no two sources disagree.

    Unanswered questions and contradictions take turns, in the order given. The same input gives the same output.

    Args:
        questions: those of the plan; one is answered when a supported statement bears it as its `question`.
        findings: the verified statements of all rounds, those of the summary too, which answer the query itself.
        agreement: what sources agree and disagree on; a disagreement is asked about with its values.
        asked_before: everything searched for so far; nothing with the same content words is asked again.
        query: what the research is about.
        entities: those found, best first; they and the phrases give the words to ask again with.
        phrases: the key phrases found, with their weights, best first.
        limit: the most questions of one round.
    """
    language = detect_language(query) or "en"
    answered = {_plain(each.question) for each in findings if each.support is Support.SUPPORTED}
    unanswered = [question for question in dict.fromkeys(questions) if _plain(question) not in answered]
    senses = {_sense(question, language) for question in (*asked_before, *questions)}
    turns = zip_longest(
        (list(_reworded(question, query, entities, phrases, language)) for question in unanswered),
        (list(_contradiction(row)) for row in agreement if row.verdict == "disagree"),
        fillvalue=(),
    )
    kept: list[str] = []
    for wordings in chain.from_iterable(turns):
        new = next((each for each in wordings if _sense(each, language) not in senses | {frozenset()}), None)
        if new is not None and len(kept) < limit:
            senses.add(_sense(new, language))
            kept.append(new)
    return tuple(kept)


def _plain(question: str) -> str:
    return " ".join(question.casefold().split())


def _sense(question: str, language: str) -> frozenset[str]:
    return frozenset(content_words(question[:_MOST_CHARACTERS], language=language))


def _reworded(
    question: str,
    query: str,
    entities: Sequence[Entity],
    phrases: Sequence[tuple[str, float]],
    language: str,
) -> Iterator[str]:
    """Ways to ask again: with something found that fits the answer, then in key words alone, then more broadly."""
    kinds = asked(question)
    hints = [_HINTS[kind] for kind in kinds] if language == "en" else []
    terms = _key_terms((query, question, *hints), language)
    told = _sense(terms, language)
    found = [each for each in _fitting(kinds, entities, phrases) if not _sense(each, language) & told]
    for addition in found[:_TRIED]:
        yield f"{terms} {addition}"
    yield terms
    yield " ".join((subject_of(query), *hints)).strip()


def _key_terms(texts: Iterable[str], language: str) -> str:
    """The first content words of the texts as written, none twice and none that only asks."""
    seen: set[str] = set()
    kept: list[str] = []
    for text in texts:
        shortened = text[:_MOST_CHARACTERS]
        for start, end in token_spans(shortened):
            word = shortened[start:end]
            keys = () if asked(word) else content_words(word, language=language)
            if keys and not seen.issuperset(keys) and len(kept) < _MOST_WORDS:
                seen.update(keys)
                kept.append(word)
    return " ".join(kept)


def _fitting(kinds: Sequence[Kind], entities: Sequence[Entity], phrases: Sequence[tuple[str, float]]) -> Iterator[str]:
    """Entities of a type that the question wants, then phrases and other entities in turn, best first."""
    wanted = frozenset[EntityType]().union(*(_FITTING.get(kind, ()) for kind in kinds))
    names = [entity.name for entity in entities if entity.type in wanted]
    others = [entity.name for entity in entities if entity.type not in wanted]
    mixed = chain.from_iterable(zip_longest((phrase for phrase, _ in phrases), others))
    return (each for each in dict.fromkeys((*names, *mixed)) if each)


def _contradiction(row: Agreement) -> Iterator[str]:
    """What is compared, with the values told of it."""
    values = list(dict.fromkeys(" ".join(claim.value.split()) for claim in row.claims))[:_MOST_VALUES]
    if len(values) > 1:
        yield f"{row.about} {_alternatives(values)}".strip()


def _alternatives(values: Sequence[str]) -> str:
    """The values with "or" between them, the words that all end with told once."""
    split = [value.split() for value in values]
    common = 0
    while all(len(words) > common + 1 and words[-common - 1] == split[0][-common - 1] for words in split):
        common += 1
    shortened = [" ".join(words[: len(words) - common]) for words in split[:-1]]
    return f"{', '.join(shortened)} or {values[-1]}"
