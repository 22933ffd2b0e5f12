"""Who does what to whom, read off spaCy's parse: only what the verbs of a sentence join directly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_LONGEST_VERB = 40
_SMALL = frozenset({"neg", "auxpass", "prt", "aux"})
_LINKS = frozenset(
    {"by", "in", "at", "of", "for", "from", "to", "with", "into", "against", "under", "on", "as", "over", "near",
     "through", "opposite", "alongside", "within", "across"}
)  # fmt: skip
_EMPTY_VERBS = frozenset({"said", "says", "say", "told", "thinks", "think", "know", "knows"})


@dataclass(frozen=True, slots=True)
class Clause:
    """`subject` and `object` are offsets of the head words, `start` and `end` those of the sentence."""

    start: int
    end: int
    subject: int
    verb: str
    object: int


def clauses(document: "Doc", offset: int) -> Iterator[Clause]:
    """The subject, verb and object of every clause whose subject and object are proper nouns."""
    for sentence in document.sents:
        start, end = _bounds(sentence, offset)
        for token in sentence:
            if token.dep_ in _SUBJECTS and token.tag_[:2] == "NN" and token.head.tag_[:2] in ("VB", "MD"):
                for verb, subject in _verbs(token):
                    for label, thing in _objects(verb):
                        yield Clause(start, end, offset + subject.idx, label, offset + thing.idx)


def _bounds(sentence: "Span", offset: int) -> tuple[int, int]:
    """Where the sentence stands in the text, without the white space around it."""
    text = sentence.text_with_ws
    start = offset + sentence.start_char + len(text) - len(text.lstrip())
    return start, start + len(text.strip())


def _verbs(subject: "Token") -> Iterator[tuple["Token", "Token"]]:
    """The subject's verb and those joined to it by "and", each with every one of the joined subjects."""
    joined = [
        verb
        for verb in subject.head.conjuncts
        if verb.tag_[:2] == "VB" and not any(child.dep_ in _SUBJECTS for child in verb.children)
    ]
    for verb in (subject.head, *joined):
        for one in (subject, *subject.conjuncts):
            yield verb, one


def _objects(verb: "Token") -> Iterator[tuple[str, "Token"]]:
    """Each object of `verb` with the words that join them: "signed", "was founded by", "is president of"."""
    own = _phrase(verb)
    if verb.text.lower() in _EMPTY_VERBS or len(own) > _LONGEST_VERB:
        return
    things = [child for child in verb.children if child.dep_ in ("dobj", "attr", "oprd")]
    for thing in things:
        if thing.tag_[:3] == "NNP":
            yield from ((own, one) for one in (thing, *thing.conjuncts))
        elif thing.tag_[:2] == "NN":
            yield from _through(f"{own} {thing.text.lower()}", [link for link in thing.children if link.text == "of"])
    nouns = [thing.text.lower() for thing in things if thing.tag_ in ("NN", "NNS")]
    if len(nouns) == len(things):
        links = [child for child in verb.children if child.text.lower() in _LINKS]
        yield from _through(" ".join([own, *nouns[:1]]), links)


def _through(label: str, links: "Iterable[Token]") -> Iterator[tuple[str, "Token"]]:
    """What hangs on a preposition, which ends the label."""
    for link in links:
        for thing in link.children:
            if thing.dep_ == "pobj":
                yield from ((f"{label} {link.text.lower()}", one) for one in (thing, *thing.conjuncts))


def _phrase(verb: "Token") -> str:
    """The verb with its negation, particle and helping words, in order: "did not sign", "was set up"."""
    words = [child for child in verb.children if child.dep_ in _SMALL]
    return " ".join(word.text.lower() for word in sorted([*words, verb], key=lambda word: word.i))
