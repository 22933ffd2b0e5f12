from hashlib import sha256

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from actors.domain.documents import Passage, Source, SourceStatus
from actors.services.nlp.sentences import split_passages
from actors.services.vectors.rebuilding import rebuild
from actors.services.vectors.rows import About, Piece, Row, pack

SENTENCES = st.lists(st.sampled_from(["One.", "Two is it.", "", "Dr. No", "é\u2028x", "\x85", "x" * 70]), max_size=30)


def rows_of(text: str, passages: list[Passage], texts: dict[str, str]) -> list[Row]:
    digest = sha256(text.encode()).hexdigest()
    source = Source(id="s1", url="https://a.example/", sha256=digest, status=SourceStatus.READ)
    parcel = pack("j1", passages, {"s1": source}, np.zeros((len(passages), 1), np.float32), texts)
    return [parcel.claims[0].of(Piece.model_validate_json(row["told"])) for row in parcel.rows]


@given(st.text() | st.builds(lambda parts, space: space.join(parts), SENTENCES, st.sampled_from([" ", "\n", " \n\n "])))
@example("A b. C d.\n\n\nE f.  ")
def test_the_text_of_any_source_comes_back_from_its_passages(text):
    passages = split_passages("s1", text, target_characters=40)
    rows = rows_of(text, passages, {"s1": text})
    kept = rebuild(rows[::-1])
    if not passages:
        assert kept is None
        return
    assert (kept.whole, kept.extracted.text) == (True, text)


def test_rows_from_before_white_space_was_kept_give_the_text_where_its_hash_tells_and_else_the_passages():
    for text, whole in (
        ("One is it.\nTwo is it.", True),
        ("One is it. Two is it.", True),
        ("One is it.\tTwo it is.", False),
    ):
        passages = [
            Passage(id="s1p1", source_id="s1", text=text[:10], start=0, end=10),
            Passage(id="s1p2", source_id="s1", text=text[11:], start=11, end=len(text)),
        ]
        old = [row.model_copy(update={"about": About()}) for row in rows_of(text, passages, {})]
        kept = rebuild(old)
        assert (kept.whole, kept.extracted.text) == (whole, text if whole else text.replace("\t", "\n"))
        assert kept.sha256 == sha256(kept.extracted.text.encode()).hexdigest()


def test_a_row_that_was_changed_by_hand_or_is_missing_is_never_taken_for_the_whole_text():
    text = "One is it.\nTwo is it.\nThree is it."
    passages = split_passages("s1", text, target_characters=10)
    rows = rows_of(text, passages, {"s1": text})
    assert len(rows) == 3
    assert not rebuild([*rows[:2], rows[2].model_copy(update={"text": "Three it is."})]).whole
    assert rebuild(rows[1:]).extracted.text == "Two is it.\nThree is it."
    told = rows[0].model_dump() | {"about": "{"}
    assert not rebuild([Row.model_validate(told)]).whole
