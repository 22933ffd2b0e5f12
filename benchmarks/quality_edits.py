"""Sentences of real pages, each changed in one thing: the verifier should no longer carry those that became untrue."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from actors.domain.documents import Passage
from actors.services.nlp.prose import is_prose
from actors.services.nlp.sentences import passage_sentences, split_passages

_NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w-]|[.,]\d)")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NAME = re.compile(rf"(?<=[a-z,] )(?!(?:{_MONTHS})\b)[A-Z][a-z]{{2,}}(?: [A-Z][a-z]{{2,}}){{0,2}}\b")
_VERB = re.compile(r" [a-z]{4,} ")
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|had|can|could|will|would|should|did|does|may|must)\b(?! not\b)")
_DENIAL = re.compile(r"\b(is|are|was|were|has|have|had|can|could|will|would|should|did|does|may|must) not\b")
_UNIT = re.compile(
    r"(?<=\d )(?:percent|per cent|million|billion|kilometers|kilometres|miles|meters|metres|years|days|hours|minutes"
    r"|months|weeks|tonnes|tons|kilograms|kg|km|dollars|euros|degrees)\b"
)
_OTHER_UNITS = ("tonnes", "hours", "miles")
_OPENING = re.compile(r"(In|On|At|During|After|Since|Before|By)( [^,]{3,40}), (?P<rest>[^?!;:]+?)\.$")
_ASIDE = re.compile(r" \([^()]{3,80}\)(?=[ ,.])")
_CLAUSE_LENGTH = range(30, 110)
_SENTENCE_LENGTH = range(60, 260)
_A_PAGE = 12


@dataclass(frozen=True, slots=True)
class Edited:
    """A sentence that its passage does not say, and what was changed."""

    kind: str
    sentence: str
    passage: Passage


def edited(pages: Sequence[str]) -> Iterator[Edited]:
    """Every edit that the first sentences of each page allow; the foreign parts come from the next page.

    `number`, `name` and `date` take another one of the same passage where there is one, so that it is not missing
    from it; else one of the next page.
    """
    prose = [_prose(number, text) for number, text in enumerate(pages)]
    for number, told in enumerate(prose):
        foreign = next((other for other in (*prose[number + 1 :], *prose[:number]) if other), ())
        for place, (sentence, passage) in enumerate(told[:_A_PAGE]):
            other = foreign[place % len(foreign)][0] if foreign else ""
            for kind, edit in EDITS.items():
                changed = edit(sentence, passage.text, other)
                if changed and changed not in passage.text:
                    yield Edited(kind, changed, passage)


def _prose(number: int, text: str) -> list[tuple[str, Passage]]:
    return [
        (sentence.text, passage)
        for passage in split_passages(f"s{number}", text)
        for sentence in passage_sentences(passage)
        if is_prose(sentence.text) and len(sentence.text) in _SENTENCE_LENGTH
    ]


def _swap(pattern: re.Pattern[str]) -> Callable[[str, str, str], str]:
    def swap(sentence: str, passage: str, other: str) -> str:
        """The first match gives way to the first one elsewhere that the sentence lacks."""
        found = pattern.search(sentence)
        known = set(pattern.findall(sentence))
        new = next((each for each in (*pattern.findall(passage), *pattern.findall(other)) if each not in known), "")
        apart = found and not set(new.split()) & {word for name in known for word in name.split()}
        return sentence[: found.start()] + new + sentence[found.end() :] if found and new and apart else ""

    return swap


def _negate(sentence: str, _passage: str, _other: str) -> str:
    denied = _DENIAL.search(sentence)
    if denied:
        return sentence[: denied.start()] + denied[1] + sentence[denied.end() :]
    found = _AUXILIARY.search(sentence)
    return f"{sentence[: found.end()]} not{sentence[found.end() :]}" if found else ""


def _unit(sentence: str, passage: str, _other: str) -> str:
    found = _UNIT.search(sentence)
    new = next((unit for unit in _OTHER_UNITS if unit not in passage), "")
    return sentence[: found.start()] + new + sentence[found.end() :] if found and new else ""


def _clause(sentence: str, _passage: str, other: str) -> str:
    """Another page's sentence, up to its first comma, is joined on."""
    clause = re.split(r"[,;:(–—]", other, maxsplit=1)[0].rstrip(" .")
    return f"{sentence.rstrip(' .')}, and {clause[:1].lower()}{clause[1:]}." if len(clause) in _CLAUSE_LENGTH else ""


def _exchange(sentence: str, _passage: str, _other: str) -> str:
    """Its first two names change places, where there are words between them."""
    names = list(_NAME.finditer(sentence))
    apart = [pair for pair in pairwise(names) if _VERB.search(sentence, pair[0].end(), pair[1].start())]
    if not apart or set(apart[0][0][0].split()) & set(apart[0][1][0].split()):
        return ""
    one, two = apart[0]
    return sentence[: one.start()] + two[0] + sentence[one.end() : two.start()] + one[0] + sentence[two.end() :]


EDITS: dict[str, Callable[[str, str, str], str]] = {
    "number": _swap(_NUMBER),
    "name": _swap(_NAME),
    "date": _swap(_YEAR),
    "negation": _negate,
    "unit": _unit,
    "clause": _clause,
    "two names exchanged": _exchange,
}


def kept_true(pages: Sequence[str]) -> Iterator[Edited]:
    """Sentences of each page told otherwise without becoming untrue, some of them joined with the one after."""
    for number, text in enumerate(pages):
        told = _prose(number, text)
        for (sentence, passage), (after, home) in pairwise(told[: _A_PAGE + 1]):
            for kind, edit in TRUE_EDITS.items():
                changed = edit(sentence, after if home is passage else "")
                if changed and changed not in passage.text:
                    yield Edited(kind, changed, passage)


def _opening_last(sentence: str, _after: str) -> str:
    found = _OPENING.match(sentence)
    return f"{found['rest'][:1].upper()}{found['rest'][1:]} {found[1].lower()}{found[2]}." if found else ""


def _without_aside(sentence: str, _after: str) -> str:
    return _ASIDE.sub("", sentence)


def _joined(sentence: str, after: str) -> str:
    return f"{sentence.rstrip(' .')}; {after}" if after and sentence.endswith(".") else ""


TRUE_EDITS: dict[str, Callable[[str, str], str]] = {
    "opening moved to the end": _opening_last,
    "brackets left out": _without_aside,
    "two sentences joined": _joined,
}
