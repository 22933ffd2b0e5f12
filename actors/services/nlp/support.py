"""Checks a sentence against the passages it cites, word by word and without a model: what is not there is named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from actors.domain.analysis import Span, Statement, Support
from actors.domain.documents import Passage
from actors.services.nlp.support_order import foreign_clause, misplaced, paired, turned
from actors.services.nlp.support_polarity import contradicted, denied_otherwise
from actors.services.nlp.support_units import Atom, Found, Unit, found_in, units

SUPPORTED_AT = 0.7
"""Least coverage of a supported sentence."""
PARTIAL_AT = 0.5
"""Least coverage of a partial one."""

_BEFORE, _AFTER = re.compile(r"(?<!\w)(?<!\d[.,])"), re.compile(r"(?!\w)(?![.,]\d)")
_JOIN_GAP = 24


@dataclass(frozen=True, slots=True)
class _Window:
    """One or two neighbouring sentences of a passage; `order` is the passage's place among the cited ones."""

    order: int
    passage: Passage
    sentences: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class _Result:
    support: Support
    coverage: float
    missing: tuple[str, ...]
    evidence: tuple[Span, ...]


def check(statement: Statement, passages: Mapping[str, Passage], *, language: str = "en") -> Statement:
    """The statement with `support`, `coverage`, `missing` and `evidence` as its cited passages bear them out.

    A sentence that stands word for word in a cited passage is supported. Otherwise `coverage` is the weighed
    share of its words, names, numbers and dates that the best two windows hold together, a window being one
    or two neighbouring sentences of one passage; so it never rises when a citation is dropped. From
    `SUPPORTED_AT` on it is supported if every number, name and date stands in some window and where the sentence
    puts it, no "not" or opposite speaks against it and no clause is foreign to the evidence; from `PARTIAL_AT` on
    it is partial. Without citations, or with one that
    `passages` lacks, it is unsupported whatever its coverage.
    """
    cited = [passages[key] for key in dict.fromkeys(statement.citations) if key in passages]
    dangling = len(cited) < len(set(statement.citations))
    exact = _verbatim(statement.sentence.strip(), cited)
    result = _Result(Support.SUPPORTED, 1.0, (), (exact,)) if exact else _weigh(statement.sentence, cited, language)
    return statement.model_copy(
        update={
            "support": Support.UNSUPPORTED if dangling else result.support,
            "coverage": result.coverage,
            "missing": result.missing,
            "evidence": result.evidence,
        }
    )


def _verbatim(sentence: str, cited: Sequence[Passage]) -> Span | None:
    """Where the sentence stands word for word, however its white space runs."""
    words = sentence.split()
    holding = [passage for passage in cited if all(word in passage.text for word in words)] if words else []
    for passage in holding:
        start = passage.text.find(sentence)
        end = start + len(sentence)
        if start < 0 or not (_BEFORE.match(passage.text, start) and _AFTER.match(passage.text, end)):
            match = re.search(_BEFORE.pattern + r"\s+".join(map(re.escape, words)) + _AFTER.pattern, passage.text)
            if match is None:
                continue
            start, end = match.span()
        return Span(passage_id=passage.id, start=passage.start + start, end=passage.start + end)
    return None


def _weigh(sentence: str, cited: Sequence[Passage], language: str) -> _Result:
    wanted = units(sentence, language)
    windows = list(_windows(cited, language))
    if not wanted or not windows:
        return _Result(Support.UNSUPPORTED, 0.0, _written(sentence, wanted), ())
    held = _held(wanted, windows)
    chosen, coverage = _best(wanted, windows, held)
    absent = _absent(wanted, windows, held)
    near = [sentence for window in chosen for sentence in window.sentences]
    against = [unit for unit in wanted if contradicted(unit, near, language)]
    doubtful = bool(against) or any(unit.strict for unit in absent) or denied_otherwise(wanted, absent, near)
    if coverage >= SUPPORTED_AT and not doubtful:
        against, doubtful = _in_other_order(sentence, wanted, chosen, language)
    if coverage < PARTIAL_AT:
        support = Support.UNSUPPORTED
    else:
        support = Support.SUPPORTED if coverage >= SUPPORTED_AT and not doubtful else Support.PARTIAL
    lacking = sorted({*absent, *against}, key=lambda unit: (unit.start, unit.end))
    return _Result(support, coverage, _written(sentence, lacking), tuple(_evidence(wanted, chosen)))


