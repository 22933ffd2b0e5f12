"""A plan without a model: the question itself, its parts, what it is about, and when, who, why and how much of that."""

import re

from actors.services.nlp.asked import Kind, asked
from actors.services.nlp.language import detect_language
from actors.services.nlp.words import content_words, stop_words, token_spans

_LONGEST = 200
_MOST_CHARACTERS = 2_000
_SENTENCES = re.compile(r"(?<=[?!;])\s+|\n+")
_JOINED = re.compile(
    r",?\s+(?:and|or|und|et|y|e|en)\s+(?=(?:who|what|when|where|why|how|which|whose|did|does|is|are|was|were|can|will|"
    r"has|have|should|could|would|wer|was|wann|wo|warum|wie|qui|que|quand|où|pourquoi|comment|quién|qué|cuándo|dónde|"
    r"cómo|chi|cosa|quando|dove|perché|come|wie|wat|waar|waarom|hoe)\b)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:it|its|they|them|their|he|she|his|her|this|that|these|those|one)\b", re.IGNORECASE)
_DULL_STEMS = """
    discov find found caus happen work mean becom affect start begin began end explain describ tell compar invent creat
    big best done recov give doe differ main develop fix repair build built win won know long safe warum wieso weshalb
    wer wann wie was wo pourquoi comment quand combien qué quién cómo cuándo dónde chi cosa perché quanto wat waar hoe
    """
_DULL = frozenset(_DULL_STEMS.split())
_LATIN = re.compile(r"[a-zà-ž]", re.IGNORECASE)
_FURTHER: tuple[tuple[Kind, str], ...] = (
    ("when", "{}: when and where?"),
    ("who", "{}: who is involved?"),
    ("why", "{}: causes and consequences"),
    ("how many", "{}: facts and figures"),
)
_AUXILIARY = frozenset(
    {"did", "do", "does", "will", "would", "can", "could", "should", "shall", "may", "might", "must"}
)
_PERFECT = frozenset({"was", "were", "is", "are", "been", "has", "have", "had"})
_VERBS_TOO = frozenset(
    {
        "do",
        "have",
        "be",
        "been",
        "get",
        "go",
        "make",
        "made",
        "use",
        "used",
        "take",
        "taken",
        "say",
        "said",
        "see",
        "seem",
        "become",
    }
)
_PARTICIPLE = re.compile(
    r"[a-zà-ž]{2,}(?:[^\We]ed|wn|en|ing)|born|lost|sent|held|shot|sold|paid|left|hit|cut|sunk|read"
)
_LONE_PAST = re.compile(r"[a-zà-ž]{2,}[^\We]ed", re.IGNORECASE)
_WEAK_NOUNS = """
    people person thing things way ways kind kinds sort sorts part parts time times place places number amount effects
    effect role example examples lot name names world man men woman women reason reasons day days year years
    """
_WEAK = frozenset(_WEAK_NOUNS.split())
_SHORTEST_SUBJECT = 3
_PHRASE_WORDS = 7
_ASKS = re.compile(
    r"[?.,;:!]|\b(?:who|what|when|where|why|how|which|whose|is|are|was|were|do|does|did|can|could|will|would|should|has|have|had"
    r"|tell|explain|describe|compare|find|list|show|give)\b",
    re.IGNORECASE,
)


def plan_questions(query: str, *, limit: int = 6) -> list[str]:
    """At most `limit` questions to search for, `query` itself first, the others fit to be headings, no two alike.

    After the query come its parts where it asks several things, then what it is about with the kinds of answer that
    it does not ask for itself. Any text works; one without words gives itself alone,
    an empty one nothing.
    """
    whole = query.strip()
    if not whole or limit <= 0:
        return []
    language = detect_language(query) or "en"
    subject = subject_of(query)
    planned = [whole, *_parts(query, subject)]
    if subject and language == "en" and _LATIN.search(subject):
        kinds = asked(query)
        planned += [pattern.format(subject) for kind, pattern in _FURTHER if kind not in kinds]
    elif subject:
        planned.append(subject)
    return _distinct(planned, language)[:limit]


