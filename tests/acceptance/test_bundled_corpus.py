import json
from pathlib import Path

import jsonschema

from actors.engine import verify_evidence

ROOT = Path(__file__).parent.parent.parent


def test_the_report_is_complete_sound_and_valid(ozone, assert_sound):
    folder, report = ozone
    assert report["status"] == "completed"
    assert_sound(folder, report)
    jsonschema.validate(report, json.loads((ROOT / "docs" / "report.schema.json").read_text()))


def test_json_alone_is_on_stdout_and_the_report_lies_beside_its_sources(ozone):
    root, report = ozone
    folder = root / "reports" / report["job_id"]
    assert json.loads((folder / "report.json").read_text("utf-8")) == report
    assert {path.name for path in folder.iterdir()} == {
        "report.html",
        "report.md",
        "report.json",
        "evidence.zip",
        "sources",
    }


def test_the_answer_is_drawn_from_several_sources(ozone):
    _, report = ozone
    of = {passage["id"]: passage["source_id"] for passage in report["passages"]}
    cited = {of[citation] for statement in report["summary"] for citation in statement["citations"]}
    assert len(report["summary"]) >= 4
    assert len(cited) >= 3
    assert all(statement["support"] == "supported" for statement in report["summary"])


def test_the_well_known_is_found(ozone):
    _, report = ozone
    names = {name for entity in report["entities"] for name in [entity["name"], *entity["aliases"]]}
    assert {"Mario Molina", "Susan Solomon"} <= names
    assert "1987-09-16" in {event["date"] for event in report["timeline"]}
    assert len(report["topics"]) >= 3
    assert len(report["related"]) >= 3


def test_both_honest_disagreements_of_the_corpus_are_found(ozone):
    _, report = ozone
    disagreements = [row for row in report["agreement"] if row["verdict"] == "disagree"]
    values = [{claim["value"] for claim in row["claims"]} for row in disagreements]
    assert any(any("2060" in value for value in each) and any("2066" in value for value in each) for each in values)
    assert any(any("29.9" in value for value in each) and any("28.3" in value for value in each) for each in values)


def test_a_page_in_another_language_is_read_but_not_analysed_and_one_without_text_is_listed(ozone):
    _, report = ozone
    german = next(source for source in report["sources"] if "ozonschicht" in source["url"])
    assert (german["status"], german["language"]) == ("read", "de")
    assert any(warning.startswith(f"{german['id']} is in another language") for warning in report["warnings"])
    gallery = next(source for source in report["sources"] if "gallery" in source["url"])
    assert gallery["status"] == "failed"
    assert gallery["reason"]


def test_every_source_that_was_read_is_described(ozone):
    _, report = ozone
    read = [source for source in report["sources"] if source["status"] == "read"]
    assert len(read) == 15
    for source in read:
        assert source["title"]
        assert source["author"]
        assert source["published"]
        assert 0 <= source["credibility"]["score"] <= 1
        assert source["credibility"]["reasons"]


def test_the_evidence_can_be_checked_again_and_a_changed_quotation_is_noticed(ozone, tmp_path):
    folder, report = ozone
    bundle = folder / "reports" / report["job_id"] / "evidence.zip"
    assert verify_evidence(bundle) == []
    assert report["quality"]["cited_share"] == 1
    assert report["quality"]["citation_precision"] > 0.9
