"""How a result is held against its gold: each score is one function, from 0 to 1, and says what it counts."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from actors.services.nlp.entities import Mention
from actors.services.nlp.words import content_words, normalise_name
from benchmarks.quality_gold import GoldEntity

_TOKEN = re.compile(r"\w+")
_NAMES = re.compile(r"\s*(?:[,;&]|\band\b)\s*")
_OTHERS = re.compile(r"\band others\b.*|\(see .*?\)")
_PRONOUN_LENGTH = 3
_REPEATED = 2
_FITS: dict[str, Collection[str]] = {"group": ("person", "organization")}


@dataclass(frozen=True, slots=True)
class Counts:
    """Right, wrong and missed; they add up over pages."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where there is nothing."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 0.0


def bag(found: Iterable[str], gold: Iterable[str]) -> Counts:
    """Two bags of things held against each other, repetitions counted."""
    have, want = Counter(found), Counter(gold)
    right = (have & want).total()
    return Counts(right, have.total() - right, want.total() - right)


def words(text: str) -> list[str]:
    """The lower-cased words of `text`."""
    return _TOKEN.findall(text.lower())


def rouge_1(summary: str, references: Sequence[str]) -> float:
    """ROUGE-1 F of the best of the references, without stemming (Lin, 2004)."""
    return max((bag(words(summary), words(reference)).f1 for reference in references), default=0.0)


def same_title(found: str, gold: str) -> bool:
    """Whether two titles have the same words."""
    return words(found) == words(gold)


def names(authors: str) -> set[str]:
    """The normalised names in a list of authors."""
    return {normalise_name(name) for name in _NAMES.split(_OTHERS.sub("", authors)) if name.strip()}


def same_authors(found: str | None, gold: str) -> bool:
    """Whether at least half of the gold's names are found, and no more names that are not among them than that."""
    have, want = names(found or ""), names(gold)
    right = len(have & want)
    return right > 0 and 2 * right >= len(want) and 2 * right >= len(have)


def date_form(gold: str) -> str:
    """A gold date as we write it: an approximate decade or century is its first year, an hour is left out."""
    date = gold.removesuffix("..").split("T")[0]
    return date[:-6] if date.endswith("0-01-01") and gold.endswith("..") else date


def entities(found: Iterable[Mention], gold: Sequence[GoldEntity]) -> tuple[Counts, Counts]:
    """Of the linked entities: those named by a mention found, and those whose mention also has the right type.

    A mention names an entity where its normalised name is that of one of the entity's own mentions, or at least half
    of the words of one that holds it. A group may be a person (a people) or an organization in the gold.
    """
    types: dict[str, set[str]] = {}
    for mention in found:
        types.setdefault(normalise_name(mention.text), set()).update(_FITS.get(mention.type, (mention.type,)))
    named = typed = linked = 0
    for entity in gold:
        if entity.linked:
            kinds = _kinds(entity, types)
            linked += 1
            named += kinds is not None
            typed += kinds is not None and entity.type in kinds
    return Counts(named, 0, linked - named), Counts(typed, 0, linked - typed)


def _kinds(entity: GoldEntity, types: dict[str, set[str]]) -> set[str] | None:
    mentions = [normalise_name(mention) for mention in entity.mentions]
    exact = [types[mention] for mention in mentions if mention in types]
    within = [kinds for name, kinds in types.items() if any(_is_most_of(name, mention) for mention in mentions)]
    best = exact or within
    return set().union(*best) if best else None


def _is_most_of(name: str, mention: str) -> bool:
    part, whole = name.split(), mention.split()
    return len(part) * 2 >= len(whole) > len(part) > 0 and f" {name} " in f" {mention} "


def phrases(found: Sequence[str], gold: Sequence[GoldEntity]) -> float:
    """Precision: a phrase is right where it has the content words of a mention of an entity that matters.

    An entity matters where it is linked or mentioned twice at least; pronouns are no mentions. Word order and
    inflection do not count.
    """
    wanted = {
        frozenset(content_words(mention, language="en"))
        for entity in gold
        if entity.linked or len(entity.mentions) >= _REPEATED
        for mention in entity.mentions
    }
    right = sum(frozenset(content_words(phrase, language="en")) in wanted - {frozenset()} for phrase in found)
    return right / len(found) if found else 0.0
