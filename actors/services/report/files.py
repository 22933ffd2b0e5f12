"""The report as files: the same report and texts make the same bytes, on whichever host and however often."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from actors.domain.analysis import Report
from actors.services.report.bundle import bundle
from actors.services.report.html import render_html
from actors.services.report.links import saved_text
from actors.services.report.markdown import render_markdown

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def render(report: Report, texts: Mapping[str, str]) -> dict[str, bytes]:
    """Every file of the report by its relative path; `texts` are the cleaned texts by source id.

    Raises:
        ValueError: a source id could not stand in a path.
    """
    sources = {source.id: source for source in report.sources if source.id in texts}
    for source_id in sources:
        if not _SAFE_ID.fullmatch(source_id):
            raise ValueError(f"a source id is letters, digits, dash and underscore, not {source_id!r}")
    saved = {saved_text(source): texts[key].encode(errors="replace") for key, source in sources.items()}
    as_json = (report.model_dump_json(indent=2) + "\n").encode()
    return {
        "report.html": render_html(report, texts).encode(errors="replace"),
        "report.md": render_markdown(report, texts).encode(errors="replace"),
        "report.json": as_json,
        **saved,
        "evidence.zip": bundle(report, as_json, saved),
    }


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Put the files under `folder`, each whole or not at all; the same again changes nothing.

    Raises:
        ValueError: a path would leave the folder.
        OSError: the folder cannot be written.
    """
    root = folder.resolve()
    for name, content in files.items():
        target = (root / name).resolve()
        if not target.is_relative_to(root):
            raise ValueError(f"the path {name!r} leads out of the report's folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, content)


def _replace(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
