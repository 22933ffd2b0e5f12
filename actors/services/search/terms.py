"""A question as search engines take it: with operators for its sites, and no longer than they allow."""

from datetime import UTC, date, datetime, timedelta

from actors.services.search.base import SearchQuery

SPANS = {"day": 1, "week": 7, "month": 31, "year": 366}
"""Named time ranges, each in days; engines count them back from now."""


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def worded(query: SearchQuery, *, words: int, characters: int) -> str:
    """The question with `site:` operators, within both limits.

    Operators take half of the room at most; sites that find none are left to whoever filters the answers. The
    question is cut at a word's end.
    """
    sites = _within(_sites(query), words // 2, characters // 2)
    room = characters - sum(len(part) + 1 for part in sites)
    said = _within(query.text.split(), words - len(" ".join(sites).split()), room)
    return " ".join([*(said or [query.text[:room].strip()]), *sites])


def shortened(text: str, characters: int) -> str:
    """The text up to the last word's end within `characters`."""
    said = _within(text.split(), len(text), characters)
    return " ".join(said) or text[:characters].strip()


def span(since: date | None, now: date) -> str | None:
    """The shortest of `SPANS` that reaches back to `since`; None when none does, or none is needed."""
    if since is None:
        return None
    return next((name for name, days in SPANS.items() if since >= now - timedelta(days=days)), None)


def _sites(query: SearchQuery) -> list[str]:
    wanted = [f"site:{domain}" for domain in query.include_domains]
    either = [part for site in wanted for part in ("OR", site)][1:]
    return [*either, *(f"-site:{domain}" for domain in query.exclude_domains)]


def _within(parts: list[str], words: int, characters: int) -> list[str]:
    """The first parts that fit, separated by spaces."""
    kept: list[str] = []
    for part in parts[: max(words, 0)]:
        characters -= len(part) + bool(kept)
        if characters < 0:
            break
        kept.append(part)
    return kept[:-1] if kept and kept[-1] == "OR" else kept
