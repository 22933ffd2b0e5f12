"""What five search APIs answer as documented, out of one small index, and what they refuse."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web

KEY = "a-secret-key"
ENGINE = "an-engine"
HOSTS = ("a.example", "sub.a.example", "b.example", "c.example")
LANGUAGES = ("en", "de", "fr")
ENTRIES = 60


@dataclass(frozen=True)
class Entry:
    """What all of the APIs know; the older, the lower in rank."""

    number: int

    @property
    def host(self) -> str:
        return HOSTS[self.number % len(HOSTS)]

    @property
    def language(self) -> str:
        return LANGUAGES[self.number % len(LANGUAGES)]

    @property
    def day(self) -> date:
        return datetime.now(UTC).date() - timedelta(days=10 * self.number)

    @property
    def title(self) -> str:
        return f"Result <b>{self.number}</b> &amp; more"

    def url(self, kind: str) -> str:
        return f"https://{self.host}/{kind}/{self.number}"

    def file(self, kind: str) -> str:
        return f"https://files.example/{kind}/{self.number}"


def wanted(
    sites: tuple[str, ...] = (),
    refused: tuple[str, ...] = (),
    since: str = "",
    until: str = "",
    language: str = "",
) -> list[Entry]:
    def fits(entry: Entry) -> bool:
        under = [f".{entry.host}".endswith(f".{site}") for site in sites]
        return (
            (not sites or any(under))
            and not any(f".{entry.host}".endswith(f".{site}") for site in refused)
            and (not since or entry.day.isoformat() >= since)
            and (not until or entry.day.isoformat() <= until)
            and (not language or entry.language == language)
        )

    return [entry for entry in map(Entry, range(ENTRIES)) if fits(entry)]


def operators(text: str) -> dict[str, tuple[str, ...]]:
    words = text.split()
    return {
        "sites": tuple(word[5:] for word in words if word.startswith("site:")),
        "refused": tuple(word[6:] for word in words if word.startswith("-site:")),
    }


def error(number: int, **body: Any) -> web.Response:
    return web.json_response({"error": {"code": number, **body}}, status=number)


def google(query: Any) -> web.Response:
    if not query.get("key"):
        return error(403, message="The request is missing a valid API key.", status="PERMISSION_DENIED")
    start, num = int(query.get("start", 1)), int(query.get("num", 10))
    known = query["key"] == KEY and query.get("cx") == ENGINE
    if not known or not 1 <= num <= 10 or start + num > 101 or len(query["q"].split()) > 32:
        return error(400, message="Request contains an invalid argument.", status="INVALID_ARGUMENT")
    _, _, since, until = query["sort"].split(":") if query.get("sort", "").startswith("date:r:") else ("",) * 4
    days = {"since": iso(since), "until": iso(until)} if since else {}
    entries = wanted(**operators(query["q"]), **days, language=query.get("lr", "").removeprefix("lang_"))
    kind = next((name for name in ("newsarticle", "videoobject") if f"more:pagemap:{name}" in query["q"]), "web")
    shown = entries[start - 1 : start - 1 + num]
    if query.get("searchType") == "image":
        items = [{"title": e.title, "link": e.file("images"), "image": {"contextLink": e.url("images")}} for e in shown]
    else:
        items = [google_item(entry, kind) for entry in shown]
    return web.json_response({"kind": "customsearch#search", **({"items": items} if items else {})})


def google_item(entry: Entry, kind: str) -> dict[str, Any]:
    day = f"{entry.day}T08:00:00+00:00"
    maps: dict[str, Any] = {
        "web": {"metatags": [{"article:published_time": day}]},
        "newsarticle": {"newsarticle": [{"datepublished": day}]},
        "videoobject": {"videoobject": [{"uploaddate": day, "embedurl": entry.file("videos")}]},
    }
    name = {"newsarticle": "news", "videoobject": "videos"}.get(kind, "web")
    return {"title": entry.title, "link": entry.url(name), "snippet": "…", "pagemap": maps[kind]}


def iso(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def searxng(query: Any) -> web.Response:
    if query.get("format") != "json":
        return web.Response(status=403)
    if not query.get("q", "").strip():
        return web.json_response({"error": "No query"}, status=400)
    days = {"day": 1, "month": 31, "year": 366}.get(query.get("time_range", ""))
    since = (datetime.now(UTC).date() - timedelta(days=days)).isoformat() if days else ""
    if query["q"].startswith("timeless") and since:
        entries = []
    else:
        entries = wanted(**operators(query["q"]), since=since, language=query.get("language", ""))
    page, kind = int(query.get("pageno", 1)), query.get("categories", "general").replace("general", "web")
    results = [
        {
            "url": entry.url(kind),
            "title": entry.title,
            "content": "…",
            "publishedDate": f"{entry.day}T00:00:00",
            "engine": "one",
            **({"img_src": entry.file(kind)} if kind == "images" else {}),
            **({"iframe_src": entry.file(kind)} if kind == "videos" else {}),
        }
        for entry in entries[10 * (page - 1) : 10 * page]
    ]
    silent = [["two", "timeout"]]
    return web.json_response({"query": query["q"], "results": results, "unresponsive_engines": silent})


def brave(kind: str, headers: Any, query: Any) -> web.Response:
    if headers.get("X-Subscription-Token") != KEY:
        return error(422, code="SUBSCRIPTION_TOKEN_INVALID")
    count, offset = int(query.get("count", 20)), int(query.get("offset", 0))
    most = {"web": 20, "news": 50, "images": 100, "videos": 50}[kind]
    long = len(query["q"]) > 400 or len(query["q"].split()) > 50
    if long or not 1 <= count <= most or not 0 <= offset <= 9 or (kind == "images" and "offset" in query):
        return error(422, code="VALIDATION")
    since, _, until = query.get("freshness", "").partition("to")
    language = query.get("search_lang", "")
    entries = wanted(**operators(query["q"]), since=since, until=until, language=language)
    results = [
        {
            "title": entry.title,
            "url": entry.url(kind),
            **({} if kind == "images" else {"page_age": f"{entry.day}T08:00:00"}),
            **({"properties": {"url": entry.file(kind)}} if kind == "images" else {}),
        }
        for entry in entries[offset * count : (offset + 1) * count]
    ]
    more = {"query": {"more_results_available": len(entries) > (offset + 1) * count}}
    if kind == "web":
        return web.json_response({"type": "search", **more, **({"web": {"results": results}} if results else {})})
    return web.json_response({"type": kind, "results": results, **(more if kind != "images" else {})})


def tavily(headers: Any, body: Any) -> web.Response:
    if headers.get("Authorization") != f"Bearer {KEY}":
        told = {"error": "Unauthorized: missing or invalid API key."}
        return web.json_response({"detail": told}, status=401)
    if len(body["query"]) > 400 or not 0 <= body["max_results"] <= 20:
        return web.json_response({"detail": {"error": "Query is too long."}}, status=400)
    entries = wanted(
        tuple(body.get("include_domains", ())),
        tuple(body.get("exclude_domains", ())),
        body.get("start_date", ""),
        body.get("end_date", ""),
    )[: body["max_results"]]
    kind = "news" if body["topic"] == "news" else "web"
    results = [
        {
            "title": entry.title,
            "url": entry.url(kind),
            "score": 0.5,
            "published_date": format_datetime(datetime(*entry.day.timetuple()[:3], tzinfo=UTC), usegmt=True),
        }
        for entry in entries
    ]
    shown = [{"url": entry.file("images"), "description": entry.title} for entry in entries]
    images = shown if body.get("include_images") else []
    return web.json_response({"query": body["query"], "images": images, "results": results})


def wikipedia(query: Any) -> web.Response:
    limit, offset = int(query["srlimit"]), int(query.get("sroffset", 0))
    if len(query["srsearch"]) > 300:
        return web.json_response({"error": {"code": "cirrussearch-query-too-long", "info": "…"}})
    every = "nowhere" in query["srsearch"] and " OR " not in query["srsearch"]
    entries = [] if every or limit > 50 else wanted()
    shown = [{"ns": 0, "title": f"Result {e.number} & more"} for e in entries[offset : offset + limit]]
    more = {"continue": {"sroffset": offset + limit}} if len(entries) > offset + limit else {}
    return web.json_response({**more, "query": {"searchinfo": {"totalhits": len(entries)}, "search": shown}})
