import json
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from actors.domain.job import Record
from actors.services.llm.repair import mended
from actors.services.llm.schemas import strict_schema


class Item(Record):
    text: Annotated[str, Field(max_length=40)]
    numbers: Annotated[list[int], Field(max_length=3)]


class Items(Record):
    title: str = "none"
    items: Annotated[list[Item], Field(max_length=3)]


SCHEMA = strict_schema(Items)
WHOLE = {"title": "t", "items": [{"text": 'a "{[,]}" b\n', "numbers": [1, 23]}, {"text": "c", "numbers": []}]}
TEXT = json.dumps(WHOLE)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"```json\n{TEXT}\n```",
        f"Here is {{the}} answer:\n{TEXT} I hope it is {{right}}.",
        f'<think>{{"title": 1}}</think>{TEXT}',
        TEXT.replace("\\n", "\n"),
        f"{TEXT}{TEXT}",
        TEXT.replace('{"title"', '{"sure": true, "title"'),
        TEXT.replace('"numbers": []', '"numbers": [], "more": {"a": [1]}'),
    ],
)
def test_the_json_in_an_answer_is_found(text):
    assert mended(text, Items, SCHEMA) == Items.model_validate(WHOLE)


def test_lists_that_are_too_long_are_cut():
    text = json.dumps({"title": "t", "items": [{"text": "c", "numbers": [1, 2, 3, 4]}] * 5})
    found = mended(text, Items, SCHEMA).items
    assert [one.numbers for one in found] == [[1, 2, 3]] * 3


@pytest.mark.parametrize(
    ("end", "items"),
    [
        ("[1, 23", [[1]]),
        ("[1, 23]", [[1]]),
        ("[1, 23]}", [[1, 23]]),
        ('"c", "numb', [[1, 23]]),
        ('"numbers": []}', [[1, 23], []]),
    ],
)
def test_what_was_cut_off_ends_with_its_last_whole_item(end, items):
    cut = TEXT[: TEXT.rindex(end) + len(end)]
    assert [one.numbers for one in mended(cut, Items, SCHEMA).items] == items


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no JSON", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ('{"title": "t", "items": NaN}', "no JSON object"),
        ('{"title": "t", "items": [{"text": 7, "numbers": []}]}', r"items\.0\.text: Input should be a valid string"),
        ('{"title": "t"}', "items: Field required"),
        ('{"title": "cut in a str', "no JSON object"),
        ('{"items": [{"text": "' + "x" * 41 + '", "numbers": []}]}', "at most 40 characters"),
    ],
)
def test_what_cannot_be_mended_is_named(text, told):
    with pytest.raises(ValueError, match=told):
        mended(text, Items, SCHEMA)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 5_000])
def test_what_is_no_number_is_no_json(number):
    class Weighed(Record):
        weight: float

    with pytest.raises(ValueError, match="no JSON object"):
        mended(f'{{"weight": {number}}}', Weighed, strict_schema(Weighed))


@given(end=st.integers(0, len(TEXT)))
def test_nothing_is_made_up_wherever_an_answer_is_cut(end):
    try:
        found = mended(TEXT[:end], Items, SCHEMA).model_dump()["items"]
    except ValueError:
        return
    for mine, theirs in zip(found, WHOLE["items"], strict=False):
        assert mine["text"] == theirs["text"]
        assert mine["numbers"] == theirs["numbers"][: len(mine["numbers"])]
