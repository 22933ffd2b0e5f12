"""Texts and builders that the tests of the reading functions share."""

from collections.abc import Callable, Sequence

import pytest

from actors.domain.documents import Passage, Sentence
from actors.services.nlp.entities import Annotation, annotate
from actors.services.nlp.sentences import passage_sentences, split_passages

OZONE = (
    "Joe Farman led a small team of the British Antarctic Survey (BAS). In May 1985 Farman and his colleagues "
    "reported in the journal Nature that ozone over Halley Bay had fallen by forty percent since 1975.\n"
    "The World Meteorological Organization (WMO) confirmed the loss in 1986. The WMO publishes an assessment every "
    "four years. Chlorine from spray cans destroys ozone because sunlight frees it in the polar spring.\n"
    "The Montreal Protocol was signed by Canada in 1987. Susan Solomon worked for the National Oceanic and Atmospheric "
    "Administration in Boulder. Solomon led an expedition to McMurdo Station in 1986."
)
COFFEE = (
    "Coffee reached Venice in the sixteenth century. Merchants of Venice sold coffee as a medicine at first. "
    "The first coffee house opened in London in 1652.\n"
    "Brazil grows a third of the coffee of the world. Coffee farms in Brazil suffer from frost and drought. "
    "Drought halved the harvest of coffee in 2021 and doubled the price of the beans.\n"
    "Roasting turns green beans brown in twelve minutes. Roasting gives coffee its smell and its taste."
)


@pytest.fixture
def ozone_text() -> str:
    return OZONE


@pytest.fixture
def coffee_text() -> str:
    return COFFEE


@pytest.fixture(scope="session")
def ozone_annotation() -> Annotation:
    return annotate(OZONE)


@pytest.fixture
def passages() -> list[Passage]:
    """Two sources: s1 on ozone, s2 on coffee."""
    return [
        *split_passages("s1", OZONE, target_characters=200),
        *split_passages("s2", COFFEE, target_characters=200),
    ]


@pytest.fixture
def sentences(passages: list[Passage]) -> list[Sentence]:
    return [sentence for passage in passages for sentence in passage_sentences(passage)]


@pytest.fixture
def as_sentences() -> Callable[[Sequence[str], str], list[Sentence]]:
    """Sentences of one source, each a passage of its own, in the order given."""

    def build(texts: Sequence[str], source_id: str = "s1") -> list[Sentence]:
        found: list[Sentence] = []
        at = 0
        for number, text in enumerate(texts, 1):
            place = {"start": at, "end": at + len(text)}
            found.append(Sentence(source_id=source_id, passage_id=f"{source_id}p{number}", text=text, **place))
            at += len(text) + 1
        return found

    return build
