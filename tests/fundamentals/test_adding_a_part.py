"""What it takes to add a part: a file with one class, and a line in a list."""

from dataclasses import dataclass

from actors.domain.artefacts import Plan
from actors.domain.documents import Hit, Kind
from actors.domain.job import Job, ResearchRequest
from actors.engine import open_engine
from actors.services.base import Services
from actors.stages.base import Artefacts
from actors.stages.search import SearchStage


@dataclass
class Shout:
    """A new stage: a name, the kind of its artefact, and one coroutine."""

    name: str = "shout"
    artefact: type = Plan

    async def work(self, job, artefacts, services):
        return Plan(questions=(artefacts.latest(Plan).questions[0] + "!",))


async def test_a_stage_is_a_class_and_a_line_in_the_pipeline(config, pipeline):
    longer = (*pipeline[:2], Shout(), pipeline[2])
    async with open_engine(config, pipeline=longer) as engine:
        job = await engine.submit(ResearchRequest(query="q"))
        stages = [event.stage async for event in engine.events(job.job_id) if event.data.get("state") == "done"]
    assert stages == ["ask", "rephrase", "shout", "publish"]


class Almanac:
    """A new search provider: a name, what it can search for and for how much, and one coroutine."""

    name = "almanac"
    kinds = frozenset({Kind.WEB})
    usd_per_query = 0.0

    def requests(self, query):
        return 1

    async def search(self, query, receipt):
        return [Hit(url=f"https://almanac.example/{query.text}", provider=self.name, rank=1)]


async def test_a_search_provider_is_a_class_and_a_line_among_the_providers():
    async def tell(note):
        pass

    async def recall(request, call, kind, **cost):
        return await call()

    services = Services(tell, recall, lambda: None, {"almanac": Almanac()}, None, None, None, None, None, None)
    job = Job(job_id="j", tenant="t", request=ResearchRequest(query="tides"))
    found = await SearchStage().work(job, Artefacts({"plan:0": Plan(questions=("tides",))}), services)
    assert [candidate.url for candidate in found.candidates] == ["https://almanac.example/tides"]


async def test_a_stage_needs_no_store_to_be_tested():
    job = Job(job_id="j", tenant="t", request=ResearchRequest(query="q"))
    before = Artefacts({"ask:0": Plan(questions=("q",))})
    assert (await Shout().work(job, before, None)).questions == ("q!",)
