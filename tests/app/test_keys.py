"""Who is let in, to do what, and with whose jobs."""

from dataclasses import dataclass, field
from hashlib import sha256

import pytest

from app.config import AuthConfig, KeyConfig
from app.middlewares.api_key import _matching

PATHS = [
    ("POST", "/research"),
    ("POST", "/research/plan"),
    ("GET", "/search?q=x"),
    ("GET", "/status/x"),
    ("GET", "/jobs"),
    ("GET", "/jobs/x"),
    ("DELETE", "/jobs/x"),
    ("POST", "/jobs/x/cancel"),
    ("GET", "/jobs/x/events"),
    ("GET", "/reports/x/report.html"),
    ("GET", "/reports/x.html"),
    ("GET", "/nothing"),
    ("GET", "/docs/../jobs"),
    ("GET", "/health/../jobs"),
]


def key(name, tenant, *scopes):
    return KeyConfig(name=name, sha256=sha256(f"the key of {name}".encode()).hexdigest(), tenant=tenant, scopes=scopes)


def of(name):
    return {"X-API-Key": f"the key of {name}"}


@pytest.fixture
def config(config):
    keys = (key("ann", "a", "read", "write"), key("bob", "b", "read", "write"), key("reader", "a", "read"))
    return config.model_copy(update={"auth": AuthConfig(keys=keys, api_key="the one key")})


@pytest.fixture
def ask(client):
    """Post a question with somebody's key; answers the job's id."""

    async def post(name: str) -> str:
        async with client.post("/research", json={"query": "Why?"}, headers=of(name)) as response:
            assert response.status == 202
            return (await response.json())["job_id"]

    return post


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_without_a_key_nobody_gets_in(client, problem_of, method, path):
    response = await client.request(method, path)
    assert "X-API-Key" in (await problem_of(response, 401))["detail"]
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "wrong"},
        {"X-API-Key": sha256(b"the key of ann").hexdigest()},
        {"X-API-Key": "ключ"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic dGhlIGtleSBvZiBhbm4="},
        {"Authorization": "the key of ann"},
        {"X-API-Key": "wrong", "Authorization": "Bearer the key of ann"},
    ],
)
async def test_a_wrong_key_does_not_open(client, problem_of, headers):
    await problem_of(await client.get("/jobs", headers=headers), 401)


@pytest.mark.parametrize(
    "headers",
    [
        of("ann"),
        {"X-API-Key": "the one key"},
        {"Authorization": "Bearer the key of ann"},
        {"Authorization": "bearer the one key"},
    ],
)
async def test_a_key_opens_in_either_header(client, headers):
    assert (await client.get("/jobs", headers=headers)).status == 200


@pytest.mark.parametrize("path", ["/health", "/docs", "/redoc", "/openapi.json", "/docs/swagger_style.css"])
async def test_what_tells_nothing_of_jobs_asks_for_no_key(client, path):
    assert (await client.get(path)).status == 200


async def test_a_key_may_do_only_what_it_is_for(client, ask, problem_of):
    job_id = await ask("ann")
    assert (await client.get(f"/status/{job_id}", headers=of("reader"))).status == 200
    for method, path in (("POST", "/research"), ("POST", f"/jobs/{job_id}/cancel"), ("DELETE", f"/jobs/{job_id}")):
        told = await problem_of(await client.request(method, path, headers=of("reader")), 403)
        assert "'write'" in told["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/status/{}"),
        ("GET", "/jobs/{}"),
        ("DELETE", "/jobs/{}"),
        ("POST", "/jobs/{}/cancel"),
        ("GET", "/jobs/{}/events"),
        ("GET", "/reports/{}/report.html"),
    ],
)
async def test_anothers_job_is_as_good_as_none(client, ask, engine, problem_of, method, path):
    job_id = await ask("ann")
    async for _ in engine.events(job_id):
        pass
    theirs = await problem_of(await client.request(method, path.format(job_id), headers=of("bob")), 404)
    assert theirs["detail"] == f"There is no job {job_id}."
    assert (await client.get(f"/status/{job_id}", headers=of("ann"))).status == 200


async def test_each_sees_the_jobs_of_their_own_tenant(client, ask):
    job_id = await ask("ann")
    for name, seen in (("ann", [job_id]), ("reader", [job_id]), ("bob", [])):
        listed = await (await client.get("/jobs", headers=of(name))).json()
        assert [job["job_id"] for job in listed["jobs"]] == seen


@dataclass
class Watched:
    """A key that counts how often it is looked at."""

    digest: str
    looks: list = field(default_factory=list)

    @property
    def sha256(self):
        self.looks.append(self.digest)
        return self.digest


@pytest.mark.parametrize("given", ["1", "3", "wrong"])
def test_a_key_is_compared_with_all_keys_whichever_it_is(given):
    keys = [Watched(sha256(name.encode()).hexdigest()) for name in ("1", "2", "3")]
    found = _matching(given, keys)
    assert [len(key.looks) for key in keys] == [1, 1, 1]
    assert found is {"1": keys[0], "3": keys[2]}.get(given)
