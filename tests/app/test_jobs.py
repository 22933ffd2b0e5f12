"""A job's life as a client sees it."""

from datetime import datetime
from pathlib import Path

import pytest
from marshmallow import EXCLUDE

from app.schemas.responses import JobListResponse, JobResponse, StatusResponse

UNKNOWN = "019a2b7c-4d5e-7f60-8a1b-2c3d4e5f6071"
ON_A_JOB = [
    ("GET", "/status/{}"),
    ("GET", "/jobs/{}"),
    ("DELETE", "/jobs/{}"),
    ("POST", "/jobs/{}/cancel"),
    ("GET", "/jobs/{}/events"),
    ("GET", "/reports/{}/report.html"),
    ("GET", "/reports/{}.html"),
]


def folders(config):
    return list(Path(config.storage.reports).glob("*"))


async def test_a_question_is_taken_in_and_the_answer_says_where_to_look(client, collect):
    collect.gate.clear()
    async with client.post("/research", json={"query": " Why? ", "max_results": 3}) as response:
        told = await response.json()
        assert response.status == 202
        assert response.headers["Location"] == f"/status/{told['job_id']}"
    assert JobResponse(unknown=EXCLUDE).validate(told) == {}
    assert (told["query"], told["result"], told["report_url"]) == ("Why?", None, None)
    assert datetime.fromisoformat(told["created_at"]).utcoffset().total_seconds() == 0
    await collect.started.wait()
    running = await (await client.get(f"/status/{told['job_id']}")).json()
    assert (running["status"], running["stage"], running["progress"]) == ("running", "collect", 0.0)


async def test_the_status_of_an_ended_job_holds_its_report(client, finished):
    job_id = await finished()
    async with client.get(f"/status/{job_id}") as response:
        told = await response.json()
    assert StatusResponse().validate(told) == {}
    assert (told["status"], told["progress"], told["usage"]["pages"]) == ("completed", 1.0, 1)
    assert told["completed_at"] >= told["started_at"] >= told["created_at"]
    report = await (await client.get(f"/reports/{job_id}/report.json")).json()
    assert told["result"] == report
    assert (await client.get(told["report_url"])).status == 200
    assert (await client.get(told["events_url"], headers={"Accept": "application/json"})).status == 200


async def test_a_job_alone_comes_without_its_report(client, finished):
    told = await (await client.get(f"/jobs/{await finished()}")).json()
    assert JobResponse().validate(told) == {}
    assert (told["status"], told["usage"]["pages"]) == ("completed", 1)


async def test_a_request_without_a_number_of_sources_takes_what_the_configuration_says(client, submit, engine, config):
    job = await engine.job(await submit())
    assert job.request.max_results == config.search.max_results


async def test_jobs_are_listed_newest_first_by_status_and_up_to_a_limit(client, submit, finished, collect):
    first, second = await finished(), await finished()
    collect.gate.clear()
    third = await submit()
    listed = await (await client.get("/jobs")).json()
    assert JobListResponse().validate(listed) == {}
    assert [job["job_id"] for job in listed["jobs"]] == [third, second, first]
    assert [job["job_id"] for job in (await (await client.get("/jobs?limit=1")).json())["jobs"]] == [third]
    ended = await (await client.get("/jobs?status=completed")).json()
    assert [job["job_id"] for job in ended["jobs"]] == [second, first]


@pytest.mark.parametrize("query", ["status=done", "limit=0", "limit=101", "limit=ten", "cursor=1"])
async def test_a_list_that_cannot_be_is_told_why(client, problem_of, query):
    told = await problem_of(await client.get(f"/jobs?{query}"), 422)
    assert list(told["errors"]) == [query.partition("=")[0]]


async def test_a_job_is_cancelled_once_and_stays_so(client, submit, collect):
    collect.gate.clear()
    job_id = await submit()
    for _ in range(2):
        async with client.post(f"/jobs/{job_id}/cancel") as response:
            assert (response.status, (await response.json())["status"]) == (200, "cancelled")


async def test_cancelling_a_job_that_has_ended_changes_nothing(client, finished):
    async with client.post(f"/jobs/{await finished()}/cancel") as response:
        assert (response.status, (await response.json())["status"]) == (200, "completed")


async def test_only_a_job_that_has_ended_can_be_deleted(client, submit, finished, collect, config, problem_of):
    done = await finished()
    await client.get(f"/reports/{done}/report.html")
    assert {path.name for path in folders(config)} == {done}
    async with client.delete(f"/jobs/{done}") as response:
        assert (response.status, await response.read()) == (204, b"")
    assert folders(config) == []
    await problem_of(await client.get(f"/jobs/{done}"), 404)
    collect.gate.clear()
    active = await submit()
    told = await problem_of(await client.delete(f"/jobs/{active}"), 409)
    assert "only a job that has ended" in told["detail"]


@pytest.mark.parametrize(("method", "path"), ON_A_JOB)
async def test_a_job_that_does_not_exist_is_not_found(client, problem_of, method, path):
    told = await problem_of(await client.request(method, path.format(UNKNOWN)), 404)
    assert told["detail"] == f"There is no job {UNKNOWN}."


@pytest.mark.parametrize("job_id", ["1", "nobody", "..", "%2e%2e%2fetc", UNKNOWN.upper(), f"{UNKNOWN}0", "a" * 5_000])
async def test_what_is_no_jobs_id_is_not_found_and_leads_to_no_file(client, problem_of, config, job_id):
    for method, path in ON_A_JOB:
        told = await problem_of(await client.request(method, path.format(job_id)), 404)
        assert told["detail"].startswith(("The address names no job", "There is nothing at this address"))
    assert not config.storage.reports.exists()


async def test_too_many_jobs_are_turned_away_for_a_while(client, submit, engine, collect, problem_of):
    collect.gate.clear()
    turned_away = None
    while turned_away is None:
        response = await client.post("/research", json={"query": "Why?"})
        turned_away = response if response.status != 202 else None
    told = await problem_of(turned_away, 503)
    assert int(turned_away.headers["Retry-After"]) >= 1
    assert "wait" in told["detail"]
