"""Tells whether a source denies what a sentence affirms, or says the opposite of one of its words."""

from collections.abc import Sequence
from functools import cache

from actors.services.nlp.support_tokens import tokens
from actors.services.nlp.support_units import Found, Unit

_UP = "increase rise rose risen raise grow grew grown gain climb expand strengthen improve"
_DOWN = "decrease fall fell fallen drop decline shrink shrank shrunk reduce lose lost weaken worsen"
_OPPOSITES = (
    (_UP, _DOWN),
    ("higher highest largest biggest most best", "lower lowest smallest least worst"),
    ("win won victory", "lose lost defeat"),
    ("accept approve support favour favor allow permit legalise legalize", "reject oppose refuse ban prohibit forbid"),
    ("start begin began open launch join enter", "end stop finish close leave left quit"),
)


def contradicted(unit: Unit, near: Sequence[Found], language: str) -> bool:
    """Whether the evidence has the unit only under the other polarity, or has its opposite in its place."""
    keys = unit.polar.union(*(atom.keys for atom in unit.atoms))
    denied = any(keys & sentence.negated for sentence in near)
    affirmed = any(keys & sentence.affirmed for sentence in near)
    if denied or affirmed or unit.negated:
        return not denied if unit.negated else not affirmed
    opposites = _opposites(language)
    return any(
        key in sentence.places for own in keys if own in opposites for key in opposites[own] for sentence in near
    )


def denied_otherwise(wanted: Sequence[Unit], absent: Sequence[Unit], near: Sequence[Found]) -> bool:
    """Whether the main evidence denies something in a word of its own while the sentence, which lacks one, affirms.

    So "refused to pay" does not carry "paid", whose stem is another.
    """
    if any(unit.negated for unit in wanted) or all(unit.kind != "word" for unit in absent):
        return False
    keys = frozenset[str]().union(*(atom.keys for unit in wanted for atom in unit.atoms))
    main = max(near, key=lambda sentence: len(keys & sentence.places.keys()))
    return bool(main.negated - keys)


@cache
def _opposites(language: str) -> dict[str, frozenset[str]]:
    """For the key of each word with opposites, theirs; English only."""
    if language != "en":
        return {}
    table: dict[str, frozenset[str]] = {}
    for pair in _OPPOSITES:
        one, other = (frozenset(token.key for token in tokens(side, language=language)) for side in pair)
        for side, against in ((one, other), (other, one)):
            for key in side:
                table[key] = table.get(key, frozenset()) | against
    return table
