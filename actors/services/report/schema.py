"""The JSON Schema of report.json, made from the model itself: docs/report.schema.json is its committed copy."""

import json
from typing import Any

from actors.domain.analysis import Report

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def report_schema() -> dict[str, Any]:
    """JSON Schema 2020-12. Every field is written, also the empty ones, so all are required."""
    schema = Report.model_json_schema(mode="serialization")
    for part in (schema, *schema["$defs"].values()):
        if "properties" in part:
            part["required"] = list(part["properties"])
            for field in part["properties"].values():
                field.pop("default", None)
                field.pop("title", None)
    return {"$schema": _DIALECT, **schema, "title": "Research report", "description": _DESCRIPTION}


def schema_text() -> str:
    """The file's content."""
    return json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"


_DESCRIPTION = (
    "Everything the research found. `start` and `end` of a passage are character offsets into the UTF-8 file "
    "sources/<source_id>.txt, and `text` is exactly that span; citations are ids of passages."
)
