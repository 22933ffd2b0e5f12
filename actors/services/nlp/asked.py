"""What a question wants (a name, date, place, cause or figure) and names, and which sentences can answer it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from actors.domain.documents import Sentence
from actors.services.nlp.names import kind_of
from actors.services.nlp.words import stop_words

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
_UPPER = "A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩА-Я"
_CAPITALISED = re.compile(rf"\b[{_UPPER}][\w'’-]*(?: (?:(?:of|the|de|la|du|von|van|der) ){{0,2}}[{_UPPER}][\w'’-]*)*")
_CALENDAR = """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """
_DAYS = frozenset(_CALENDAR.split())
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_ACRONYM = re.compile(r"[A-Z]{2,6}")
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


def named(question: str, *, language: str = "en") -> list[str]:
    """The names in `question`, without accents and the dots of acronyms: its runs of capitalised words.

    Function words, months and weekdays do not begin one, and a first word alone is none. There are none in a text of
    capitals only, nor in German, where every noun has one.
    """
    if language == "de" or question.isupper():
        return []
    question = _plain(question)
    empty = stop_words(language) | stop_words("en") | _DAYS
    found: list[str] = []
    for match in _CAPITALISED.finditer(question):
        words = [word.removesuffix("'s").rstrip("'-") for word in match.group().split()]
        first = not question[: match.start()].strip()
        while words and (words[0].lower() in empty or words[0].islower()) and not _ACRONYM.fullmatch(words[0]):
            words, first = words[1:], False
        if words and len("".join(words)) > 1 and (not first or words[1:] or _ACRONYM.fullmatch(words[0])):
            found.append(" ".join(words))
    return list(dict.fromkeys(found))


def of_the_named(question: str, sentences: Sequence[Sentence], *, language: str) -> NDArray[np.bool_]:
    """Which sentences come from a source that tells of something `question` names; all, where no source holds a name.

    A name is looked for whole; where a source holds it so, its acronym and a person's last name count in the others.
    """
    every = np.ones(len(sentences), dtype=np.bool_)
    names = named(question, language=language)
    if not names:
        return every
    told: dict[str, list[str]] = {}
    for sentence in sentences:
        told.setdefault(sentence.source_id, []).append(sentence.text)
    sources = {source: _plain("\n".join(texts)) for source, texts in told.items()}
    holding: set[str] = set()
    for name in names:
        if any(_whole(name).search(text) for text in sources.values()):
            forms = [_whole(name), *_short_forms(name)]
            holding |= {source for source, text in sources.items() if any(form.search(text) for form in forms)}
    return np.array([sentence.source_id in holding for sentence in sentences]) if holding else every


def _plain(text: str) -> str:
    """Without accents and the dots of acronyms, and with one kind of apostrophe."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).replace("’", "'")
    return _DOTTED.sub(lambda match: match.group().replace(".", ""), plain)


def _whole(name: str) -> re.Pattern[str]:
    spelled = r"\s+".join(re.escape(word) for word in name.split())
    return re.compile(rf"(?<!\bNew )\b{spelled}\b", re.NOFLAG if _ACRONYM.fullmatch(name) else re.IGNORECASE)


def _short_forms(name: str) -> list[re.Pattern[str]]:
    """A person's last name, what stands behind an `of`, the acronym of several words, and the words of an acronym."""
    words = name.split()
    if _ACRONYM.fullmatch(name):
        return [re.compile(r"\b" + r"[\w-]* (?:of |the |and |for |on )*".join(name) + r"[a-z]\w+")]
    initials = [word[0] for word in words if word[0].isupper()]
    if len(initials) == 1:
        return []
    last = [words[-1]] if _is_person(name) else [part.removeprefix("the ") for part in name.split(" of ")[1:]]
    return [*map(_whole, last), re.compile(rf"\b{re.escape(''.join(initials))}\b")]
