"""Which lines of a page can be quoted as sentences: headings, menus, captions, references and code are not."""

import re
from collections.abc import Sequence
from functools import lru_cache

MIN_WORDS, MAX_WORDS = 5, 80

_WORD = re.compile(r"[^\W\d_][\w'’-]*+")
_END = re.compile(r"[.!?…。！？؟۔।][\"'”’»)\]›」』）]*(?:\s?\[[\w ]{1,12}\])*$")
_START = re.compile(r"[\"'“‘«„(\[¿¡]*\s?[^\W_]")
_INCHES = re.compile(r'\d"')
_SYMBOLS = re.compile(r"[{}<>|\\^~@©\t]|://|www\.|==|::|\w\(\)|;\s*$")
_LABEL = re.compile(
    r"""\W*(?:by|photo(?:graph)?s?|image|picture|credit|source|file\ photo|caption|figure|fig\.?|table|see\ also
    |note|tags?|topics?|keywords|author|updated|published|posted|archived|retrieved|accessed|advertisement|references|share|related
    |last\ (?:updated|modified|edited)|further\ reading|from\ wikipedia)
    (?:\s*[:\d]|\s+by\b|\s+from\ the\ orig|\s+on\s+\d)
    |\W*[a-z][\w'’-]+,\ [a-z]\.(?:,|\s|[a-z]\.)""",
    re.IGNORECASE | re.VERBOSE,
)
_REFERENCE = re.compile(
    r"\b(?:et al\.|[Ee]ds?\.),?\s\(?\d{4}[a-z]?\)?\.|\(\d{4}[a-z]?\)\.\s|\bpp?\.\s?\d|\b[Vv]ol\.\s?\d|\d\(\d+\):\s?\d"
    r"|\b(?:[Rr]etrieved|[Aa]ccessed|[Aa]rchived)\s(?:on\s)?(?:from\s|\d{1,2}\s[A-Z]|[A-Z][a-z]+\s\d|\d{4}-)"
)
_BOILERPLATE = (
    "doi:",
    "isbn",
    "issn",
    "arxiv:",
    "all rights reserved",
    "cookie policy",
    "privacy policy",
    "terms of use",
    "terms of service",
    "sign up for",
    "subscribe to our",
    "subscribe now",
    "click here",
    "read more",
    "newsletter",
    "creative commons",
    "log in to",
    "enable javascript",
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FINITE = _words(
    """
    is are was were be been am has have had do does did will would can could may might must shall should said says say
    told tells became become becomes began begins made make makes took take takes got gets went goes go came come comes
    saw sees gave give gives found find finds knew know knows thought think thinks wrote write writes won wins lost lose
    loses held hold holds left leave leaves kept keep keeps led lead leads met meet meets ran run runs rose rise rises
    fell fall falls grew grow grows built build builds sent send sends spent spend spends stood stand stands brought
    bring brings bought sold cost costs cut put set let hit read reads sat spoke speak drew draw drove fought felt feel
    feels heard hear hears paid pay pays taught chose broke caught shot struck threw wore lay lies rode sang sank swam
    slept woke show shows need needs want wants mean means remain remains include includes seem seems contain contains
    provide provides allow allows use uses help helps work works call calls live lives believe believes
    ist sind war waren wird werden wurde wurden hat haben hatte hatten kann können muss müssen soll sollte gibt gab kam
    ging liegt lag steht bleibt blieb macht machte
    est sont était étaient fut furent ont avait avaient sera seront peut peuvent doit fait
    es son era eran fue fueron ha han había habían será serán puede pueden hay hizo está están tiene tienen
    è sono erano fu furono hanno aveva può possono
    """
)
_PRONOUNS = _words("i he she it they we you there this ich er sie es wir il elle ils elles nous je")
_VERB_ENDING = re.compile(
    r".['’](?:re|ve|ll|d|m)$|.[^\W\d_](?:ed|n['’]t|ó|aron|ieron|aban|aient|ait|èrent|ée?s?|te|ten)$"
)
_KEPT = 8_192
"""Sentences that were judged last, about 250 bytes each: every part of the analysis asks about the same ones."""
_MIN_LETTERS, _MIN_LOWER = 0.7, 0.35
_LONG = 9


@lru_cache(maxsize=_KEPT)
def is_prose(sentence: str) -> bool:
    """Whether `sentence` can stand on its own as a quoted sentence, by its shape alone.

    It begins with a capital (in scripts that have them), ends with a mark, has 5 to 80 words that are mostly letters
    and not mostly capitalised, something like a finite verb unless it is long, and brackets and quotation marks that
    close; and it is no byline, caption, reference, code, licence or invitation to click. Scripts without spaces are
    judged by their marks.
    """
    line = sentence.strip()
    start = _START.match(line)
    if start is None or start.group()[-1].islower() or not _END.search(line, max(0, len(line) - 40)):
        return False
    if _is_furniture(line):
        return False
    if _is_cut(line):
        return False
    words = _WORD.findall(line)
    if sum(map(len, words)) + line.count(" ") < _MIN_LETTERS * len(line):
        return False
    if not line.isascii() and _without_spaces(line):
        return True
    lower = sum(word[0].islower() for word in words)
    return MIN_WORDS <= len(words) <= MAX_WORDS and lower >= _MIN_LOWER * len(words) and _tells(words)


def has_finite_verb(sentence: str) -> bool:
    """Whether a word of `sentence` looks like a finite verb (English, German, French, Spanish, Italian)."""
    return _has_verb(_WORD.findall(sentence))


def _is_furniture(line: str) -> bool:
    if _SYMBOLS.search(line) or _LABEL.match(line) or _REFERENCE.search(line):
        return True
    lower = line.lower()
    return any(phrase in lower for phrase in _BOILERPLATE)


def _is_cut(line: str) -> bool:
    """Whether a bracket or a quotation mark has no partner; a straight one after a figure may be inches."""
    if any(line.count(opening) != line.count(closing) for opening, closing in ("()", "[]", "“”")):
        return True
    marks = line.count('"')
    return marks % 2 == 1 and (marks - len(_INCHES.findall(line))) % 2 == 1


def _without_spaces(line: str) -> bool:
    return sum("\u3040" <= character <= "\u9fff" for character in line) > len(line) // 2


def _tells(words: Sequence[str]) -> bool:
    return len(words) >= _LONG or re.split("['’]", words[0].lower())[0] in _PRONOUNS or _has_verb(words)


def _has_verb(words: Sequence[str]) -> bool:
    return any(word.lower() in _FINITE or _VERB_ENDING.search(word) for word in words)
