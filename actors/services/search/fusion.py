"""Many ranked lists become one, by reciprocal rank: an address that several queries and providers find comes first.

Source: Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009; a list adds `1 / (60 + rank)` to the score of each of its members.
"""

from collections.abc import Callable, Iterable, Sequence

from actors.domain.documents import Candidate, Hit

RANK_CONSTANT = 60


def fuse(lists: Iterable[Sequence[Hit]], *, canonical: Callable[[str], str]) -> list[Candidate]:
    """One candidate an address, best first; addresses that `canonical` maps to one are the same."""
    groups: dict[str, list[Hit]] = {}
    for hit in (hit for hits in lists for hit in hits):
        groups.setdefault(canonical(hit.url), []).append(hit)
    candidates = [_candidate(hits) for hits in groups.values()]
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _candidate(hits: Sequence[Hit]) -> Candidate:
    return Candidate(
        url=hits[0].url,
        title=next((hit.title for hit in hits if hit.title), ""),
        published=next((hit.published for hit in hits if hit.published), None),
        providers=tuple(sorted({hit.provider for hit in hits})),
        score=sum(1 / (RANK_CONSTANT + hit.rank) for hit in hits),
        reason=next((hit.reason for hit in hits if hit.reason), None),
    )
