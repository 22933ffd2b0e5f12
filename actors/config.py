"""What the engine can be told, with its defaults; every key here is used, and config.toml shows all of them."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, IPvAnyNetwork

Seconds = Annotated[float, Field(gt=0, le=31_536_000)]
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Section(BaseModel):
    """One table of config.toml: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StorageConfig(Section):
    """Where files lie."""

    data: Path = Field(default=Path("data"), description="the vector database and the corpus index")
    reports: Path = Field(default=Path("reports"), description="the published reports, a folder a job")


class RedisConfig(Section):
    """Where jobs are kept: the table [redis]."""

    url: str = Field(
        default="embedded",
        pattern=r"^(embedded|memory|(redis|rediss|unix|redis\+sentinel)://\S+)$",
        description="embedded, memory, or the address of a server",
    )
    prefix: str = Field(default="crp", pattern=r"^[A-Za-z0-9_.{}-]{1,64}$", description="what all keys begin with")
    fallback: bool = Field(default=True, description="do without a server that cannot be reached at start")
    connect_seconds: Seconds = Field(default=5.0, description="how long to try at start")


class RunConfig(Section):
    """How work is run: the table [engine]."""

    lease_seconds: Seconds = Field(default=30.0, description="after this long a dead worker's jobs go to another")
    max_attempts: Count = Field(default=5, description="tries of a stage before its job fails")
    stage_seconds: Seconds = Field(default=600.0, description="the longest that one try of a stage may take")
    concurrency: Count = Field(default=8, description="jobs worked on at once in each stage of a process")
    processes: int = Field(default=0, ge=0, le=256, description="processes for parsing and analysis (0: one a core)")
    process_seconds: Seconds = Field(default=120.0, description="the longest that one piece of such work may take")
    max_running: Count = Field(default=100, description="jobs at work at once; the others wait")
    max_pending: Count = Field(default=10_000, description="jobs that may wait; more are refused")
    keep_artefacts_seconds: Seconds = Field(default=604_800.0, description="how long stages' results are kept")
    keep_jobs_seconds: Seconds = Field(default=2_592_000.0, description="how long ended jobs are kept")
    stages: tuple[str, ...] = Field(default=(), description="the ones this process works on (empty: all)")

    @property
    def process_count(self) -> int:
        """The processes to start."""
        return self.processes or os.cpu_count() or 1


class CorpusConfig(Section):
    """The table [search.corpus]."""

    folder: OptionalPath = Field(default=None, description="a folder of HTML, PDF, Markdown and text (empty: none)")
    max_bytes: int = Field(default=20_000_000, ge=1_000, le=1_000_000_000, description="the largest file")


Address = Annotated[str, Field(pattern=r"^https?://\S+$")]
OptionalAddress = Annotated[str, Field(pattern=r"^(https?://\S+)?$")]
Dollars = Annotated[float, Field(ge=0, le=1_000)]


class SearxngConfig(Section):
    """The table [search.searxng]."""

    url: OptionalAddress = Field(default="", description="a SearXNG instance with the JSON format on (empty: none)")


class GoogleConfig(Section):
    """The table [search.google]: the Custom Search JSON API."""

    api_key: str = Field(default="", description="its API key (empty: not used)")
    cse_id: str = Field(default="", description="the id of the search engine")
    base_url: Address = Field(default="https://customsearch.googleapis.com", description="where it answers")
    usd_per_query: Dollars = Field(default=0.005, description="what one request costs")


class BraveConfig(Section):
    """The table [search.brave]."""

    api_key: str = Field(default="", description="its API key (empty: not used)")
    base_url: Address = Field(default="https://api.search.brave.com", description="where it answers")
    usd_per_query: Dollars = Field(default=0.005, description="what one request costs")


class TavilyConfig(Section):
    """The table [search.tavily]."""

    api_key: str = Field(default="", description="its API key (empty: not used)")
    base_url: Address = Field(default="https://api.tavily.com", description="where it answers")
    usd_per_query: Dollars = Field(default=0.008, description="what one request costs")


class WikipediaConfig(Section):
    """The table [search.wikipedia]."""

    base_url: Address = Field(default="https://{language}.wikipedia.org", description="where it answers")


