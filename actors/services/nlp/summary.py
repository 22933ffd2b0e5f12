"""Which sentences tell the most: what is central, early and to the point, said once, and understood on its own."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from actors.domain.documents import Sentence
from actors.services.nlp.asked import asked, fit, of_the_named
from actors.services.nlp.tfidf import Floats, Weighted, coverage, weigh, weighed_by_source
from actors.services.nlp.words import content_words, tokens

_NOVELTY = 0.4
_TOO_ALIKE = 0.75
_POSITION, _FIRST_SENTENCES = 2.0, 3
_OPENING, _OPENING_SENTENCES = 0.3, 2
_QUERY, _QUERY_AROUND, _MEANING, _ANSWER = 6.0, 3.0, 4.0, 0.35
_BEST_FEW = 5
_SHORT, _RATHER_SHORT, _TOO_LONG = 8, 14, 60
_LEANING = re.compile(
    r"^[\"'“‘(]*(?:he|she|it|they|we|i|you|his|her|hers|its|their|our|my|this|that|these|those|such|there|here|however|but|and|"
    r"so|or|yet|nor|also|then|thus|hence|therefore|moreover|furthermore|meanwhile|nevertheless|nonetheless|instead|"
    r"otherwise|consequently|besides|additionally|indeed|still|another|both|one of these|for example|for instance|"
    r"as a result|in addition|in contrast|on the other hand|at the same time|what|why|how|yes|no|well|er|sie|es|"
    r"dies\w*|aber|und|jedoch|doch|dabei|dort|il|elle|ils|elles|ce|cette|ces|mais|cependant|pero|sin embargo|este|"
    r"esta|ma|però|questo|questa|mas|isso|este|maar|deze|dit)\b",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"^[\"“„«]|[\"”]$")
_FIRST_PERSON = re.compile(r"\b(?:I|we|me|us|my|our|you|your)\b")


def rank_sentences(
    sentences: Sequence[Sentence], *, query: str, language: str, likeness: NDArray[np.float32] | None = None
) -> list[tuple[Sentence, float]]:
    """Every sentence with its score, best first; equal ones as they came.

    The score joins likeness to all sentences, position within the source, relevance to `query` (may be empty) and
    a penalty for sentences that lean on the ones around them, ask, or are very short or long. `likeness`: the dot
    product of each sentence's unit vector and the query's, if there are vectors.
    """
    if not sentences:
        return []
    weighted = weigh([sentence.text for sentence in sentences], language=language)
    scores = _scores(sentences, weighted, query, language, likeness)
    order = np.argsort(-scores, kind="stable")
    return [(sentences[row], float(scores[row])) for row in order]


def summarise(
    sentences: Sequence[Sentence],
    *,
    query: str,
    language: str,
    limit: int = 6,
    per_source: int = 2,
    likeness: NDArray[np.float32] | None = None,
) -> list[Sentence]:
    """At most `limit` sentences that tell the most together, at most `per_source` of each source.

    With a query the best answer comes first and sentences that have nothing to do with it are left out, as are
    sources without what it names; sentences of one source keep their order among themselves. `per_source` does not
    bind where there is one source only.
    """
    if not sentences:
        return []
    weighted = weigh([sentence.text for sentence in sentences], language=language)
    scores = _scores(sentences, weighted, query, language, likeness)
    words = content_words(query, language=language)
    told = of_the_named(query, sentences, language=language)
    relevant = coverage(weighed_by_source(weighted, [sentence.source_id for sentence in sentences]), words) * told
    if words and relevant.max() > 0:
        scores = np.where(told & (relevant >= min(0.25, float(relevant.max()) / 2)), scores, 0.0)
    if len({sentence.source_id for sentence, one in zip(sentences, told, strict=True) if one}) == 1:
        per_source = limit
    chosen = _diverse(sentences, weighted, scores, limit, per_source)
    return _in_reading_order([sentences[row] for row in chosen], fixed=1 if words else 0)


def _scores(
    sentences: Sequence[Sentence],
    weighted: Weighted,
    query: str,
    language: str,
    likeness: NDArray[np.float32] | None,
) -> Floats:
    own = _central(sentences, weighted) * (1 + _POSITION * _earliness(sentences)) + _opening_words(sentences, weighted)
    words = content_words(query, language=language)
    if words:
        held = coverage(weighed_by_source(weighted, [sentence.source_id for sentence in sentences]), words)
        kinds = asked(query)
        answers = np.array([fit(sentence.text, kinds) for sentence in sentences])
        meant = np.zeros(len(sentences)) if likeness is None else np.clip(likeness, 0, 1)
        own = (
            own + (_QUERY * held + _MEANING * meant) * (1 + _ANSWER * answers) + _QUERY_AROUND * around(sentences, held)
        )
    whole = np.array([stands_alone(sentence.text) for sentence in sentences])
    return np.asarray(own * whole, dtype=np.float64)


def _central(sentences: Sequence[Sentence], weighted: Weighted) -> Floats:
    """0 to 1: how like a sentence is to the middle of all, and how many of the words that come again it holds."""
    middle = np.asarray(weighted.rows.mean(axis=0)).ravel()
    present = weighted.rows.astype(bool).astype(np.float64)
    shared = np.asarray(present.sum(axis=0)).ravel()
    lengths = np.array([max(len(tokens(sentence.text)), 1) for sentence in sentences])
    rich = (present @ np.where(shared > 1, np.log1p(shared), 0.0)) / np.sqrt(lengths)
    return (_to_unit(np.asarray(weighted.rows @ middle).ravel()) + _to_unit(np.asarray(rich).ravel())) / 2


def _opening_words(sentences: Sequence[Sentence], weighted: Weighted) -> Floats:
    """The share of the words of its source's first sentences that each holds, weighted."""
    present = weighted.rows.astype(bool).astype(np.float64)
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row in sorted(range(len(sentences)), key=lambda row: sentences[row].start):
        rows[sentences[row].source_id].append(row)
    found = np.zeros(len(sentences))
    for own in rows.values():
        opening = np.asarray(present[own[:_OPENING_SENTENCES]].max(axis=0).todense()).ravel()
        found[own] = np.asarray(present[own] @ opening).ravel() / max(float(opening.sum()), 1.0)
    return _OPENING * found


