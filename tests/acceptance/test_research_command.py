import json
import re
from pathlib import Path

import pytest

LEEDS = """# The bridge at Leeds

By Ann Author, 3 May 2021

The council of Leeds opened a new bridge on 3 May 2021. The bridge is 120 metres long and cost
12 million euros. The engineer Maria Keller designed the bridge for the city council. Traffic over the old
bridge had been slow for years, and the mayor, John Baker, promised a new one in 2016. Work on the bridge
began in March 2018 and took three years.

The bridge carries two lanes for cars and one for bicycles. Residents of Leeds welcomed the bridge with
a festival. The old bridge will be taken down in 2022, the council said. A second bridge further down the
river is being planned.
"""


YORK = """# York and its floods

By Carl Writer, 9 June 2020

Heavy rain flooded the centre of York in February 2020, and 400 households had to leave their homes. The river
Ouse rose 4.4 metres above its normal level, the Environment Agency said. Volunteers filled sandbags through the
night while the fire brigade pumped water out of cellars.

The city plans a longer bridge of 300 metres, since the present one dams up the water. Engineers expect to finish
the flood wall in 2025. Insurers put the damage at 30 million pounds, twice as much as in the flood of 2015.
"""


TITLE = "&lt;script&gt;alert(1)&lt;/script&gt; Bridges"
MARKUP = "The bridge &lt;img src=x onerror=alert(2)&gt; at Leeds is 120 metres long and {{7*7}} wide, engineers said."
PLAIN = "The council of Leeds opened the bridge on 3 May 2021, and many people came to see the new bridge."

UNUSABLE = {
    "binary.html": bytes(range(256)) * 200,
    "broken.pdf": b"%PDF-1.7\nnothing of the kind",
    "empty.txt": b"",
    "huge.txt": b"The bridge is long. " * 1_500_000,
}


def fill(folder: Path) -> Path:
    """Two texts."""
    folder.mkdir()
    (folder / "leeds.md").write_text(LEEDS)
    (folder / "york.md").write_text(YORK)
    return folder


@pytest.fixture
def corpus(tmp_path) -> Path:
    return fill(tmp_path / "corpus")


@pytest.fixture(scope="module")
def bridge(tmp_path_factory, launch):
    """One research over two texts, a page that is hostile and files that are of no use: its folder, how it ended."""
    root = tmp_path_factory.mktemp("bridge")
    corpus = fill(root / "corpus")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in (MARKUP, *[PLAIN] * 6))
    page = f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>{body}</article></body></html>"
    (corpus / "hostile.html").write_text(page)
    for name, content in UNUSABLE.items():
        (corpus / name).write_bytes(content)
    outcome = launch(root, "research", "<b>How long</b> is the bridge?", "--corpus", str(corpus))
    assert outcome.status == 0, outcome.err
    return root, outcome


@pytest.fixture
def report(bridge) -> dict:
    (path,) = bridge[0].glob("reports/*/report.json")
    return json.loads(path.read_text("utf-8"))


def test_a_question_over_a_folder_prints_the_answer_and_what_it_read_can_be_searched(bridge, here):
    root, outcome = bridge
    *answer, path = outcome.out.splitlines()
    assert (root / path).name == "report.html"
    assert (root / path).exists()
    assert "metres long" in " ".join(answer)
    assert "[1]" in outcome.out
    for stage in ("plan", "search", "fetch", "index", "analyze", "verify", "publish"):
        assert f"{stage}: " in outcome.err
    found = here("search", "lanes for cyclists", "--limit", "1", folder=root)
    assert found.status == 0, found.err
    assert "bicycles" in found.out
    assert re.search(r"corpus:leeds\.md  s\d \d+-\d+  job ", found.out)


