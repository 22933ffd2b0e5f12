"""The options of `research`: each makes its field of the request, and a wrong one is told by its own name."""

from datetime import date

import pytest

from actors.domain.errors import ConfigError
from actors.domain.job import Budget, ResearchRequest
from app.__main__ import parser
from app.config import AppConfig
from app.options import request_of


def requested(*options):
    return request_of(parser().parse_args(["research", "How?", *options]), AppConfig())


def test_a_question_alone_is_a_request_with_its_defaults():
    assert requested() == ResearchRequest(query="How?")


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        (["--depth", "2"], {"depth": 2}),
        (["--news", "--images"], {"include_news": True, "include_images": True}),
        (["--videos", "--earlier"], {"include_videos": True, "include_earlier": True}),
        (
            ["--include-domain", "A.example", "--include-domain", "b.example"],
            {"include_domains": ("a.example", "b.example")},
        ),
        (["--exclude-domain", "c.example"], {"exclude_domains": ("c.example",)}),
        (["--since", "2026-01-02", "--until", "2026-01-02"], {"since": date(2026, 1, 2), "until": date(2026, 1, 2)}),
        (["--language", "de"], {"language": "de"}),
        (["--provider", "wikipedia", "--provider", "brave"], {"providers": ("wikipedia", "brave")}),
        (["--corpus", "texts"], {"providers": ("corpus",)}),
        (["--corpus", "texts", "--provider", "wikipedia"], {"providers": ("corpus", "wikipedia")}),
        (["--url", "https://a.example/"], {"urls": ("https://a.example/",)}),
        (["--max-usd", "0.5", "--max-pages", "7"], {"budget": Budget(usd=0.5, pages=7)}),
        (["--max-tokens", "9000", "--max-seconds", "60"], {"budget": Budget(tokens=9_000, seconds=60)}),
        (["--max-results", "7", "--keep-unsupported"], {"max_results": 7, "keep_unsupported": True}),
    ],
)
def test_each_option_makes_its_field(options, fields):
    assert requested(*options) == ResearchRequest(query="How?", **fields)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--depth", "6"], "--depth: input should be less than or equal to 5 (given: 6)"),
        (["--max-usd", "-1"], "--max-usd: input should be greater than or equal to 0 (given: -1.0)"),
        (["--max-seconds", "0"], "--max-seconds: input should be greater than 0 (given: 0.0)"),
        (["--max-pages", "0"], "--max-pages: input should be greater than or equal to 1 (given: 0)"),
        (["--max-usd", "nan"], "--max-usd: "),
        (["--language", "english"], "--language: has to be a code of ISO 639-1 such as en (given: 'english')"),
        (["--include-domain", "https://a.example/"], "--include-domain: has to be a domain alone, such as example.org"),
        (["--exclude-domain", "*.a.example"], "--exclude-domain: has to be a domain without a wildcard"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], "--until: must not be before --since, 2026-02-01"),
    ],
)
def test_a_wrong_option_is_told_by_its_name(options, said):
    with pytest.raises(ConfigError) as caught:
        requested(*options)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("day", ["yesterday", "31.1.2026", "2026-02-30"])
def test_a_day_that_is_none_is_told_how_to_write_it(capsys, day):
    with pytest.raises(SystemExit):
        requested("--since", day)
    assert f"argument --since: a day such as 2026-01-31 is needed (given: {day!r})" in capsys.readouterr().err
