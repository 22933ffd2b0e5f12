"""Passages in a prompt: numbered lines under their sources' titles, as many as fit, which no page can forge."""

from collections.abc import Iterator, Mapping, Sequence

from actors.domain.documents import Passage, Source
from actors.services.llm.tasks.cleaning import quoted

_TITLE, _PASSAGE = 90, 1_500
_START, _END = "Passages:", "End of the passages."
_NUMBER = len("[1000] \n")


def block(passages: Sequence[Passage], sources: Mapping[str, Source]) -> tuple[str, tuple[str, ...]]:
    """The passages as text, by source and in the order they stand there, and the ids that their numbers mean."""
    order = {source: at for at, source in enumerate(dict.fromkeys(passage.source_id for passage in passages))}
    ranked = sorted(passages, key=lambda passage: (order[passage.source_id], passage.start))
    return "\n".join((_START, *_lines(ranked, sources), _END)), tuple(passage.id for passage in ranked)


def _lines(passages: Sequence[Passage], sources: Mapping[str, Source]) -> Iterator[str]:
    last = ""
    for number, passage in enumerate(passages, 1):
        if passage.source_id != last:
            last = passage.source_id
            yield heading(sources[last])
        yield f"[{number}] {quoted(passage.text, _PASSAGE)}"


def heading(source: Source) -> str:
    """A source in one line: what it calls itself, and when it was published."""
    title = quoted(source.title, _TITLE) or "a page without a title"
    return f"From “{title}”" + (f", {source.published}:" if source.published else ":")


def fitting(passages: Sequence[Passage], sources: Mapping[str, Source], room: int) -> list[Passage]:
    """The first ones whose block fits into so many bytes; one that is too long is passed over."""
    room -= len(_START) + len(_END) + 2
    kept: list[Passage] = []
    headed: set[str] = set()
    for passage in passages:
        needed = len(quoted(passage.text, _PASSAGE).encode()) + _NUMBER
        if passage.source_id not in headed:
            needed += len(heading(sources[passage.source_id]).encode()) + 1
        if needed <= room:
            kept.append(passage)
            headed.add(passage.source_id)
            room -= needed
    return kept


def batches(passages: Sequence[Passage], sources: Mapping[str, Source], room: int, most: int) -> list[list[Passage]]:
    """At most `most` batches of passages, each within `room` bytes, filled in order."""
    left = list(passages)
    found: list[list[Passage]] = []
    while left and len(found) < most and (batch := fitting(left, sources, room)):
        found.append(batch)
        taken = {passage.id for passage in batch}
        left = [passage for passage in left if passage.id not in taken]
    return found