def _to_unit(values: Floats) -> Floats:
    most = float(values.max())
    return values / most if most > 0 else values


def _earliness(sentences: Sequence[Sentence]) -> Floats:
    """From 1 for a source's first sentence downwards."""
    counts: Counter[str] = Counter()
    found = np.zeros(len(sentences))
    for row in sorted(range(len(sentences)), key=lambda row: sentences[row].start):
        source = sentences[row].source_id
        found[row] = 1 / (1 + counts[source] / _FIRST_SENTENCES)
        counts[source] += 1
    return found


def around(sentences: Sequence[Sentence], held: Floats) -> Floats:
    """The relevance of the neighbourhood: the best of the passage, and the best few of the source, half each."""
    by_passage: defaultdict[str, float] = defaultdict(float)
    by_source: defaultdict[str, list[float]] = defaultdict(list)
    for sentence, value in zip(sentences, held, strict=True):
        by_passage[sentence.passage_id] = max(by_passage[sentence.passage_id], float(value))
        by_source[sentence.source_id].append(float(value))
    sources = {source: sum(sorted(values)[-_BEST_FEW:]) / _BEST_FEW for source, values in by_source.items()}
    return np.array([by_passage[one.passage_id] + sources[one.source_id] for one in sentences]) / 2


def stands_alone(text: str) -> float:
    """From 1 down: how well a sentence is understood without the ones around it."""
    words = len(tokens(text))
    value = 1.0
    if _LEANING.match(text):
        value *= 0.8
    if text.rstrip("\"'”’»)").endswith(("?", ":", "…", "?!")):
        value *= 0.3
    if _QUOTE.search(text):
        value *= 0.7
    if _FIRST_PERSON.search(text):
        value *= 0.75
    if words < _SHORT:
        value *= 0.5
    elif words < _RATHER_SHORT:
        value *= 0.75
    elif words > _TOO_LONG:
        value *= 0.7
    return value


def _diverse(
    sentences: Sequence[Sentence], weighted: Weighted, scores: Floats, limit: int, per_source: int
) -> list[int]:
    """Rows by maximal marginal relevance (Carbonell and Goldstein, 1998)."""
    chosen: list[int] = []
    alike = np.zeros(len(sentences))
    full: Counter[str] = Counter()
    open_rows = scores > 0
    while len(chosen) < limit and open_rows.any():
        gain = np.where(open_rows, scores * (1 - _NOVELTY * alike), -np.inf)
        best = int(np.argmax(gain))
        chosen.append(best)
        source = sentences[best].source_id
        full[source] += 1
        alike = np.maximum(alike, np.asarray((weighted.rows @ weighted.rows[best].T).todense()).ravel())
        open_rows &= alike < _TOO_ALIKE
        if full[source] >= per_source:
            open_rows &= np.array([sentence.source_id != source for sentence in sentences])
    return chosen


def _in_reading_order(chosen: list[Sentence], *, fixed: int) -> list[Sentence]:
    """After the first `fixed`, a source's sentences in the order they stand there, in the places that it has."""
    by_source: defaultdict[str, list[Sentence]] = defaultdict(list)
    for sentence in sorted(chosen[fixed:], key=lambda sentence: sentence.start):
        by_source[sentence.source_id].append(sentence)
    return [*chosen[:fixed], *(by_source[sentence.source_id].pop(0) for sentence in chosen[fixed:])]
