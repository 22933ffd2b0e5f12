"""Title, author, date, site and language of an HTML page, from what it says of itself in a dozen dialects."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from actors.services.fetch.byline import clean_authors, is_byline
from actors.services.fetch.dates import iso_date, url_date
from actors.services.fetch.jsonld import Described, describe
from actors.services.fetch.tidy import tidy_line

AUTHOR_TAGS = ("author", "citation_author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
AUTHOR_MORE = ("article:author", "og:article:author", "dc:creator", "authors", "creator")
DATE_TAGS = (
    *("article:published_time", "og:article:published_time", "og:published_time", "datepublished"),
    *("citation_publication_date", "citation_online_date", "citation_date", "parsely-pub-date", "sailthru.date"),
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date"),
    *("article.published", "publish-date", "publication_date", "pubdate", "date"),
)
TITLE_TAGS = ("citation_title", "og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title")
SITE_TAGS = ("og:site_name", "citation_journal_title", "application-name")
TITLE_MAX_CHARACTERS = 300
CONSIDERED_CHARACTERS = 2_000

_ASIDE = (
    "ancestor-or-self::*[self::form or self::aside or not(self::body or self::html or self::main or self::article) and "
    "(contains(@class, 'comment') or contains(@id, 'comment') or contains(@class, 'related'))]"
)
_ELEMENTS = "*[self::a or self::span or self::p or self::div or self::li]"
_NAMED = " or ".join(f"contains(@class, 'author{joint}name')" for joint in ("-", "_", "__", ""))
AUTHOR_PATHS = (
    ".//*[@itemprop='author']//*[@itemprop='name']",
    ".//*[@itemprop='author']",
    ".//a[@rel='author']",
    ".//address[contains(@class, 'author')]",
    f".//{_ELEMENTS}[{_NAMED}]",
    f".//{_ELEMENTS}[contains(@class, 'byline')]",
)
BYLINE_PATHS = ".//*[self::p or self::span or self::div or self::a or self::em or self::address or self::small]"
BYLINES_TRIED = 400

_SEPARATOR = re.compile(r"\s+(?:[|•·»«⋆~—–:]|::|-)\s+|\s*\|\s*")
_MARKUP = re.compile(
    r"</?(?:b|i|em|strong|span|sup|sub|br|a|u|font|small|mark|cite|q|p|wbr)\b[^<>]{0,200}>", re.IGNORECASE
)
_LANGUAGE = re.compile(r"^([A-Za-z]{2})(?:[-_].*)?$")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of itself; None and empty where it is silent."""

    title: str
    author: str | None
    site: str
    published: str | None
    language: str | None


def read_metadata(tree: Any, url: str) -> Metadata:  # noqa: ANN401 (lxml carries no types)
    """The metadata of the page at `url`, parsed by lxml."""
    tags = _meta_tags(tree)
    described = describe(tree.xpath(".//script[contains(@type, 'ld+json')]/text()"))
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    site = _first(tags, SITE_TAGS) or tidy_line(described.publisher) or host
    return Metadata(
        title=_title(tree, tags, described, {site.lower(), host, host.split(".")[0]}),
        author=_author(tree, tags, described, site),
        site=site,
        published=_published(tree, tags, described, url),
        language=_language(tree),
    )


def _meta_tags(tree: Any) -> dict[str, list[str]]:  # noqa: ANN401
    tags: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = tidy_line((element.get("content") or "")[:CONSIDERED_CHARACTERS])
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content and name:
            tags.setdefault(name.strip().lower(), []).append(content)
    return tags


def _first(tags: dict[str, list[str]], names: tuple[str, ...]) -> str:
    return next((tags[name][0] for name in names if name in tags), "")


def _title(tree: Any, tags: dict[str, list[str]], described: Described, sites: set[str]) -> str:  # noqa: ANN401
    """The heading that the page also names to machines; else what these are told twice, or the only heading."""
    element = tree.find(".//title")
    page_title = _without_site(_content(element), sites) if element is not None else ""
    headings = [text for text in map(_content, tree.iter("h1")) if text and not _is_site(text, sites)]
    told = [_without_site(title, sites) for title in (_first(tags, TITLE_TAGS), described.headline) if title]
    whole = " ".join([page_title, *told]).lower()
    confirmed = [heading for heading in headings if heading.lower() in whole]
    agreed = [title for title in told[:1] if title.lower() in page_title.lower()]
    single = headings if len(headings) == 1 else []
    candidates = [*confirmed[:1], *agreed, *single, *told, page_title, *headings]
    return next(filter(None, map(_clean_title, candidates)), "")


def _without_site(title: str, sites: set[str]) -> str:
    """`title` without the name of its site before or after it; unknown names are told by their few words."""
    gaps = list(_SEPARATOR.finditer(title))
    if not gaps:
        return title
    head, tail = title[: gaps[-1].start()], title[gaps[-1].end() :]
    strong = bool(gaps[-1].group().strip("-–—: "))
    if _is_site(tail, sites) or len(tail.split()) <= (4 if strong else 2) < len(head.split()):
        return _without_site(head, sites) if _is_site(tail, sites) else head
    return title[gaps[0].end() :] if _is_site(title[: gaps[0].start()], sites) else title


def _is_site(part: str, sites: set[str]) -> bool:
    words = _key(part)
    return any(words == _key(site) or (len(words) > 3 and words in _key(site)) for site in sites)  # noqa: PLR2004


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _content(element: Any) -> str:  # noqa: ANN401
    return tidy_line("".join(element.itertext())[:CONSIDERED_CHARACTERS])


def _clean_title(title: str) -> str:
    return tidy_line(_MARKUP.sub("", title))[:TITLE_MAX_CHARACTERS]


def _author(tree: Any, tags: dict[str, list[str]], described: Described, site: str) -> str | None:  # noqa: ANN401
    told = (tags.get(name, []) for name in (*AUTHOR_TAGS, *AUTHOR_MORE))
    for names in (*told, described.persons, *_marked_authors(tree), described.authors):
        if author := clean_authors(names, site):
            return author
    return None


def _marked_authors(tree: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """What the markup or the wording shows to be the author, likeliest first."""
    from trafilatura.metadata import extract_author

    for path in AUTHOR_PATHS:
        yield [_content(element) for element in tree.xpath(f"{path}[not({_ASIDE})]")[:1]]
    for element in tree.xpath(f"{BYLINE_PATHS}[not({_ASIDE})]")[:BYLINES_TRIED]:
        if len(element) <= 3 and is_byline(line := _content(element)):  # noqa: PLR2004
            yield [line]
    yield (extract_author(tree) or "").split("; ")


def _published(tree: Any, tags: dict[str, list[str]], described: Described, url: str) -> str | None:  # noqa: ANN401
    marked = tree.xpath(".//*[@itemprop='datePublished']/@*[name()='datetime' or name()='content']")
    told = (*(tags.get(name, [""])[0] for name in DATE_TAGS), described.published, *marked[:1])
    dates = (url_date(url), *map(iso_date, told))
    return next(filter(None, dates), None)


def _language(tree: Any) -> str | None:  # noqa: ANN401
    root = tree if tree.tag == "html" else tree.find(".//html")
    match = _LANGUAGE.match((root.get("lang") or "").strip()) if root is not None else None
    return match[1].lower() if match else None