def subject_of(query: str) -> str:
    """The longest run of words that name something in `query`, as a heading; empty where there is none."""
    query = " ".join(query.split())[:_MOST_CHARACTERS]
    if _is_phrase(query):
        return query[:1].upper() + query[1:]
    language = detect_language(query) or "en"
    empty = stop_words(language) | stop_words("en")
    best: tuple[float, int, str] = (0.0, 0, "")
    at = 0
    for piece in re.split(r"[,;:?!()\[\]\"“”]|\.\s", query):
        run: list[tuple[int, int]] = []
        auxiliary = ""
        for start, end in [*token_spans(piece), (len(piece), len(piece))]:
            word = piece[start:end]
            gap = piece[run[-1][1] : start] if run else ""
            if word and not _says_nothing(word, empty, language) and (not run or gap in (" ", "-", "'", "’", "")):
                run.append((start, end))
                continue
            verbal = bool(word) and word.lower() not in empty
            subject = run if verbal else _without_verb(piece, run, auxiliary, word.lower())
            best = max(best, _valued(piece, subject, at), key=lambda one: (one[0], -one[1]))
            auxiliary = _still_open(auxiliary, word.lower(), empty, ran=bool(run))
            run = [(start, end)] if word and not _says_nothing(word, empty, language) else []
            at += 1
    return best[2][:1].upper() + best[2][1:]


def _without_verb(piece: str, run: list[tuple[int, int]], auxiliary: str, after: str) -> list[tuple[int, int]]:
    """The run without the verb that an auxiliary before it leaves to its end: "did presidents promise"."""
    last = piece[run[-1][0] : run[-1][1]] if run else ""
    if not last.islower() or after == "of" or after in _VERBS_TOO:
        return run
    verb = auxiliary in _AUXILIARY or (auxiliary in _PERFECT and _PARTICIPLE.fullmatch(last) is not None)
    return run[:-1] if verb else run


def _still_open(auxiliary: str, word: str, empty: frozenset[str], *, ran: bool) -> str:
    """The auxiliary whose verb is still to come, after a run, if `ran`, and the word that ended it."""
    if word in _AUXILIARY | _PERFECT and not (auxiliary and word in _VERBS_TOO):
        return word
    closed = word in _VERBS_TOO or word not in empty or (ran and word != "of")
    return "" if closed else auxiliary


def _says_nothing(word: str, empty: frozenset[str], language: str) -> bool:
    lower = word.lower()
    if (lower in empty and not word.isupper()) or lower in _DULL:
        return True
    return any(stem in _DULL for stem in content_words(lower, language=language))


def _valued(piece: str, run: list[tuple[int, int]], at: int) -> tuple[float, int, str]:
    """A run's worth: the number of its words, capitals counting more."""
    if not run:
        return 0.0, at, ""
    run = _named(piece, run) or run
    text = piece[run[0][0] : run[-1][1]]
    if not run[1:] and (text.lower() in _WEAK or _LONE_PAST.fullmatch(text)):
        return 0.0, at, ""
    if len(text) < _SHORTEST_SUBJECT or len(text) > _LONGEST // 2:
        return 0.0, at, ""
    capitals = sum(piece[start:end][:1].isupper() for start, end in run)
    return len(run) + capitals, at, text


def _is_phrase(query: str) -> bool:
    """Whether the query asks nothing but names its subject: "effects of caffeine on sleep"."""
    words = query.split()
    return 1 < len(words) <= _PHRASE_WORDS and not _ASKS.search(query)


def _named(piece: str, run: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The run from its first to its last capital: in "Montreal Protocol achieve" the verb is no part of the name."""
    capitals = [at for at, (start, end) in enumerate(run) if piece[start:end][:1].isupper() and start]
    return run[capitals[0] : capitals[-1] + 1] if len(capitals) > 1 else []


def _parts(query: str, subject: str) -> list[str]:
    """The questions that a compound one holds; a pronoun gives way to what the whole is about."""
    pieces = [part for piece in _SENTENCES.split(query[:_MOST_CHARACTERS]) for part in _JOINED.split(piece)]
    pieces = [piece.strip(" ,;") for piece in pieces if piece and piece.strip(" ,;?!.")]
    if not pieces[1:]:
        return []
    named = [_heading(piece if piece.endswith(("?", "!", ".")) else f"{piece}?") for piece in pieces]
    if not subject:
        return named
    return [
        piece
        if subject.lower() in piece.lower() or not _PRONOUN.search(piece)
        else f"{subject}: {piece[:1].lower()}{piece[1:]}"
        for piece in named
    ]


def _heading(text: str) -> str:
    """One line, capitalised, not too long."""
    line = " ".join(text.split())
    if len(line) > _LONGEST:
        line = line[: line.rfind(" ", 0, _LONGEST) if " " in line[:_LONGEST] else _LONGEST] + "…"
    return line[:1].upper() + line[1:]


def _distinct(planned: list[str], language: str) -> list[str]:
    """The first of those that ask for the same."""
    seen: set[tuple[object, ...]] = set()
    kept: list[str] = []
    for question in planned:
        sense = (tuple(content_words(question, language=language)), asked(question), question.partition(":")[2])
        if sense not in seen:
            seen.add(sense)
            kept.append(question)
    return kept
