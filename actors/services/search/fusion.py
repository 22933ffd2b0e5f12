"""Many ranked lists become one, by reciprocal rank: an address that several queries and providers find comes first.

Source: Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009; a list adds `1 / (60 + rank)` to the score of each of its members.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence

from actors.domain.documents import Candidate, Hit, Kind, Media

RANK_CONSTANT = 60


def fuse(lists: Iterable[Sequence[Hit]], *, canonical: Callable[[str], str]) -> list[Candidate]:
    """One candidate an address, best first; addresses that `canonical` maps to one are the same."""
    groups = _grouped(lists, lambda hit: canonical(hit.url))
    return sorted(map(_candidate, groups), key=lambda candidate: -candidate.score)


def fuse_media(lists: Iterable[Sequence[Hit]], *, canonical: Callable[[str], str]) -> list[Media]:
    """One entry an image or video, best first; hits of pages and news are left out.

    An image is the same wherever its file is (`media_url`), whichever page shows it; a video is its page.
    """
    listed = ([hit for hit in hits if hit.kind in (Kind.IMAGES, Kind.VIDEOS)] for hits in lists)
    groups = _grouped(listed, lambda hit: (hit.kind, canonical(_shown(hit))))
    return list(map(_media, sorted(groups, key=lambda hits: -_score(hits))))


def _grouped(lists: Iterable[Sequence[Hit]], key: Callable[[Hit], Hashable]) -> list[list[Hit]]:
    groups: dict[Hashable, list[Hit]] = {}
    for hit in (hit for hits in lists for hit in hits):
        groups.setdefault(key(hit), []).append(hit)
    return list(groups.values())


def _shown(hit: Hit) -> str:
    return (hit.media_url if hit.kind is Kind.IMAGES else None) or hit.url


def _score(hits: Sequence[Hit]) -> float:
    return sum(1 / (RANK_CONSTANT + hit.rank) for hit in hits)


def _providers(hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(sorted({hit.provider for hit in hits}))


def _candidate(hits: Sequence[Hit]) -> Candidate:
    return Candidate(
        url=hits[0].url,
        title=next((hit.title for hit in hits if hit.title), ""),
        published=next((hit.published for hit in hits if hit.published), None),
        providers=_providers(hits),
        score=_score(hits),
        reason=next((hit.reason for hit in hits if hit.reason), None),
        kept=hits[0].kept if all(hit.kept for hit in hits) else None,
    )


def _media(hits: Sequence[Hit]) -> Media:
    return Media(
        kind=hits[0].kind,
        url=hits[0].url,
        media_url=next((hit.media_url for hit in hits if hit.media_url), None),
        title=next((hit.title for hit in hits if hit.title), ""),
        published=next((hit.published for hit in hits if hit.published), None),
        providers=_providers(hits),
    )
