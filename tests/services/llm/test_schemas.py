from datetime import date
from typing import Annotated, Any, Literal, Optional

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from actors.domain.analysis import EntityType
from actors.domain.documents import IsoDate
from actors.domain.job import Record
from actors.services.llm.schemas import strict_schema, unlimited
from tests.servers.model_answers import answer_text
from tests.servers.model_protocol import wrong_in_strict


class Part(Record):
    pattern: Annotated[str, Field(max_length=20, pattern="^[a-z]+$")] = "x"
    when: IsoDate
    day: date
    kind: EntityType = Field(description="what it is")
    only: Literal["one"]
    weight: Annotated[float, Field(ge=0, le=1)]
    looked: Annotated[str, Field(pattern="[a-z]")] = ""


class Whole(Record):
    """All that a task may ask for."""

    parts: Annotated[tuple[Part, ...], Field(max_length=4, description="the parts")]
    best: Part | None = None
    note: Annotated[str, Field(max_length=9)] | None


class Itself(Record):
    inner: Optional["Itself"]


class Open(Record):
    anything: dict[str, int]


class Mixed(Record):
    pair: tuple[int, str]


def test_every_object_is_closed_and_every_property_required():
    schema = strict_schema(Whole)
    assert wrong_in_strict(schema, "()", keywords=True) is None
    assert schema["required"] == ["parts", "best", "note"]
    assert schema["properties"]["parts"]["maxItems"] == 4
    part = schema["properties"]["parts"]["items"]
    assert set(part["required"]) == {"pattern", "when", "day", "kind", "only", "weight", "looked"}
    assert "$ref" not in str(schema)
    assert "title" not in schema


def test_limits_are_kept_where_servers_understand_them():
    part = strict_schema(Whole)["properties"]["parts"]["items"]["properties"]
    assert part["pattern"] == {"type": "string", "maxLength": 20, "pattern": "^[a-z]+$"}
    assert part["day"] == {"type": "string", "format": "date"}
    assert part["only"] == {"type": "string", "enum": ["one"]}
    assert part["looked"] == {"type": "string"}
    assert part["kind"]["description"] == "what it is"


def test_a_schema_without_limits_keeps_its_shape():
    schema = unlimited(strict_schema(Whole))
    assert wrong_in_strict(schema, "()", keywords=False) is None
    assert "maxLength" not in str(schema)
    assert "maxItems" not in str(schema)
    assert schema["properties"]["parts"]["items"]["properties"]["pattern"] == {"type": "string"}


@pytest.mark.parametrize("kind", [Itself, Open, Mixed])
def test_what_no_strict_schema_can_say_is_refused(kind):
    with pytest.raises(TypeError):
        strict_schema(kind)


def test_the_copying_model_fits_every_schema():
    schema = strict_schema(Whole)
    body: dict[str, Any] = {
        "messages": [{"role": "user", "content": "[1] Ada Lovelace wrote notes on 1843-10-02 in London."}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
    }
    Draft202012Validator.check_schema(schema)
    text = answer_text(body)
    assert Whole.model_validate_json(text).parts[0].day == date(1843, 10, 2)
