"""Which embedder it is, and how a job pays for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
from yarl import URL

from actors.domain.errors import ConfigError
from actors.services.base import Pool, Recall, TimeLeft
from actors.services.embeddings.base import Embedder
from actors.services.embeddings.endpoint import Endpoint
from actors.services.embeddings.openai import OpenAIEmbedder
from actors.services.embeddings.wordllama import WordLlamaEmbedder
from actors.store.ports import Cache

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class EmbeddingsSettings:
    """What the configuration says of embeddings; `usd_per_million` tokens is 0.0 where the price is not known."""

    provider: str = "wordllama"
    model: str = ""
    base_url: str = ""
    api_key: str = ""
    timeout_seconds: float = 60.0
    concurrency: int = 8
    usd_per_million: float = 0.0


@asynccontextmanager
async def open_embedder(settings: EmbeddingsSettings, pool: Pool, cache: Cache) -> AsyncIterator[Embedder]:
    """The embedder that is configured; nothing is asked of it yet, and its connections close in the end.

    Raises:
        ConfigError: a setting is missing or cannot be; the message names it.
    """
    if settings.provider == "wordllama":
        yield WordLlamaEmbedder(pool)
        return
    url = _url(settings)
    async with aiohttp.ClientSession(trust_env=True, timeout=aiohttp.ClientTimeout()) as session:
        turns = asyncio.Semaphore(settings.concurrency)
        endpoint = Endpoint(session, url, settings.api_key, settings.timeout_seconds, turns)
        yield OpenAIEmbedder(endpoint, settings.model, cache, usd_per_million=settings.usd_per_million)


def _url(settings: EmbeddingsSettings) -> URL:
    if not settings.model:
        raise ConfigError('embeddings.model: provider "openai" needs a model\'s name, such as "text-embedding-3-small"')
    if not (settings.api_key or settings.base_url):
        raise ConfigError(
            "embeddings.api_key: OpenAI needs a key (or OPENAI_API_KEY); another server, embeddings.base_url"
        )
    try:
        url = URL(settings.base_url or OPENAI)
    except ValueError as error:
        raise ConfigError(f"embeddings.base_url: it is no address ({error})") from None
    if settings.api_key:
        url = url.with_user(None)  # Two authorizations in one request are refused by the library.
    return url / "embeddings"


def within_job(embedder: Embedder, recall: Recall, time_left: TimeLeft) -> Embedder:
    """The embedder for one delivery: what costs goes through the job's ledger and ends with its time."""
    return replace(embedder, recall=recall, time_left=time_left) if isinstance(embedder, OpenAIEmbedder) else embedder
