"""Measures the verifier on claims that people judged: `python benchmarks/verifier.py FOLDER`, a checkout of WiCE.

WiCE (Kamoi et al. 2023, github.com/ryokamoi/wice) holds sentences of Wikipedia with the pages they cite, each judged
supported, partially supported or not supported. Only its dev split is read, since the thresholds were set on it.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import mannwhitneyu

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.domain.analysis import Statement, Support
from actors.domain.documents import Passage
from actors.services.nlp.support import check

DEV = Path("data/entailment_retrieval/claim/dev.jsonl")
LABELS = {"not_supported": 0, "partially_supported": 1, "supported": 2}
SENTENCES_A_PASSAGE = 5
STRIDES = (37, 101)
FLOORS = {
    "right page against a wrong page": 0.970,
    "not supported against the rest": 0.833,
    "fully against partly supported": 0.773,
}
"""AUROC of plain whole-page coverage on the test split."""


def auroc(positive: "np.typing.NDArray[np.bool_]", scores: "np.typing.NDArray[np.float64]") -> float:
    """How often a positive one scores above a negative one, ties counted half."""
    wins = mannwhitneyu(scores[positive], scores[~positive]).statistic
    return float(wins / (positive.sum() * (~positive).sum()))


def main() -> None:
    """Print the figures beside their floors."""
    parser = argparse.ArgumentParser(description="the verifier against human judgements")
    parser.add_argument("folder", type=Path, help="a checkout of github.com/ryokamoi/wice")
    path = parser.parse_args().folder / DEV
    if not path.is_file():
        parser.error(f"no {DEV} in the folder: give a checkout of github.com/ryokamoi/wice")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    report(rows)


def report(rows: Sequence[dict[str, Any]]) -> None:
    """Check each claim against its own page and against two others."""
    pages = [passages(row["evidence"]) for row in rows]
    labels = np.array([LABELS[row["label"]] for row in rows])
    start = time.process_time()
    right = [checked(row["claim"], page) for row, page in zip(rows, pages, strict=True)]
    seconds = time.process_time() - start
    wrong = [
        checked(row["claim"], pages[(place + stride) % len(rows)])
        for stride in STRIDES
        for place, row in enumerate(rows)
    ]
    own, other = coverage(right), coverage(wrong)
    pages_known = np.r_[np.ones(len(own), bool), np.zeros(len(other), bool)]
    measured = (
        auroc(pages_known, np.r_[own, other]),
        auroc(labels > 0, own),
        auroc(labels[labels > 0] > 1, own[labels > 0]),
    )
    print(f"{len(rows)} claims, {len(wrong)} wrong pages, {1000 * seconds / len(rows):.1f} ms a claim and whole page\n")
    print(f"{'AUROC of coverage':<36}{'measured':>10}{'floor':>8}")
    for (name, floor), value in zip(FLOORS.items(), measured, strict=True):
        print(f"{name:<36}{value:>10.3f}{floor:>8.3f}")
    print(f"\n{'judged by people':<24}" + "".join(f"{support:>14}" for support in Support))
    for name, value in LABELS.items():
        line(name, [one for one, label in zip(right, labels, strict=True) if label == value])
    line("wrong page", wrong)


def passages(sentences: Sequence[str]) -> dict[str, Passage]:
    """A page in passages of five sentences, as the index makes them."""
    made: dict[str, Passage] = {}
    start = 0
    for place in range(0, len(sentences), SENTENCES_A_PASSAGE):
        text = "\n".join(sentences[place : place + SENTENCES_A_PASSAGE])
        key = f"p{place}"
        made[key] = Passage(id=key, source_id="s0", text=text, start=start, end=start + len(text))
        start += len(text) + 1
    return made


def checked(claim: str, page: dict[str, Passage]) -> Statement:
    """The claim, citing the whole page."""
    return check(Statement(sentence=claim, citations=tuple(page)), page)


def coverage(statements: Sequence[Statement]) -> "np.typing.NDArray[np.float64]":
    """Their coverage, shape (len(statements),)."""
    return np.array([statement.coverage or 0.0 for statement in statements])


def line(name: str, statements: Sequence[Statement]) -> None:
    """How many of them got which support."""
    counts = Counter(statement.support for statement in statements)
    print(f"{name:<24}" + "".join(f"{counts[support]:>14}" for support in Support))


if __name__ == "__main__":
    main()
