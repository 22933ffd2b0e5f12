"""What a request lets in, whatever a provider has answered: its sites, its days, its language."""

from calendar import monthrange
from datetime import date

from yarl import URL

from actors.domain.job import ResearchRequest


def refused_site(url: str, request: ResearchRequest) -> bool:
    """Whether the address is of a site that the request leaves out; one without a host is of none."""
    try:
        host = (URL(url).host or "").lower()
    except (ValueError, IndexError):  # the library answers an odd bracket with the latter
        return False
    if not host:
        return False
    if any(_is_under(host, domain) for domain in request.exclude_domains):
        return True
    return bool(request.include_domains) and not any(_is_under(host, domain) for domain in request.include_domains)


def refused_day(published: str | None, request: ResearchRequest) -> str:
    """Why a document of this day, month or year is left out; empty when it may be of a day that is asked for."""
    if published is None or published.startswith("-") or (request.since is None and request.until is None):
        return ""
    first, last = _days(published)
    if request.since is not None and last < request.since:
        return f"was published in {published}, before {request.since}"
    if request.until is not None and first > request.until:
        return f"was published in {published}, after {request.until}"
    return ""


def refused_language(language: str | None, request: ResearchRequest) -> str:
    """Why a document in this language is left out; empty when it is asked for, or not known."""
    if request.language is None or language in (None, request.language):
        return ""
    return f"is in another language ({language}) than asked for ({request.language})"


def _is_under(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _days(published: str) -> tuple[date, date]:
    """The first and the last day of `2021`, `2021-05` or `2021-05-03`."""
    year, *finer = map(int, published.split("-"))
    if len(finer) > 1:
        return date(year, *finer), date(year, *finer)
    month = finer[0] if finer else None
    last = month or 12
    return date(year, month or 1, 1), date(year, last, monthrange(year, last)[1])
