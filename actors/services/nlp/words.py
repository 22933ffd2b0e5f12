"""What counts as a word, in any language: the one place that splits, folds, stems and leaves out stop words."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from sys import intern
from typing import TYPE_CHECKING

from actors.services.nlp.language import STOP_WORDS

if TYPE_CHECKING:
    from Stemmer import Stemmer

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_NOT_NAME = re.compile(r"[\W_]+")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_POSSESSIVE = re.compile(r"\s?['’](?:s\b|$)", re.IGNORECASE)
_DETERMINERS = frozenset({"the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "our"})
_LONGEST_WORD = 60
_KEPT_TEXTS, _LONGEST_KEPT, _KEPT_NAMES = 4_096, 2_000, 16_384
"""Texts of so many characters at most and names that were taken apart last: 2 KB and 250 bytes each."""
_STEMMED = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ru": "russian", "sv": "swedish",
}  # fmt: skip
_LISTED = {
    "da": "DANISH", "de": "GERMAN", "en": "EN_PLUS", "es": "SPANISH", "fr": "FRENCH", "it": "ITALIAN",
    "nl": "DUTCH", "no": "NORWEGIAN", "pt": "PORTUGUESE", "ru": "RUSSIAN", "sv": "SWEDISH", "tr": "TURKISH",
}  # fmt: skip
_ENGLISH_TOO = """
    across almost along already also although always among another around became become becomes besides beyond
    cannot could despite either else enough etc even ever every everyone everything far first former get gets got
    however indeed instead later latter least less like likely made make makes making many may maybe meanwhile might
    moreover most mostly much must near nearly neither never nevertheless next none nothing often one onto others
    otherwise perhaps quite rather really said say saying says second see seem seems seen several shall since
    something sometimes soon still take taken takes thing things third three though thus together took toward
    towards two unless upon use used uses using usually via well whatever whereas whether within without would year
    years yet
"""


def tokens(text: str) -> list[str]:
    """The words and numbers of `text` as written, in order; `1,200.5` is one, `eye-tracking` and `don't` are two."""
    return _WORD.findall(text)


def token_spans(text: str) -> list[tuple[int, int]]:
    """Where the `tokens` of `text` stand."""
    return [match.span() for match in _WORD.finditer(text)]


@cache
def stop_words(language: str) -> frozenset[str]:
    """The lower-cased function words of an ISO 639-1 language: the lists of bm25s (NLTK's); none for unknown ones."""
    import bm25s.stopwords

    listed = getattr(bm25s.stopwords, f"STOPWORDS_{_LISTED.get(language, '')}", ())
    own = _ENGLISH_TOO if language == "en" else ""
    return frozenset(listed) | frozenset(STOP_WORDS.get(language, "").split()) | frozenset(own.split())


@cache
def _stemmer(language: str) -> "Stemmer | None":
    if language not in _STEMMED:
        return None
    from Stemmer import Stemmer

    return Stemmer(_STEMMED[language])


def stems(words: Iterable[str], *, language: str) -> list[str]:
    """The Snowball stem of each word, lower-cased; the word itself in a language without a stemmer."""
    lowered = [word.lower() for word in words]
    stemmer = _stemmer(language)
    return lowered if stemmer is None else list(stemmer.stemWords(lowered))


def content_words(text: str, *, language: str) -> list[str]:
    """The lower-cased stems of the words that carry meaning, in order and with repetitions.

    Stop words and single Latin letters are left out, `US`, `WHO` and `IT` stay; Chinese and Japanese runs, which
    have no spaces, become pairs of characters.
    """
    if " " in text and len(text) <= _LONGEST_KEPT:
        return list(_known(text, language))
    return _content(text, language)


@lru_cache(maxsize=_KEPT_TEXTS)
def _known(text: str, language: str) -> tuple[str, ...]:
    return tuple(map(intern, _content(text, language)))


def _content(text: str, language: str) -> list[str]:
    stop = stop_words(language)
    shouted = text.isupper()
    text = unicodedata.normalize("NFC", text)
    spaced = text.isascii() or not _UNSPACED.search(text)
    kept: list[str] = []
    for token in tokens(text):
        word = token.lower()
        if not spaced and _UNSPACED.search(word):
            kept.extend(word[at : at + 2] for at in range(len(word) - 1))
        elif not _is_empty(token, stop, shouted=shouted):
            kept.append(word)
    return stems(kept, language=language)


def _is_empty(token: str, stop: frozenset[str], *, shouted: bool) -> bool:
    """Whether a word carries no meaning of its own."""
    if len(token) == 1:
        return token.isascii() and not token.isdigit()
    if len(token) > _LONGEST_WORD:
        return True
    return token.lower() in stop and (shouted or not token.isupper())


@lru_cache(maxsize=_KEPT_NAMES)
def normalise_name(name: str) -> str:
    """What two spellings of one name share: `the U.S.'s` → `us`, `Citroën Group` → `citroen group`.

    Case, accents, punctuation, a leading determiner and a possessive ending do not count.
    """
    plain = _POSSESSIVE.sub("", name.strip())
    plain = _DOTTED.sub(lambda match: match.group().replace(".", ""), plain)
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    words = _NOT_NAME.sub(" ", plain).casefold().split()
    while len(words) > 1 and words[0] in _DETERMINERS:
        words = words[1:]
    return " ".join(words)


def is_number(word: str) -> bool:
    """Whether a token is a figure."""
    return word[:1].isdigit()
