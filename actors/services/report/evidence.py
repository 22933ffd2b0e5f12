"""evidence.zip checked again, offline: what this finds nothing wrong with quotes its sources word for word."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from actors.domain.analysis import Report
from actors.domain.documents import Passage, Source, SourceStatus
from actors.services.report.bundle import FORMAT, MANIFEST, REPORT, citations
from actors.services.report.links import saved_text

_MOST_BYTES = 500_000_000


def verify_bundle(path: Path) -> list[str]:
    """The problems found, one line each; none means sound. A file that is no such archive is a problem too."""
    try:
        with zipfile.ZipFile(path) as archive:
            return list(_problems(_members(archive)))
    except FileNotFoundError:
        return [f"{path}: there is no such file"]
    except OSError as error:
        return [f"{path}: cannot be read: {error.strerror or error}"]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        return [f"{path}: not a whole zip archive: {error}"]
    except _UnusableError as error:
        return [str(error)]


class _UnusableError(Exception):
    """The archive lacks what the checks need."""


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
        raise _UnusableError(f"the archive unpacks to more than {_MOST_BYTES // 1_000_000} MB")
    return {name: archive.read(name) for name in archive.namelist()}


def _problems(members: Mapping[str, bytes]) -> Iterator[str]:
    report, manifest = _report(members), _manifest(members)
    sources = {source.id: source for source in report.sources}
    passages = {passage.id: passage for passage in report.passages}
    texts = dict(_texts(members, sources))
    yield from _source_problems(members, report, manifest)
    for passage in report.passages:
        yield from _passage_problems(passage, sources, texts)
    yield from _statement_problems(report, passages)
    yield from _manifest_problems(manifest, report, passages)


def _report(members: Mapping[str, bytes]) -> Report:
    if REPORT not in members:
        raise _UnusableError(f"{REPORT} is missing")
    try:
        return Report.model_validate_json(members[REPORT])
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise _UnusableError(f"{REPORT} is not a report: {place}: {first['msg']}") from error


def _manifest(members: Mapping[str, bytes]) -> dict[str, Any]:
    if MANIFEST not in members:
        raise _UnusableError(f"{MANIFEST} is missing")
    try:
        manifest = json.loads(members[MANIFEST])
    except ValueError as error:
        raise _UnusableError(f"{MANIFEST} is not JSON: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _UnusableError(f"{MANIFEST} is not of format {FORMAT}")
    return manifest


def _texts(members: Mapping[str, bytes], sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    for source in sources.values():
        if source.status is SourceStatus.READ and (content := members.get(saved_text(source))) is not None:
            yield source.id, content.decode(errors="replace")


def _source_problems(members: Mapping[str, bytes], report: Report, manifest: Mapping[str, Any]) -> Iterator[str]:
    listed = {each.get("id"): each for each in _records(manifest, "sources")}
    for source in report.sources:
        if source.status is not SourceStatus.READ:
            continue
        content = members.get(saved_text(source))
        if content is None:
            yield f"source {source.id}: {saved_text(source)} is missing"
        elif hashlib.sha256(content).hexdigest() != source.sha256:
            yield f"source {source.id}: {saved_text(source)} does not have the SHA-256 that {REPORT} gives"
        same = listed.get(source.id, {})
        if (same.get("sha256"), same.get("fetched_at"), same.get("url")) != (
            source.sha256,
            source.fetched_at,
            source.url,
        ):
            yield f"source {source.id}: {MANIFEST} and {REPORT} do not tell the same of it"


def _passage_problems(passage: Passage, sources: Mapping[str, Source], texts: Mapping[str, str]) -> Iterator[str]:
    if passage.source_id not in sources:
        yield f"passage {passage.id}: there is no source {passage.source_id}"
    elif passage.source_id not in texts:
        yield f"passage {passage.id}: the text of source {passage.source_id} is missing"
    elif texts[passage.source_id][passage.start : passage.end] != passage.text:
        yield f"passage {passage.id}: not word for word at {passage.start} to {passage.end} of its source"


def _statement_problems(report: Report, passages: Mapping[str, Passage]) -> Iterator[str]:
    for dangling in dict.fromkeys(each for each in citations(report) if each not in passages):
        yield f"citation {dangling}: there is no such passage"
    for statement in (*report.summary, *report.findings):
        for span in statement.evidence:
            passage = passages.get(span.passage_id)
            if passage and not passage.start <= span.start <= span.end <= passage.end:
                yield f"passage {passage.id}: the evidence at {span.start} to {span.end} lies outside of it"


def _manifest_problems(manifest: Mapping[str, Any], report: Report, passages: Mapping[str, Passage]) -> Iterator[str]:
    listed = {str(each.get("id")): each for each in _records(manifest, "passages")}
    for key, each in listed.items():
        passage = passages.get(key)
        if passage is None or passage.model_dump(mode="json") != each:
            yield f"passage {key}: {MANIFEST} and {REPORT} do not tell the same of it"
    for key in dict.fromkeys(each for each in citations(report) if each in passages and each not in listed):
        yield f"passage {key}: cited, but not in {MANIFEST}"


def _records(manifest: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    records = manifest.get(key)
    return [each for each in records if isinstance(each, dict)] if isinstance(records, list) else []