def test_files_that_cannot_be_used_are_listed_each_with_its_reason(bridge, report):
    _, outcome = bridge
    failed = {source["url"]: source["reason"] for source in report["sources"] if source["status"] != "read"}
    assert set(failed) == {f"corpus:{name}" for name in UNUSABLE}
    assert all(failed.values())
    assert "20 MB" in failed["corpus:huge.txt"]
    assert all(f"not read: {url} {reason}" in outcome.out for url, reason in failed.items())
    assert "Traceback" not in outcome.err


def test_markup_and_scripts_in_titles_and_texts_stay_text(bridge, report, assert_sound):
    root, _ = bridge
    assert_sound(root, report)
    hostile = next(source for source in report["sources"] if source["url"] == "corpus:hostile.html")
    assert "<script>alert(1)</script>" in hostile["title"]
    html = (root / "reports" / report["job_id"] / "report.html").read_text("utf-8")
    assert "alert(1)" in html
    assert "onerror=alert(2)" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>How" not in html


def test_a_search_before_any_research_says_so(here):
    outcome = here("search", "anything")
    assert outcome.status == 0, outcome.err
    assert "nothing was collected yet" in outcome.out


def test_a_question_that_no_source_answers_is_partial_with_a_report(here, corpus, tmp_path):
    outcome = here("research", "quantum chromodynamics of gluons", "--corpus", corpus, "--json")
    assert outcome.status == 3, outcome.err
    assert (outcome.report["status"], outcome.report["stop_reason"]) == ("partial", "sources")
    assert "Partial: the sources that were read carry no answer" in outcome.err
    assert (tmp_path / "reports" / outcome.report["job_id"] / "report.html").exists()


def test_a_folder_of_unusable_files_alone_is_partial(here, tmp_path):
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "broken.pdf").write_bytes(UNUSABLE["broken.pdf"])
    outcome = here("research", "anything", "--corpus", folder, "--json")
    assert outcome.status == 3, outcome.err
    assert [source["status"] for source in outcome.report["sources"]] == ["failed"]


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["research", "", "--corpus", "corpus"], 2, "the question is empty"),
        (["research", " \t", "--corpus", "corpus"], 2, "the question is empty"),
        (["research", "x" * 2_001, "--corpus", "corpus"], 2, "at most 2000 characters (given: 2,001 characters)"),
        (["research", "q", "--corpus", "nowhere"], 2, "nowhere cannot be read: No such file or directory"),
        (["research", "q", "--corpus", "corpus/leeds.md"], 2, "cannot be read: Not a directory"),
        (["research", "q", "--corpus", "vacant"], 1, "holds no HTML, PDF, Markdown or text"),
        (["research", "q", "--provider", "nobody"], 2, "--provider: search provider 'nobody' is not set up"),
        (["research", "q", "--max-usd", "-1"], 2, "--max-usd: "),
        (["research", "q", "--since", "today"], 2, "a day such as 2026-01-31 is needed"),
        (["research", "q", "--corpus", "corpus", "--max-results", "0"], 2, "--max-results: "),
        (["research", "q", "--corpus", "corpus", "--out", "corpus/leeds.md"], 1, "choose another folder with --out"),
        (["research", "q", "--corpus", "corpus", "--config", "no.toml"], 2, "no.toml cannot be read"),
        (["research", "q", "--url", "javascript:alert(1)"], 2, "is no address of a web page"),
        (["research", "q", "--url", "http://[::1"], 2, "is no address of a web page"),
        (["research", "q", "--fast"], 2, "unrecognized arguments: --fast"),
        (["search", " "], 2, "the query has to be 1 to 2,000 characters"),
        (["search", "q", "--limit", "0"], 2, "--limit: 1 to 100 are allowed (given: 0)"),
        (["verify", "nothing.zip"], 1, "nothing.zip"),
        ([], 2, "the following arguments are required: COMMAND"),
    ],
)
def test_a_wrong_call_says_in_one_line_what_to_do(here, corpus, tmp_path, arguments, status, complaint):
    (tmp_path / "vacant").mkdir()
    ended = here(*arguments)
    assert (ended.status, ended.out) == (status, "")
    assert complaint in ended.err.strip().splitlines()[-1]
