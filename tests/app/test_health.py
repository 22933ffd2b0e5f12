"""How the service says how it is."""

import pytest

from actors.config import RedisConfig
from actors.engine import open_engine
from app.factory import create_app
from app.schemas.responses import HealthResponse


async def test_a_service_that_is_well_says_so(client):
    async with client.get("/health") as response:
        told = await response.json()
        assert response.status == 200
        assert "X-Degraded" not in response.headers
    assert HealthResponse().validate(told) == {}
    assert (told["status"], told["store"]["tier"]) == ("healthy", "memory")


async def test_an_engine_that_has_given_up_is_unhealthy(client, engine):
    engine._supervisor.given_up = ("collect",)
    async with client.get("/health") as response:
        told = await response.json()
        assert (response.status, told["status"]) == (503, "unhealthy")
    assert "collect" in told["problems"][0]


@pytest.mark.parametrize("path", ["/health", "/jobs", "/nothing", "/openapi.json"])
async def test_every_answer_says_that_jobs_are_only_in_memory(listen, config, path):
    redis = RedisConfig(url="redis://127.0.0.1:1/0", connect_seconds=0.1)
    config = config.model_copy(update={"redis": redis})
    async with open_engine(config, actors=False) as engine:
        client = await listen(create_app(config, engine=engine))
        assert (await client.get(path)).headers["X-Degraded"] == "memory-store"
        told = await (await client.get("/health")).json()
        assert told["status"] == "degraded"
