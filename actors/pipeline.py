"""The stages of a job in their order, and what comes after each: all there is to say about the flow of the research."""

from collections.abc import Sequence

from actors.config import EngineConfig
from actors.domain.artefacts import Verified
from actors.domain.job import Record
from actors.stages.analyze import AnalyzeStage
from actors.stages.base import Stage
from actors.stages.fetch import FetchStage
from actors.stages.index import IndexStage
from actors.stages.plan import PlanStage
from actors.stages.publish import PublishStage
from actors.stages.search import SearchStage
from actors.stages.verify import VerifyStage


def stages(config: EngineConfig) -> tuple[Stage, ...]:
    """Every stage, in order."""
    return (
        PlanStage(),
        SearchStage(),
        FetchStage(concurrency=config.fetch.concurrency),
        IndexStage(),
        AnalyzeStage(),
        VerifyStage(),
        PublishStage(),
    )


def next_stage(order: Sequence[str], stage: str, round_: int, depth: int, value: Record) -> tuple[str, int] | None:
    """The stage and round that follow `stage` of `round_`, which has left `value`; None when the job is done.

    What is still open after `verify` sends the job back to `search`, at most `depth` times.
    """
    if isinstance(value, Verified) and value.open_questions and round_ < depth:
        return SearchStage().name, round_ + 1
    place = order.index(stage) + 1
    return (order[place], round_) if place < len(order) else None
