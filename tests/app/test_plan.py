"""A plan says what a research would do and cost at most, and leaves nothing behind."""

from app.schemas.responses import PlanResponse


async def test_a_plan_without_a_model_costs_nothing_and_is_no_job(client, engine):
    body = {"query": " How long is the bridge? ", "depth": 1, "max_results": 7, "providers": ["wikipedia"]}
    async with client.post("/research/plan", json=body) as response:
        told = await response.json()
        assert response.status == 200, told
    assert PlanResponse().validate(told) == {}
    assert (told["query"], told["questions"][0]) == ("How long is the bridge?", "How long is the bridge?")
    assert (told["by_model"], told["model"], told["providers"]) == (False, None, ["wikipedia"])
    assert (told["rounds"], told["pages"]) == (2, 14)
    assert (told["most"]["usd"], told["most"]["tokens"], told["spent"]["tokens"]) == (0, 0, 0)
    assert told["most"]["searches"] >= len(told["questions"])
    assert await engine.jobs(tenant="default") == []


async def test_a_plan_keeps_within_the_budget(client):
    body = {"query": "How long is the bridge?", "budget": {"pages": 3}}
    told = await (await client.post("/research/plan", json=body)).json()
    assert told["pages"] == 3


async def test_what_cannot_be_asked_cannot_be_planned(client, problem_of):
    response = await client.post("/research/plan", json={"query": "Why?", "providers": ["nobody"]})
    assert list((await problem_of(response, 422))["errors"]) == ["providers"]
    response = await client.post("/research/plan", json={"query": "Why?", "since": "2026-02-01", "until": "2026-01-01"})
    assert list((await problem_of(response, 422))["errors"]) == ["until"]