def _in_other_order(
    sentence: str, wanted: Sequence[Unit], chosen: Sequence[_Window], language: str
) -> tuple[list[Unit], bool]:
    """The units that the evidence has in other places, and whether it puts the whole in doubt."""
    atoms = [atom for unit in wanted for atom in unit.atoms]
    near = [(found, window.passage) for window in chosen for found in window.sentences]
    main, passage = max(near, key=lambda one: _held_weight(atoms, one[0]))
    pair = paired(sentence, wanted, passage.text[main.start : main.end], language)
    against = misplaced(pair)
    held = [any(not atom.keys.isdisjoint(found.places) for found, _ in near) for atom in atoms]
    doubtful = turned(pair) or foreign_clause(sentence, wanted, held)
    return against, bool(against) or doubtful


def _written(sentence: str, lacking: Sequence[Unit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence[unit.start : unit.end] for unit in lacking))


def _windows(cited: Sequence[Passage], language: str) -> Iterator[_Window]:
    for order, passage in enumerate(cited):
        found = found_in(passage.text, language)
        if len(found) == 1:
            yield _Window(order, passage, found)
        for pair in pairwise(found):
            yield _Window(order, passage, pair)


def _held(wanted: Sequence[Unit], windows: Sequence[_Window]) -> NDArray[np.int64]:
    """1 where a window (row) holds an atom (column), the atoms of all units in order; else 0."""
    atoms = [atom.keys for unit in wanted for atom in unit.atoms]
    rows: dict[int, list[bool]] = {}
    for window in windows:
        for sentence in window.sentences:
            if id(sentence) not in rows:
                rows[id(sentence)] = [not keys.isdisjoint(sentence.places) for keys in atoms]
    return np.array(
        [np.any([rows[id(sentence)] for sentence in window.sentences], axis=0) for window in windows], dtype=np.int64
    )


def _absent(wanted: Sequence[Unit], windows: Sequence[_Window], held: NDArray[np.int64]) -> list[Unit]:
    """The units that no window holds with all their atoms; of a date, those that none tells whole."""
    absent: list[Unit] = []
    column = 0
    for unit in wanted:
        columns = held[:, column : column + len(unit.atoms)]
        column += len(unit.atoms)
        found = bool(columns.all(axis=1).any())
        if found and unit.whole:
            found = any(not unit.whole.isdisjoint(found.places) for window in windows for found in window.sentences)
        if not found:
            absent.append(unit)
    return absent


def _best(wanted: Sequence[Unit], windows: Sequence[_Window], held: NDArray[np.int64]) -> tuple[list[_Window], float]:
    """The one or two windows that hold most of the sentence, and the share they hold."""
    weights = np.array([atom.weight for unit in wanted for atom in unit.atoms], dtype=np.int64)
    single = held @ weights
    both = single[:, None] + single[None, :] - (held * weights) @ held.T
    preference = 2 * both + np.eye(len(windows), dtype=np.int64)
    first, second = divmod(int(preference.argmax()), len(windows))
    chosen = [windows[first]] if first == second else [windows[first], windows[second]]
    return chosen, round(float(both[first, second]) / float(weights.sum()), 4)


def _evidence(wanted: Sequence[Unit], chosen: Sequence[_Window]) -> list[Span]:
    """For each sentence that adds something, the stretch from the first to the last thing found in it."""
    open_atoms = [atom for unit in wanted for atom in unit.atoms]
    spans: dict[tuple[int, int], tuple[int, Passage]] = {}
    for window in chosen:
        for sentence in sorted(window.sentences, key=lambda found: -_held_weight(open_atoms, found)):
            held = [atom for atom in open_atoms if not atom.keys.isdisjoint(sentence.places)]
            places = [min(sentence.places[key] for key in atom.keys if key in sentence.places) for atom in held]
            if places:
                start, end = min(place[0] for place in places), max(place[1] for place in places)
                spans[window.order, start] = (end, window.passage)
            open_atoms = [atom for atom in open_atoms if atom not in held]
    return _merged(spans)


def _held_weight(atoms: Sequence[Atom], sentence: Found) -> int:
    return sum(atom.weight for atom in atoms if not atom.keys.isdisjoint(sentence.places))


def _merged(spans: Mapping[tuple[int, int], tuple[int, Passage]]) -> list[Span]:
    """Spans in order of citation and place, those of one passage that nearly touch made one."""
    merged: list[Span] = []
    for (_, start), (end, passage) in sorted(spans.items(), key=lambda item: item[0]):
        last = merged[-1] if merged else None
        begin, stop = passage.start + start, passage.start + end
        if last and last.passage_id == passage.id and begin - last.end <= _JOIN_GAP:
            merged[-1] = Span(passage_id=passage.id, start=last.start, end=max(last.end, stop))
        else:
            merged.append(Span(passage_id=passage.id, start=begin, end=stop))
    return merged
