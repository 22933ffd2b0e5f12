"""Every question on every provider at once; a provider that fails is a warning, never the end of a job."""

import asyncio
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from actors.domain.artefacts import Plan, SearchResults, Verified
from actors.domain.documents import Candidate, Hit, Kind
from actors.domain.errors import BudgetError, PermanentError, RequestError, TransientError
from actors.domain.events import EventType, Note
from actors.domain.job import Job, Record, ResearchRequest, Spending, StopReason
from actors.services.base import Services
from actors.services.fetch.canonical import canonical_url
from actors.services.search.base import Receipt, SearchProvider, SearchQuery
from actors.services.search.earlier import EarlierSearch
from actors.services.search.fusion import fuse, fuse_media
from actors.services.search.urls import UrlSearch
from actors.stages.base import Artefacts
from actors.stages.wanted import refused_day, refused_site

MEDIA_LISTED = 24
"""The most images and videos that a report lists."""


NO_TIME_LEFT = "was left when the job's time ended"


class Hits(Record):
    """One provider's answer, as the ledger records it: a failure is one too, for it may have been paid."""

    hits: tuple[Hit, ...]
    requests: int = 0
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class Asked:
    """What came of all calls."""

    lists: list[tuple[Hit, ...]] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)
    stop_reason: StopReason | None = None


@dataclass(frozen=True, slots=True)
class SearchStage:
    """The addresses worth reading, fused by reciprocal rank; a further round adds to those before."""

    name: str = "search"
    artefact: type[SearchResults] = SearchResults

    async def work(self, job: Job, artefacts: Artefacts, services: Services) -> SearchResults:
        """See `base.Stage`."""
        before, questions = await _open_questions(job, artefacts)
        providers = chosen(job.request, services.search)
        if job.request.include_earlier:
            providers["earlier"] = EarlierSearch(services.vectors, services.embedder, job.tenant, job.job_id)
        if before.candidates:
            providers.pop("urls", None)
        asked = await _ask_all(job, services, providers, questions)
        for warning in asked.warnings:
            note = Note(type=EventType.WARNING, stage=self.name, data={"text": warning}, once=f"{job.round}:{warning}")
            await services.tell(note)
        pages = [[hit for hit in hits if hit.kind in (Kind.WEB, Kind.NEWS)] for hits in asked.lists]
        known = {canonical_url(candidate.url) for candidate in before.candidates}
        media = fuse_media(asked.lists, canonical=canonical_url)[:MEDIA_LISTED]
        fused = [each for each in fuse(pages, canonical=canonical_url) if canonical_url(each.url) not in known]
        candidates = (*before.candidates, *cut(fused, job.request.max_results))
        found = {"found": len(candidates)}
        await services.tell(Note(type=EventType.PROGRESS, stage=self.name, data=found, once=f"found:{job.round}"))
        return SearchResults(
            questions=(*before.questions, *questions),
            candidates=candidates,
            media=before.media or tuple(media),
            warnings=tuple(dict.fromkeys((*before.warnings, *asked.warnings))),
            stop_reason=asked.stop_reason,
        )


async def _open_questions(job: Job, artefacts: Artefacts) -> tuple[SearchResults, tuple[str, ...]]:
    """What the rounds before have found, and what this one has to ask."""
    if job.round == 0:
        return SearchResults(questions=(), candidates=()), (await artefacts.read(Plan)).questions
    return await artefacts.read(SearchResults), (await artefacts.read(Verified)).open_questions


def chosen(request: ResearchRequest, available: Mapping[str, SearchProvider]) -> dict[str, SearchProvider]:
    """The providers of this request: those it names, else its own addresses alone, else all there are.

    Raises:
        RequestError: it names one that is not set up.
        PermanentError: there is none to use.
    """
    check_providers(request, available)
    wanted = request.urls or "urls" in request.providers
    own: dict[str, SearchProvider] = {"urls": UrlSearch(request.urls)} if wanted else {}
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


def cut(candidates: Sequence[Candidate], limit: int) -> tuple[Candidate, ...]:
    """The best `limit`; addresses of the request and files known to be unreadable stay beyond it."""
    kept, found = [], 0
    for candidate in candidates:
        free = candidate.reason is not None or "urls" in candidate.providers
        found += not free
        if free or found <= limit:
            kept.append(candidate)
    return tuple(kept)


def queries(request: ResearchRequest, question: str, provider: SearchProvider) -> Iterator[SearchQuery]:
    """What one provider is asked for one question: the web, and what else the request wants and it can."""
    wanted = {Kind.NEWS: request.include_news, Kind.IMAGES: request.include_images, Kind.VIDEOS: request.include_videos}
    for kind in (Kind.WEB, *(kind for kind, wants in wanted.items() if wants)):
        if kind in provider.kinds:
            yield SearchQuery(
                text=question,
                limit=request.max_results,
                kind=kind,
                include_domains=request.include_domains,
                exclude_domains=request.exclude_domains,
                since=request.since,
                until=request.until,
                language=request.language,
            )


async def _ask_all(
    job: Job, services: Services, providers: Mapping[str, SearchProvider], questions: Sequence[str]
) -> Asked:
    """Every provider for every question, within the job's budget; images and videos for the first question alone."""
    calls = [
        (provider, query)
        for provider in providers.values()
        for number, question in enumerate(questions)
        for query in queries(job.request, question, provider)
        if query.kind in (Kind.WEB, Kind.NEWS) or (number == 0 and job.round == 0)
    ]
    answers = await asyncio.gather(*(_ask(services, *call) for call in calls))
    asked, silent = Asked(), dict.fromkeys(providers)
    for (provider, _), answer in zip(calls, answers, strict=True):
        if isinstance(answer, BudgetError):
            asked.warnings[str(answer)], asked.stop_reason = None, answer.reason
        else:
            asked.lists.append(tuple(hit for hit in answer.hits if _fits(hit, job.request)))
            asked.warnings |= {f"{provider.name}: {problem}": None for problem in answer.problems}
            if NO_TIME_LEFT in answer.problems:
                asked.stop_reason = StopReason.DEADLINE
        if isinstance(answer, BudgetError) or answer.hits or answer.problems:
            silent.pop(provider.name, None)
    asked.warnings |= {f"{name}: found nothing": None for name in silent}
    return asked


def _fits(hit: Hit, request: ResearchRequest) -> bool:
    return hit.provider == "urls" or not (refused_site(hit.url, request) or refused_day(hit.published, request))


async def _ask(services: Services, provider: SearchProvider, query: SearchQuery) -> Hits | BudgetError:
    """What the provider has answered, or why not, recorded with what it took; an error of the ledger goes on."""
    most = provider.requests(query)

    async def call() -> Hits:
        receipt = Receipt()
        found: list[Hit] = []
        try:
            async with asyncio.timeout(services.time_left()):
                found = await provider.search(query, receipt)
        except TimeoutError:
            receipt.problems.append(NO_TIME_LEFT)
        except (TransientError, PermanentError) as error:
            receipt.problems.append(str(error))
        return Hits(hits=tuple(found), requests=receipt.requests, problems=tuple(receipt.problems))

    request = json.dumps(["search", provider.name, query.model_dump(mode="json")])
    cost = Spending(searches=most, usd=most * provider.usd_per_query)
    try:
        return await services.recall(
            request,
            call,
            Hits,
            most=cost if cost.usd else None,
            spent=lambda hits: Spending(searches=hits.requests, usd=hits.requests * provider.usd_per_query),
        )
    except BudgetError as error:
        return BudgetError(f"{provider.name} was not asked: {error}", reason=error.reason)
