from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from actors.domain.documents import Sentence
from actors.services.nlp.evidence import select_evidence

TEXTS = [
    ("s1", "Marie Tharp mapped the rift of the Atlantic floor from soundings."),
    ("s2", "The rift of the Atlantic floor was mapped in 1957 with soundings."),
    ("s3", "The rift of the Atlantic floor was mapped because a telephone company needed it."),
    ("s3", "Bakers in Lyon sell warm bread before the sun is up."),
]
SEAFLOOR = [0.8, 0.6, 0.0]
VECTORS = np.array([[0.8, 0.6, 0], [0.8, 0.6, 0], [0.96, -0.28, 0], [0, 0, 1]], dtype=np.float32)
VECTORS[1] = [0.6, 0.8, 0]


def sentence(at: int) -> Sentence:
    source, text = TEXTS[at]
    return Sentence(source_id=source, passage_id=f"{source}p{at}", text=text, start=100 * at, end=100 * at + len(text))


SENTENCES = [sentence(at) for at in range(len(TEXTS))]


def ask(
    question: str,
    vector: Sequence[float] = SEAFLOOR,
    *,
    sentences: Sequence[Sentence] = SENTENCES,
    vectors: NDArray[np.float32] = VECTORS,
    limit: int = 3,
    taken: frozenset[str] = frozenset(),
) -> list[str]:
    asked = np.array(vector, dtype=np.float32)
    found = select_evidence(question, sentences, vectors, asked, language="en", limit=limit, taken=taken)
    return [one.text for one, _ in found]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("Who mapped the rift of the Atlantic floor?", 0),
        ("When was the rift of the Atlantic floor mapped?", 1),
        ("Why was the rift of the Atlantic floor mapped?", 2),
    ],
)
def test_the_kind_of_answer_asked_for_is_preferred(question: str, best: int) -> None:
    level = np.tile(np.array(SEAFLOOR, dtype=np.float32), (4, 1))
    level[3] = [0, 0, 1]
    assert ask(question, vectors=level, limit=1) == [TEXTS[best][1]]


def test_a_question_that_nothing_answers_gets_nothing() -> None:
    assert ask("How do volcanoes erupt under ice?", [0.0, 0.0, -1.0]) == []


def test_common_words_without_common_meaning_are_not_enough() -> None:
    assert ask("Which bread do bakers sell?", [0.0, 0.0, -1.0]) == []


def test_what_is_taken_is_not_chosen_again() -> None:
    taken = frozenset({TEXTS[0][1]})
    found = ask("Who mapped the rift of the Atlantic floor?", taken=taken)
    assert found
    assert TEXTS[0][1] not in found


def test_what_nearly_repeats_a_taken_sentence_is_not_chosen() -> None:
    copies = [SENTENCES[0], SENTENCES[0].model_copy(update={"source_id": "s9", "text": TEXTS[0][1].upper()})]
    found = ask("Who mapped the rift?", sentences=copies, vectors=VECTORS[[0, 0]], taken=frozenset({TEXTS[0][1]}))
    assert found == []


def test_scores_are_between_zero_and_one_and_the_limit_holds() -> None:
    vector = np.array(SEAFLOOR, dtype=np.float32)
    found = select_evidence("rift of the Atlantic floor", SENTENCES, VECTORS, vector, language="en", limit=2)
    assert len(found) == 2
    assert all(0 < score <= 1 for _, score in found)


def test_a_sentence_without_the_subject_is_not_chosen() -> None:
    vector = np.array(SEAFLOOR, dtype=np.float32)
    found = select_evidence(
        "soundings: who mapped the rift?", SENTENCES, VECTORS, vector, language="en", limit=3, about="soundings"
    )
    assert found
    assert all("soundings" in one.text for one, _ in found)


def test_a_source_without_the_named_is_not_chosen() -> None:
    assert ask("Which rift of the floor was mapped by Marie Tharp?") == [TEXTS[0][1]]


def test_no_sentence_or_no_room_gives_nothing() -> None:
    assert ask("rift", sentences=[], vectors=np.zeros((0, 3), dtype=np.float32)) == []
    assert ask("rift of the Atlantic floor", limit=0) == []
