"""Which language a text is in: told by its stop words where they are clear, by py3langid's model where they are not."""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

FALLBACK = "en"
_CODE_LENGTH = 2

STOP_WORDS = {
    "en": "the of and to in is that for it was on with as by at from are this which be have has were they what how who",
    "de": "der die und das ist nicht von den mit dem des zu auf für eine ein auch sich im wird als sind wurde bei nach",
    "fr": "le la les et des est en une du dans que pour qui sur au par pas avec il sont plus ce ont été cette aux",
    "es": "el la los las y del que en una por con para se es no su al como más pero fue sus este entre también",
    "it": "il di che la è della per del una con sono non gli nel dei delle anche al alla da più le come dal stato",
    "pt": "o a os as e do da que em um uma para com não por dos das no na se mais foi ao como são pelo",
    "nl": "de het een van en in is dat op te zijn met voor niet aan er door ook werd naar bij wordt uit maar die",
    "sv": "och att det som en på är av för med till den ett har inte om var de från vid men kan efter också",
    "da": "og at det som en på er af for med til den et har ikke om var de fra ved men kan efter også blev",
    "pl": "i w na z do się jest nie że to od po jak o za przez dla był oraz są co ale tym jego lub",
}
_WORD = re.compile(r"[^\W\d_]+")
_MIN_LETTERS = 20
_MIN_STOP_WORDS = 6
_SHORT_WORDS = 30
_MAX_WORDS = 600
_SAMPLE = 3_000
_FEW_WORDS = 8
_SURE, _SURE_OF_FEW_WORDS = 0.6, 0.9


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the language most of `text` is in; None where it is too short or has no clear one.

    Only a sample of a long text is read: its start, its middle and its end.
    """
    sample = _sample(text)
    words = [match.group().casefold() for match in islice(_WORD.finditer(sample), _MAX_WORDS)]
    if sum(map(len, words)) < _MIN_LETTERS:
        return None
    return _by_stop_words(words) or _by_model(sample, len(words))


def main_language(query: str, texts: Sequence[tuple[str | None, int]]) -> str:
    """The language the research is done in: the one that most characters are written in.

    Args:
        query: the question; its language breaks a tie.
        texts: for each text its language and its length in characters.

    Returns:
        An ISO 639-1 code; "en" where nothing tells.
    """
    characters: defaultdict[str, int] = defaultdict(int)
    for language, length in texts:
        if language is not None and length > 0:
            characters[language] += length
    if not characters:
        return FALLBACK
    most = max(characters.values())
    leaders = sorted(language for language, count in characters.items() if count == most)
    if len(leaders) == 1:
        return leaders[0]
    asked = detect_language(query)
    if asked in leaders:
        return str(asked)
    return FALLBACK


def _sample(text: str) -> str:
    if len(text) <= 3 * _SAMPLE:
        return text
    middle = len(text) // 2
    return " ".join((text[:_SAMPLE], text[middle : middle + _SAMPLE], text[-_SAMPLE:]))


@cache
def _stop_words() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in STOP_WORDS.items()}


def _by_stop_words(words: Sequence[str]) -> str | None:
    """The language whose stop words are clearly the most frequent, if one's are."""
    counts = {language: sum(word in stop for word in words) for language, stop in _stop_words().items()}
    (best, hits), (_, others) = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:2]
    if len(words) < _SHORT_WORDS:
        clear = hits >= _MIN_STOP_WORDS // 2 and hits >= 2 * others
    else:
        clear = hits >= _MIN_STOP_WORDS and hits >= 1.6 * others
    return best if clear and hits >= 0.15 * len(words) else None


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _by_model(sample: str, words: int) -> str | None:
    """What py3langid says, where it is sure: of a few words in the Latin alphabet it has to be surer."""
    language, probability = _identifier().classify(sample)
    enough = _SURE_OF_FEW_WORDS if words < _FEW_WORDS and sample.isascii() else _SURE
    return str(language) if len(language) == _CODE_LENGTH and float(probability) >= enough else None
