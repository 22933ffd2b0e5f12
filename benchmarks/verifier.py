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
    print(f"{len(rows)} claims, {len(wrong)} wrong pages, {1000 * seconds / len(rows):.1f} ms a claim and whole page\n")
    print(f"{'AUROC':<36}{'coverage':>10}{'support first':>15}{'floor':>8}")
    plain, first = (aurocs(labels, score(right), score(wrong)) for score in (coverage, support_first))
    for (name, floor), value, better in zip(FLOORS.items(), plain, first, strict=True):
        print(f"{name:<36}{value:>10.3f}{better:>15.3f}{floor:>8.3f}")
    telling = [checked(row["claim"], told(row, page)) for row, page in zip(rows, pages, strict=True)]
    for name, statements in (("its whole page", right), ("only the passages that people marked", telling)):
        print(f"\n{'citing ' + name:<44}" + "".join(f"{support:>14}" for support in Support))
        for label, value in LABELS.items():
            chosen = [one for one, is_label in zip(statements, labels == value, strict=True) if is_label]
            if label != "not_supported" or statements is right:
                line(label, chosen)
    line("a wrong page", wrong)


def aurocs(
    labels: "np.typing.NDArray[np.int64]", own: "np.typing.NDArray[np.float64]", other: "np.typing.NDArray[np.float64]"
) -> tuple[float, float, float]:
    """The three figures of `FLOORS`, from scores on the own page and on others."""
    known = np.r_[np.ones(len(own), bool), np.zeros(len(other), bool)]
    some = labels > 0
    return auroc(known, np.r_[own, other]), auroc(some, own), auroc(labels[some] > 1, own[some])


def told(row: dict[str, Any], page: dict[str, Passage]) -> dict[str, Passage]:
    """The passages with the sentences that the first annotator marked, as a model would cite them."""
    marked = {f"p{place - place % SENTENCES_A_PASSAGE}" for place in next(iter(row["supporting_sentences"]), ())}
    return {key: passage for key, passage in page.items() if key in marked}


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


def support_first(statements: Sequence[Statement]) -> "np.typing.NDArray[np.float64]":
    """Coverage, those called supported above all others."""
    above = [float(statement.support is Support.SUPPORTED) for statement in statements]
    return np.add(coverage(statements), np.array(above, dtype=np.float64), dtype=np.float64)


def line(name: str, statements: Sequence[Statement]) -> None:
    """Which share of them got which support."""
    counts = Counter(statement.support for statement in statements)
    shares = (f"{counts[support]} ({counts[support] / len(statements):.1%})" for support in Support)
    print(f"{name:<44}" + "".join(f"{share:>14}" for share in shares))


if __name__ == "__main__":
    main()
