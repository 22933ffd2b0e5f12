"""Every question on every provider at once; a provider that fails is a warning, never the end of a job."""

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from actors.domain.artefacts import Plan, SearchResults
from actors.domain.documents import Candidate, Hit
from actors.domain.errors import PermanentError, RequestError, ResearchError, TransientError
from actors.domain.events import EventType, Note
from actors.domain.job import Job, Record, ResearchRequest
from actors.services.base import Services
from actors.services.fetch.canonical import canonical_url
from actors.services.search.base import SearchProvider
from actors.services.search.fusion import fuse
from actors.services.search.urls import UrlSearch
from actors.stages.base import Artefacts


class Hits(Record):
    """One provider's answer, as the ledger records it."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SearchStage:
    """The addresses worth reading, fused by reciprocal rank."""

    name: str = "search"
    artefact: type[SearchResults] = SearchResults

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> SearchResults:
        """See `base.Stage`."""
        providers = chosen(job.request, services.search)
        questions = (await artefacts.read(Plan)).questions
        calls = [(provider, question) for provider in providers.values() for question in questions]
        answers = await asyncio.gather(*(_ask(job, services, *call) for call in calls))
        failures = [answer for answer in answers if isinstance(answer, ResearchError)]
        if failures and len(failures) == len(answers):
            raise failures[0]
        warnings = tuple(dict.fromkeys(map(str, failures)))
        fused = fuse((answer.hits for answer in answers if isinstance(answer, Hits)), canonical=canonical_url)
        candidates = cut(fused, job.request.max_results)
        await services.tell(
            Note(type=EventType.PROGRESS, stage=self.name, data={"found": len(candidates)}, once="found")
        )
        for warning in warnings:
            await services.tell(Note(type=EventType.WARNING, stage=self.name, data={"text": warning}, once=warning))
        return SearchResults(candidates=candidates, warnings=warnings)


def chosen(request: ResearchRequest, available: Mapping[str, SearchProvider]) -> dict[str, SearchProvider]:
    """The providers of this request: those it names, else its own addresses alone, else all there are.

    Raises:
        RequestError: it names one that is not set up.
        PermanentError: there is none to use.
    """
    check_providers(request, available)
    own = {"urls": UrlSearch(request.urls)} if request.urls else {}
    named = [name for name in request.providers if name != "urls"]
    if named or own:
        return {**{name: available[name] for name in named}, **own}
    if not available:
        raise PermanentError("there is nothing to search: name a folder (search.corpus.folder) or addresses (urls)")
    return dict(available)


def check_providers(request: ResearchRequest, available: Collection[str]) -> None:
    """Nothing, when every provider that the request names is set up; else `RequestError`."""
    if unknown := [name for name in request.providers if name != "urls" and name not in available]:
        known = ", ".join(sorted([*available, "urls"]))
        raise RequestError("providers", f"search provider {unknown[0]!r} is not set up; there are: {known}")


def cut(candidates: list[Candidate], limit: int) -> tuple[Candidate, ...]:
    """The best `limit`; addresses of the request and files known to be unreadable stay beyond it."""
    kept, found = [], 0
    for candidate in candidates:
        free = candidate.reason is not None or "urls" in candidate.providers
        found += not free
        if free or found <= limit:
            kept.append(candidate)
    return tuple(kept)


async def _ask(job: Job, services: Services, provider: SearchProvider, question: str) -> Hits | ResearchError:
    """The provider's hits, or why there are none; an error of the ledger is not the provider's, and goes on."""
    failed: list[ResearchError] = []

    async def call() -> Hits:
        try:
            return Hits(hits=tuple(await provider.search(question, limit=job.request.max_results)))
        except PermanentError as error:
            failed.append(PermanentError(f"{provider.name}: {error}"))
        except TransientError as error:
            message = f"{provider.name}: {error}"
            failed.append(TransientError(message, retry_after_seconds=error.retry_after_seconds))
        raise failed[0]

    request = json.dumps(["search", provider.name, question, job.request.max_results])
    try:
        return await services.recall(request, call, Hits)
    except ResearchError:
        if failed:
            return failed[0]
        raise
