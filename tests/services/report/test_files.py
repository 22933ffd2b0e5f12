import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from actors.domain.analysis import Report
from actors.services.report.evidence import verify_bundle
from actors.services.report.files import render, write
from actors.services.report.schema import report_schema, schema_text

Made = tuple[Report, dict[str, str]]
COMMITTED = Path(__file__).parents[3] / "docs" / "report.schema.json"


@pytest.fixture(scope="session")
def files(large: Made) -> dict[str, bytes]:
    return render(*large)


@pytest.fixture
def damaged(files: dict[str, bytes], tmp_path: Path) -> Callable[..., list[str]]:
    """What is found in an evidence.zip with some members replaced, or left out where None."""

    def check(**changes: bytes | None) -> list[str]:
        target = tmp_path / "evidence.zip"
        with zipfile.ZipFile(io.BytesIO(files["evidence.zip"])) as whole, zipfile.ZipFile(target, "w") as copy:
            members: dict[str, bytes | None] = {name: whole.read(name) for name in whole.namelist()}
            for name, content in {**members, **changes}.items():
                if content is not None:
                    copy.writestr(name, content)
        return verify_bundle(target)

    return check


def edited(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    data = json.loads(content)
    change(data)
    return json.dumps(data).encode()


def test_the_files_are_the_page_the_markdown_the_data_the_texts_and_the_evidence(
    files: dict[str, bytes], large: Made
) -> None:
    texts = {f"sources/{key}.txt": text.encode() for key, text in large[1].items()}
    assert files.keys() == {"report.html", "report.md", "report.json", "evidence.zip", *texts}
    assert texts.items() <= files.items()


def test_the_same_report_makes_the_same_bytes(files: dict[str, bytes], large: Made) -> None:
    assert render(*large) == files


def test_report_json_reads_back_as_the_report(files: dict[str, bytes], large: Made) -> None:
    assert Report.model_validate_json(files["report.json"]) == large[0]


def test_passages_are_exactly_the_characters_at_their_offsets(files: dict[str, bytes]) -> None:
    for passage in json.loads(files["report.json"])["passages"]:
        text = files[f"sources/{passage['source_id']}.txt"].decode()
        assert text[passage["start"] : passage["end"]] == passage["text"]


def test_the_committed_schema_is_what_the_model_makes() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == schema_text()


def test_the_schema_accepts_reports_and_refuses_what_is_none(
    files: dict[str, bytes], empty: Made, hostile: Callable[[str], Made]
) -> None:
    Draft202012Validator.check_schema(report_schema())
    validator = Draft202012Validator(report_schema())
    for content in (files["report.json"], render(*empty)["report.json"], render(*hostile("<b>"))["report.json"]):
        validator.validate(json.loads(content))
    report = json.loads(files["report.json"])
    assert not validator.is_valid({**report, "surprise": 1})
    assert not validator.is_valid({key: value for key, value in report.items() if key != "sources"})


def test_writing_twice_leaves_the_same_files_and_no_drafts(files: dict[str, bytes], tmp_path: Path) -> None:
    write(files, tmp_path)
    write(files, tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == files.keys()


def test_a_path_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="out of"):
        write({"../escaped.txt": b""}, tmp_path / "report")
    assert not (tmp_path / "escaped.txt").exists()


def test_a_source_id_that_is_no_file_name_is_refused(hostile: Callable[[str], Made]) -> None:
    report, texts = hostile("x")
    source = report.sources[0].model_copy(update={"id": "../s1"})
    with pytest.raises(ValueError, match="source id"):
        render(report.model_copy(update={"sources": (source,)}), {"../s1": texts["s1"]})


def test_sound_evidence_has_no_problems(damaged: Callable[..., list[str]]) -> None:
    assert damaged() == []


def test_a_changed_source_text_is_found(damaged: Callable[..., list[str]], files: dict[str, bytes]) -> None:
    problems = damaged(**{"sources/s1.txt": files["sources/s1.txt"].replace(b"harbour", b"airport")})
    assert any("SHA-256" in problem for problem in problems)
    assert any("passage s1p1: not word for word" in problem for problem in problems)


def test_a_missing_source_text_is_found(damaged: Callable[..., list[str]]) -> None:
    assert "source s2: sources/s2.txt is missing" in damaged(**{"sources/s2.txt": None})


def test_a_dangling_citation_is_found(damaged: Callable[..., list[str]], files: dict[str, bytes]) -> None:
    def change(report: dict[str, Any]) -> None:
        report["summary"][0]["citations"] = ["s9p99"]

    assert "citation s9p99: there is no such passage" in damaged(
        **{"report.json": edited(files["report.json"], change)}
    )


def test_moved_evidence_is_found(damaged: Callable[..., list[str]], files: dict[str, bytes]) -> None:
    def change(report: dict[str, Any]) -> None:
        report["summary"][0]["evidence"][0]["end"] += 100_000

    problems = damaged(**{"report.json": edited(files["report.json"], change)})
    assert any("lies outside" in problem for problem in problems)


def test_a_manifest_that_tells_another_story_is_found(damaged: Callable[..., list[str]], tmp_path: Path) -> None:
    damaged()
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        manifest = archive.read("evidence.json")

    def change(data: dict[str, Any]) -> None:
        data["sources"][0]["fetched_at"] = "1999-01-01T00:00:00+00:00"
        data["passages"][0]["text"] = "never said"
        del data["passages"][1]

    problems = damaged(**{"evidence.json": edited(manifest, change)})
    assert len(problems) == 3


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[", b"\xff\xfe"])
def test_an_archive_without_a_report_is_a_problem(damaged: Callable[..., list[str]], content: bytes | None) -> None:
    assert len(damaged(**{"report.json": content})) == 1
    assert len(damaged(**{"evidence.json": content})) == 1


def test_a_file_that_is_no_archive_is_a_problem(tmp_path: Path, files: dict[str, bytes]) -> None:
    assert len(verify_bundle(tmp_path / "missing.zip")) == 1
    assert len(verify_bundle(tmp_path)) == 1
    (tmp_path / "half.zip").write_bytes(files["evidence.zip"][:5000])
    assert len(verify_bundle(tmp_path / "half.zip")) == 1
