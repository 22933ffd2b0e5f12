"""A publication date as ISO 8601, as fine as it is told, from the ways in which pages write it."""

import re
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("january jan januar janvier enero", "february feb februar février febrero"),
            *("march mar märz mars marzo", "april apr avril abril", "may mai mayo", "june jun juni juin junio"),
            *("july jul juli juillet julio", "august aug août agosto", "september sept sep septembre septiembre"),
            *("october oct oktober okt octobre octubre", "november nov novembre noviembre"),
            "december dec dezember dez décembre diciembre",
        ),
        1,
    )
    for name in names.split()
}
FIRST_YEAR, LAST_YEAR = 1000, 2100

_ISO = re.compile(r"(?<!\d)(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?!\d)")
_ISO_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}")
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?:\d{6})?(?!\d)")
LAST_MONTH = 12
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./])(\d{1,2})\2(\d{4})(?!\d)")
_MONTH = "(" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?"
_DAY_FIRST = re.compile(rf"{_DAY}{_MONTH},?\s+(?:de\s+)?(\d{{4}})\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+(\d{{4}})\b", re.IGNORECASE)
_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(\d{1,2})[/-]?(\d{2})?(?=[/_-]|\.html?|$)")


def iso_date(text: str) -> str | None:
    """The date that `text`, a short one, tells: `2021-05-03`, `2021-05` or `2021`; None if it tells none."""
    text = text.strip()[:200]
    if match := _ISO_TIME.match(text) or _ISO.match(text):
        return _assemble(*(match[1].split("-") if match.re is _ISO_TIME else match.groups()))
    if match := _COMPACT.match(text):
        return _assemble(*match.groups())
    return worded_date(text) or _numeric(text)


def worded_date(text: str) -> str | None:
    """The first date in `text` that names its month: `3 May 2021`, `May 3rd, 2021`, `3. Mai 2021`, `May 2021`."""
    found = []
    if match := _DAY_FIRST.search(text):
        found.append((match.start(), (match[3], MONTHS[match[2].lower()], match[1])))
    if match := _MONTH_FIRST.search(text):
        found.append((match.start(), (match[3], MONTHS[match[1].lower()], match[2])))
    if not found and (match := _MONTH_YEAR.search(text)):
        found.append((match.start(), (match[2], MONTHS[match[1].lower()], None)))
    return _assemble(*min(found)[1]) if found else None


def url_date(url: str) -> str | None:
    """The day that a path such as `/2021/05/03/` names."""
    match = _IN_URL.search(url)
    return _assemble(*match.groups()) if match and match[3] else None


def _numeric(text: str) -> str | None:
    """Day before month, unless it cannot be; slashes with both up to 12 are ambiguous, and tell the year alone."""
    match = _NUMERIC.search(text)
    if not match:
        return None
    first, separator, second, year = match.groups()
    if int(second) > LAST_MONTH:
        return _assemble(year, first, second)
    if separator == "/" and int(first) <= LAST_MONTH and first != second:
        return _assemble(year)
    return _assemble(year, second, first)


def _assemble(year: str, month: str | int | None = None, day: str | int | None = None) -> str | None:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    if month is None:
        return year
    try:
        whole = date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    return whole.isoformat() if day else whole.isoformat()[:7]
