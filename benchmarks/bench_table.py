"""What a benchmark found, as a table to read and as JSON to keep; a target that is missed says so."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One contender's values, a round each; `ratios` are to the floor of the same round.

    `note` says what the reader has to know of it, or why there are no values.
    """

    name: str
    unit: str
    values: tuple[float, ...] = ()
    ratios: tuple[float, ...] = ()
    version: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target, and what was measured against it."""

    target: str
    bound: float
    measured: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the benchmarks; `settings` is what it ran with."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    verdicts: tuple[Verdict, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


def ratios(values: Sequence[float], floors: Sequence[float]) -> tuple[float, ...]:
    """Each value over the floor of its round."""
    return tuple(value / floor for value, floor in zip(values, floors, strict=False))


def table(part: Part) -> str:
    """The part in Markdown: a row a contender, then the targets."""
    ran = ", ".join(f"{name} {value}" for name, value in part.settings.items())
    head = [f"### {part.title}", "", f"{ran}." if ran else "", ""]
    rows = ["| | median | min | max | of the floor | |", "|---|--:|--:|--:|--:|---|"]
    rows += [_row(figure) for figure in part.figures]
    return "\n".join([*head, *rows, "", *map(_line, part.verdicts)])


def _row(figure: Figure) -> str:
    name = f"{figure.name} {figure.version}".strip()
    if not figure.values:
        return f"| {name} | – | – | – | – | {figure.note} |"
    cells = [f"{_short(value)} {figure.unit}" for value in _spread(figure.values)]
    share = f"{median(figure.ratios):.2f} ({min(figure.ratios):.2f}–{max(figure.ratios):.2f})" if figure.ratios else ""
    return f"| {' | '.join([name, *cells, share, figure.note])} |"


def _line(verdict: Verdict) -> str:
    sign = "≥" if verdict.at_least else "≤"
    word = "met" if verdict.met else "**MISSED**"
    return f"- {word}: {verdict.target} {sign} {_short(verdict.bound)}: {_short(verdict.measured)}"


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return median(values), min(values), max(values)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> dict[str, Any]:
    """What it all ran on."""
    return {"cpu": _cpu(), "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def save(path: Path, parts: Sequence[Part]) -> None:
    """Put the parts into the file; what it holds of other parts stays."""
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for part in parts:
        kept[part.name] = {"date": now, "machine": machine(), **_told(part)}
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _told(part: Part) -> dict[str, Any]:
    figures = [
        {**asdict(figure), "median": median(figure.values) if figure.values else None} for figure in part.figures
    ]
    verdicts = [{**asdict(verdict), "met": verdict.met} for verdict in part.verdicts]
    return {"title": part.title, "settings": part.settings, "figures": figures, "verdicts": verdicts}
