"""What kind of answer a question wants (a name, date, place, cause or figure), and whether a sentence holds one."""

import re
from typing import Literal

from actors.services.nlp.names import kind_of

Kind = Literal["who", "when", "where", "why", "how many"]

_ASKED: dict[Kind, str] = {
    "who": r"\b(?:who|whom|whose|wer|wem|wessen|qui|quién|quiénes|quien|chi|quem|wie is)\b",
    "when": r"\b(?:when|what year|which year|what date|since when|how long ago|wann|quand|cuándo|quando|wanneer)\b",
    "where": r"\b(?:where|in which (?:country|city|place)|wo|woher|wohin|où|dónde|dove|onde|waar)\b",
    "why": r"\b(?:why|what caused?|causes? of|reasons? (?:for|of)|how come|warum|weshalb|wieso|pourquoi|por qué|"
    r"perché|por que|waarom)\b",
    "how many": r"\b(?:how (?:many|much|big|large|old|fast|far|long|high|often|deep|tall)|"
    r"what (?:percentage|share|number|proportion)|wie ?viele?|combien|cuánt[oa]s?|quant[oiae]s?|hoeveel)\b",
}
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mär|Mai|Dez|janv|févr|mars|avr|juin|enero|gennaio)"
_ANSWERS: dict[Kind, re.Pattern[str]] = {
    "when": re.compile(
        rf"\b(?:1\d|20)\d\d\b|\b\d{{1,2}} {_MONTH}|\b{_MONTH}[a-z]* \d{{1,2}}\b|\bcentury\b|\bdecades? ago\b"
    ),
    "where": re.compile(r"\b(?:in|at|near|from|over|across|around|aus|bei|à|en|em|te) (?:the |der |la )?[A-ZÀ-Þ]\w+"),
    "why": re.compile(
        r"\b(?:because|caus\w+|due to|owing to|thanks to|led to|leads to|results? (?:in|from)|resulted|therefore|"
        r"reason\w*|so that|in order to|in response to|driven by|prompted|triggered|blamed|since it|weil|wegen|durch|"
        r"dadurch|parce|car|porque|debido|perché|poiché|omdat|door)\b",
        re.IGNORECASE,
    ),
    "how many": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?|"
        r"billions?|half|third|quarter|percent|per cent|twice|double)\b",
        re.IGNORECASE,
    ),
}
_NAMED = re.compile(
    r"(?:\b[Tt]he )?\b[A-ZÀ-Þ][a-zà-ž'’-]+ (?:[A-Z]\. |(?:de|von|van|der) )*[A-ZÀ-Þ][a-zà-ž'’-]+(?![’'\w-])"
)
_NO_FIRST_NAME = frozenset(
    {"united", "new", "south", "north", "east", "west", "great", "european", "world", "national"}
)
_QUESTIONS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKED.items()}


def asked(question: str) -> tuple[Kind, ...]:
    """The kinds of answer that `question` wants; a compound question wants several, most want none of these."""
    return tuple(kind for kind, pattern in _QUESTIONS.items() if pattern.search(question))


def holds(sentence: str, kind: Kind) -> bool:
    """Whether `sentence` holds what an answer of that kind needs."""
    if kind == "who":
        return any(_is_person(match.group()) for match in _NAMED.finditer(sentence))
    return _ANSWERS[kind].search(sentence) is not None


def _is_person(name: str) -> bool:
    """Whether two capitalised words look like a person: no article, and no word of an institution or a place."""
    first = name.split(maxsplit=1)[0].lower()
    return first != "the" and first not in _NO_FIRST_NAME and kind_of(name) is None


def fit(sentence: str, kinds: tuple[Kind, ...]) -> float:
    """The share of the wanted kinds that `sentence` holds; 0 where none is wanted."""
    return sum(holds(sentence, kind) for kind in kinds) / len(kinds) if kinds else 0.0
