"""What figures and states are called in plain words, so that a report reads the same in HTML and in Markdown."""

import re
from collections.abc import Sequence
from datetime import datetime

from actors.domain.analysis import Granularity, Statement, Support
from actors.domain.documents import Kind, SourceStatus
from actors.domain.job import JobStatus, StopReason

STOPPED = {
    StopReason.BUDGET: "The budget was used up before the work was done. What had been found by then stands below.",
    StopReason.DEADLINE: "The time allowed ran out before the work was done. What had been found by then stands below.",
    StopReason.SOURCES: (
        "The sources that could be read do not carry an answer: no sentence was found that its passages support whole."
    ),
}
ENDED = {
    JobStatus.FAILED: "The research failed. What had been found by then stands below.",
    JobStatus.CANCELLED: "The research was cancelled. What had been found by then stands below.",
    JobStatus.QUEUED: "The research has not begun.",
    JobStatus.RUNNING: "The research is still going on; this is what has been found so far.",
    JobStatus.PARTIAL: "The research ended before it was done. What had been found by then stands below.",
}
REASONS = {
    StopReason.BUDGET: "budget used up",
    StopReason.DEADLINE: "time over",
    StopReason.SOURCES: "no answer in the sources",
}
SYMBOLS = {JobStatus.COMPLETED: "✓", JobStatus.PARTIAL: "◐", JobStatus.FAILED: "✗"}
SUPPORTS = {
    Support.SUPPORTED: ("✓", "supported"),
    Support.PARTIAL: ("◐", "partly supported"),
    Support.UNSUPPORTED: ("✗", "not supported"),
}
UNCHECKED = ("?", "not checked")
STATUSES = {
    SourceStatus.READ: "✓ read",
    SourceStatus.FAILED: "✗ failed",
    SourceStatus.SKIPPED: "– skipped",
    SourceStatus.DUPLICATE: "＝ duplicate",
}
QUALITY = (
    (
        "citation_recall",
        "Sentences carried whole",
        "of the published sentences, those whose passages carry all they say",
    ),
    ("citation_precision", "Citations that help", "of the citations, those that carry part of their sentence"),
    ("cited_share", "Sentences with a citation", "of the published sentences, those that name a passage"),
)
METHOD = (
    "Every sentence of the answer and of the findings was compared with the passages it cites, by rules and without a "
    "model. One that stands there word for word is supported. Any other is supported when most of it stands there, "
    "every number, name and date among it, and nothing there speaks against it; it is partly supported when about "
    "half stands there; what had less was left out, unless the request asked to keep it. Passages are word for word; "
    "their offsets count characters of the saved texts."
)
PARAPHRASED = (
    "A model puts what it read into words of its own. The mark of such a sentence tells that its words, numbers, names "
    "and dates stand in the passages, not that every shade of its meaning does: read it beside the passage."
)
KINDS = {Kind.IMAGES: "▣ image", Kind.VIDEOS: "▶ video"}
MEDIA = (
    "Search found them, and each link leads to where it stands. Nothing of them is in this page, and none was checked."
)
SENTENCE = 1_500
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def banner(status: JobStatus, reason: StopReason | None) -> str:
    """What the reader must know first; empty for a completed report."""
    if status is JobStatus.COMPLETED:
        return ""
    return STOPPED[reason] if status is JobStatus.PARTIAL and reason is not None else ENDED[status]


def state(status: JobStatus, reason: StopReason | None) -> str:
    """`✓ Completed`, `◐ Partial: budget used up`: the status in a word or two."""
    why = f": {REASONS[reason]}" if status is JobStatus.PARTIAL and reason is not None else ""
    return f"{SYMBOLS.get(status, '–')} {status.capitalize()}{why}"


def tone(by_model: Sequence[str]) -> str:
    """How the tone of the sources was found."""
    if "sentiment" in by_model:
        return "The model judged each source by an excerpt."
    return "It is counted from words that sound good or bad, sentence by sentence."


def support_words(statement: Statement) -> tuple[str, str]:
    """Symbol and words of a support mark."""
    return UNCHECKED if statement.support is None else SUPPORTS[statement.support]


def line(text: str, limit: int = 300) -> str:
    """A name or title on one line: controls and direction overrides out, blanks as one, at most `limit` characters."""
    flat = " ".join(_CONTROLS.sub(" ", text).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def percent(share: float) -> str:
    """`0.9234` as `92%`; a share below one never rounds up to 100%, nor a positive one down to 0%."""
    whole = round(share * 100)
    if share < 1:
        whole = min(whole, 99)
    return "under 1%" if whole == 0 and share > 0 else f"{whole}%"


def signed(score: float) -> str:
    """`-0.5` as `−0.50`, with a true minus; nothing that rounds to zero has a sign."""
    return "0.00" if round(score, 2) == 0 else f"{score:+.2f}".replace("-", "−")


def in_words(date: str, granularity: Granularity | None = None) -> str:
    """`2021-05-03` as `3 May 2021`, `1980` of a decade as `1980s`, `1600` of a century as `17th century`."""
    before = date.startswith("-")
    year, *finer = date.removeprefix("-").split("-")
    era = " BC" if before else ""
    number = int(year)
    if granularity == "century":
        return f"{_ordinal(number // 100 + (not before))} century{era}"
    if granularity == "decade":
        return f"{number}s{era}"
    months = [_MONTHS[int(finer[0]) - 1]] if finer and 1 <= int(finer[0]) <= len(_MONTHS) else []
    days = [str(int(finer[1]))] if months and len(finer) > 1 else []
    return " ".join([*days, *months, f"{number}{era}"])


def _ordinal(number: int) -> str:
    teen = number // 10 % 10 == 1
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def moment(text: str | None) -> str:
    """An ISO 8601 time as `3 May 2021, 14:05 UTC`; what is no such time as it stands."""
    if not text:
        return ""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return line(text, 40)
    zone = " UTC" if when.tzinfo and not when.utcoffset() else ""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}, {when:%H:%M}{zone}"
