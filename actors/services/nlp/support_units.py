"""Takes a sentence apart into what must be found in a source, and a passage into what can be found there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from actors.services.nlp.dates import DateMention
from actors.services.nlp.sentences import sentence_spans
from actors.services.nlp.support_tokens import Figure, Token, date_offers, dates, figures, tokens

Kind = Literal["word", "name", "number", "date"]

WEIGHTS: dict[Kind, int] = {"word": 10, "name": 17, "number": 22, "date": 22}
"""What one atom counts; those of words and names are also weighed by their length, as longer ones tell more."""

_FULL_LENGTH, _MEAN_LENGTH = 7, 6
_HONORIFICS = "Mr Mrs Ms Dr Prof Professor Sir Lady Lord President Minister Senator King Queen Prince Princess Pope St"
_TITLES = frozenset(_HONORIFICS.split())
_COMMON_ENDINGS = ("s", "ing", "ed", "ly", "ion", "ment", "ness", "ity", "ance", "ence", "ive", "al")
CAPITAL_NOUNS = frozenset({"de", "lb"})
_HEADLINE_SHARE, _HEADLINE_SHARE_OF_ALL, _HEADLINE_WORDS = 0.7, 0.62, 5
_NAME_JOINTS = frozenset({"", " ", "-", "’", "'", "\u00a0"})
_INITIALS_JOINTS = frozenset({"of", "the", "for", "and", "on", "in"})


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing to find: any of `keys` will do. `weight` is its part of the sentence."""

    keys: frozenset[str]
    weight: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, name, number or date at `[start:end]` of the sentence, of atoms that must stand near each other.

    A date is found only by one of its keys in `whole`, not by a month here and a year there. A `strict` unit
    must be found for the sentence to be supported; `negated` tells of a "not" before it, and `polar` are the keys
    under which a source's polarity tells of it too.
    """

    kind: Kind
    start: int
    end: int
    atoms: tuple[Atom, ...]
    strict: bool = False
    negated: bool = False
    whole: frozenset[str] = frozenset()
    polar: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One atom of a unit, a date as one, at `[start:end]`; two items are the same where their `keys` meet."""

    unit: Unit
    keys: frozenset[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a sentence at `[start:end]` of a passage holds: where each key stands first, and words by polarity.

    Offsets are into the passage.
    """

    start: int
    end: int
    places: dict[str, tuple[int, int]]
    negated: frozenset[str]
    affirmed: frozenset[str]


@lru_cache(maxsize=4_096)
def units(sentence: str, language: str) -> tuple[Unit, ...]:
    """Everything in `sentence` that a source must hold, in order; one checked against many passages is read once."""
    words = tokens(sentence, language=language)
    numbers = figures(sentence, language=language)
    mentioned = [_date(date, asked, words, numbers) for date, asked in dates(sentence)]
    fixed = mentioned + [_number(figure) for figure in numbers if not _inside(figure, mentioned)]
    rest = [word for word in words if not _inside(word, fixed)]
    named = _names(sentence, rest, language)
    polar = [_with_polarity(unit, words) for unit in fixed]
    return tuple(sorted((*polar, *named), key=lambda unit: (unit.start, unit.end)))


def _with_polarity(unit: Unit, words: Sequence[Token]) -> Unit:
    """The number or date with what "not" says of the words it is written in."""
    inside = [word for word in words if unit.start <= word.start < unit.end]
    return replace(unit, negated=any(word.negated for word in inside), polar=frozenset(word.key for word in inside))


def _date(date: DateMention, asked: frozenset[str], words: Sequence[Token], numbers: Sequence[Figure]) -> Unit:
    """A date, its parts as atoms: what has the month but not the day holds something of it."""
    inside = [word for word in words if date.start <= word.start < date.end and word.text.isalpha()]
    atoms = [Atom(asked | {word.key}, _weight("name", word)) for word in inside]
    atoms += [Atom(asked | each.asks, WEIGHTS["date"]) for each in numbers if date.start <= each.start < date.end]
    return Unit("date", date.start, date.end, tuple(atoms) or (Atom(asked, WEIGHTS["date"]),), strict=True, whole=asked)


def _inside(item: Token | Figure, taken: Sequence[Unit]) -> bool:
    return any(unit.start <= item.start < unit.end for unit in taken)


def _number(figure: Figure) -> Unit:
    return Unit("number", figure.start, figure.end, (Atom(figure.asks, WEIGHTS["number"]),), strict=True)


def _names(sentence: str, words: Sequence[Token], language: str) -> Iterator[Unit]:
    """Runs of capitalised words as names, the other words one by one."""
    headline = _is_headline(sentence, words)
    run: list[Token] = []
    for word in words:
        if run and not (word.capital and sentence[run[-1].end : word.start] in _NAME_JOINTS):
            yield from _name(sentence, run, language, headline=headline)
            run = []
        if word.text.isdigit():
            yield Unit("number", word.start, word.end, (Atom(frozenset({word.key}), WEIGHTS["number"]),), strict=True)
        elif word.capital or any(character.isdigit() for character in word.text):
            run.append(word)
        else:
            yield _word(word)
    if run:
        yield from _name(sentence, run, language, headline=headline)


def _is_headline(sentence: str, words: Sequence[Token]) -> bool:
    """Whether capitals tell nothing: nearly all content words and most words have one, and no full stop ends them."""
    if sentence.rstrip().endswith("."):
        return False
    capitals = sum(word.capital for word in words)
    alphabetic = sum(word[:1].isalpha() for word in sentence.split())
    most = capitals > _HEADLINE_SHARE * len(words) and capitals > _HEADLINE_SHARE_OF_ALL * alphabetic
    return most and len(words) >= _HEADLINE_WORDS


def _name(sentence: str, run: Sequence[Token], language: str, *, headline: bool) -> Iterator[Unit]:
    """One name, without the titles before it; where capitals tell nothing, single words."""
    while len(run) > 1 and run[0].text in _TITLES:
        yield _word(run[0])
        run = run[1:]
    first = sentence[: run[0].start].strip(" \"'“‘«„(") == ""
    alone = len(run) == 1 and run[0].text.isalpha() and not run[0].acronym
    common = alone and first and run[0].text.endswith(_COMMON_ENDINGS)
    if common or (alone and (headline or language in CAPITAL_NOUNS or run[0].text in _TITLES)):
        yield from map(_word, run)
        return
    initials = _acronym_key("".join(word.text[0] for word in run))
    shared = {initials} if len(run) > 1 else set()
    atoms = tuple(Atom(frozenset(_token_keys(word)) | shared, _weight("name", word)) for word in run)
    negated = any(word.negated for word in run)
    yield Unit("name", run[0].start, run[-1].end, atoms, strict=not headline, negated=negated)


def _word(word: Token) -> Unit:
    atom = Atom(frozenset({word.key}), _weight("word", word))
    return Unit("word", word.start, word.end, (atom,), negated=word.negated)


def _weight(kind: Kind, word: Token) -> int:
    return round(WEIGHTS[kind] * min(len(word.text), _FULL_LENGTH) / _MEAN_LENGTH)


def _token_keys(word: Token) -> Iterator[str]:
    yield word.key
    if word.acronym:
        yield _acronym_key(word.text)


def _acronym_key(letters: str) -> str:
    return f"a:{letters.upper()}"


@lru_cache(maxsize=8_192)
def found_in(text: str, language: str) -> tuple[Found, ...]:
    """What each sentence of a passage holds, in order; the same passage is read once."""
    return tuple(_found(text[start:end], start, language) for start, end in sentence_spans(text))


def _found(sentence: str, offset: int, language: str) -> Found:
    words = tokens(sentence, language=language)
    places: dict[str, tuple[int, int]] = {}
    for key, start, end in _offers(sentence, words, language):
        places.setdefault(key, (offset + start, offset + end))
    negated = frozenset(word.key for word in words if word.negated)
    affirmed = frozenset(word.key for word in words if not word.negated)
    return Found(offset, offset + len(sentence), places, negated, affirmed)


def _offers(sentence: str, words: Sequence[Token], language: str) -> Iterator[tuple[str, int, int]]:
    for word in words:
        for key in _token_keys(word):
            yield key, word.start, word.end
    for run in _capital_runs(sentence, words):
        yield _acronym_key("".join(word.text[0] for word in run)), run[0].start, run[-1].end
    yield from _figure_offers(sentence, language)


def _figure_offers(sentence: str, language: str) -> Iterator[tuple[str, int, int]]:
    for figure in figures(sentence, language=language):
        for key in sorted(figure.offers):
            yield key, figure.start, figure.end
    for date, _ in dates(sentence):
        for key in date_offers(date):
            yield key, date.start, date.end


def _capital_runs(sentence: str, words: Sequence[Token]) -> Iterator[list[Token]]:
    """Names of several words, small words within them allowed, as initials come from "Bank of New York" too."""
    run: list[Token] = []
    for word in words:
        joint = sentence[run[-1].end : word.start] if run else ""
        if run and not (word.capital and (joint in _NAME_JOINTS or joint.strip() in _INITIALS_JOINTS)):
            if len(run) > 1:
                yield run
            run = []
        if word.capital:
            run.append(word)
    if len(run) > 1:
        yield run


def items_of(wanted: Sequence[Unit]) -> list[Item]:
    """The atoms of the units in order, a date as one."""
    found: list[Item] = []
    for unit in wanted:
        if unit.kind == "date" or len(unit.atoms) == 1:
            keys = frozenset[str]().union(*(atom.keys for atom in unit.atoms))
            found.append(Item(unit, keys, unit.start, unit.end))
        else:
            found += [Item(unit, atom.keys, unit.start, unit.end) for atom in unit.atoms]
    return found


@lru_cache(maxsize=1_024)
def items(sentence: str, language: str) -> tuple[Item, ...]:
    """The items of a source's sentence, each with everything it offers."""
    offers = list(_figure_offers(sentence, language))
    return tuple(
        replace(item, keys=item.keys.union(key for key, start, end in offers if start < item.end and item.start < end))
        if item.unit.kind in ("number", "date")
        else item
        for item in items_of(units(sentence, language))
    )