class SearchConfig(Section):
    """The table [search]."""

    providers: tuple[str, ...] = Field(default=(), description="the ones to use (empty: every one that can run)")
    max_results: int = Field(default=10, ge=1, le=100, description="sources taken from search, if not asked otherwise")
    timeout_seconds: Seconds = Field(default=15.0, description="the longest that one provider may take")
    keep_seconds: Seconds = Field(default=3_600.0, description="how long the answer to a search is taken again")
    corpus: CorpusConfig = CorpusConfig()
    searxng: SearxngConfig = SearxngConfig()
    google: GoogleConfig = GoogleConfig()
    brave: BraveConfig = BraveConfig()
    tavily: TavilyConfig = TavilyConfig()
    wikipedia: WikipediaConfig = WikipediaConfig()


class FetchConfig(Section):
    """The table [fetch]."""

    proxy: str = Field(default="", pattern=r"^(https?://\S+)?$", description="an HTTP proxy (empty: none)")
    ca_bundle: OptionalPath = Field(default=None, description="certificates to trust instead of the system's")
    allow_networks: tuple[IPvAnyNetwork, ...] = Field(default=(), description="private networks that may be read")
    deny_hosts: tuple[str, ...] = Field(default=(), description="hosts never read, with their subdomains")
    timeout_seconds: Seconds = Field(default=20.0, description="the longest that one page may take, retries included")
    parse_seconds: Seconds = Field(default=20.0, description="the longest that its text may take to be found")
    max_bytes: int = Field(default=5_000_000, ge=1_000, le=1_000_000_000, description="the largest page")
    max_characters: int = Field(default=100_000, ge=1_000, le=10_000_000, description="text used of one source")
    concurrency: Count = Field(default=8, description="pages of one job read at once")
    keep_seconds: Seconds = Field(default=3_600.0, description="how long a page that was read is not read again")
    user_agent: str = Field(
        default="ContentResearchPipeline/0.1", min_length=1, pattern=r"^[ -~]+$", description="sent with each request"
    )


class PriceConfig(Section):
    """A table [llm.prices."MODEL"]: US dollars for a million tokens."""

    input: float = Field(ge=0, le=1_000_000, description="of the prompt")
    output: float = Field(default=0.0, ge=0, le=1_000_000, description="of the answer")


class LlmConfig(Section):
    """The table [llm]: any server that speaks the OpenAI API."""

    model: str = Field(default="", max_length=200, description="the model's name (empty: none, everything by rules)")
    base_url: OptionalAddress = Field(default="", description="the server, up to /v1 (empty: OpenAI)")
    api_key: str = Field(default="", description="its key; better as OPENAI_API_KEY in the environment")
    concurrency: Count = Field(default=64, description="calls of this process at once at most")
    timeout_seconds: Seconds = Field(default=60.0, description="the longest that one call may take")
    context_tokens: int = Field(default=16_384, ge=2_048, le=10_000_000, description="what fits into one call")
    prices: dict[str, PriceConfig] = Field(default={}, description="what models cost, by name")


class EmbeddingsConfig(Section):
    """The table [embeddings]."""

    provider: Literal["wordllama", "openai"] = Field(default="wordllama", description="wordllama (local), openai")
    model: str = Field(default="", max_length=200, description="the model's name, for openai")
    base_url: OptionalAddress = Field(default="", description="the server (empty: that of [llm])")
    api_key: str = Field(default="", description="its key (empty: that of [llm], if the server is the same)")


class ChromaConfig(Section):
    """The table [chroma]."""

    host: str = Field(default="", pattern=r"^\S*$", description="a ChromaDB server (empty: below storage.data)")
    port: int = Field(default=8000, ge=1, le=65_535, description="its port")


class EngineConfig(Section):
    """Everything the engine can be told."""

    storage: StorageConfig = StorageConfig()
    redis: RedisConfig = RedisConfig()
    engine: RunConfig = RunConfig()
    search: SearchConfig = SearchConfig()
    fetch: FetchConfig = FetchConfig()
    llm: LlmConfig = LlmConfig()
    embeddings: EmbeddingsConfig = EmbeddingsConfig()
    chroma: ChromaConfig = ChromaConfig()
