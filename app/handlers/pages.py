"""The pages that show the API to people: whole without any other server, and their policy lets them ask no other."""

import asyncio
import base64
import hashlib
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from app.openapi import DOCUMENT, TITLE

routes = web.RouteTableDef()

ASSETS: Mapping[str, str] = {
    "swagger_bundle.js": "text/javascript",
    "swagger_style.css": "text/css",
    "redoc.js": "text/javascript",
}
"""What is served of the wheel offapi, and as what."""

REMOTE_LOGO = re.compile(rb"https://cdn\.redoc\.ly/redoc/logo-mini(-full)?\.svg")
LOCAL_LOGO = (
    b"data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 width=%2248%22 height=%2216%22>"
    b"<text y=%2212%22 font-family=%22sans-serif%22 font-size=%2212%22 fill=%22%230044d4%22>Redocly</text></svg>"
)
"""ReDoc names its makers with a picture from their server; here it comes along."""


class Page(NamedTuple):
    """A page and the policy that goes with it."""

    html: str
    policy: str


def _page(head: str, body: str, script: str = "") -> Page:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    html = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{TITLE}: API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"{head}</head><body>{body}<script>{script}</script></body></html>\n"
    )
    policy = (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(html, policy)


SWAGGER = _page(
    '<link rel="stylesheet" href="docs/swagger_style.css">',
    '<div id="swagger-ui"></div><script src="docs/swagger_bundle.js"></script>',
    'SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null})',
)
REDOC = _page(
    "<style>body {margin: 0; padding: 0}</style>",
    '<redoc spec-url="openapi.json" disable-telemetry="true"></redoc>'
    '<script type="module" src="docs/redoc.js"></script>',
)


@routes.get("/openapi.json", allow_head=False)
async def openapi(request: web.Request) -> web.Response:
    """The document."""
    return web.Response(text=request.app[DOCUMENT].text, content_type="application/json", headers=_headers())


@routes.get("/docs", allow_head=False)
async def swagger(_request: web.Request) -> web.Response:
    """Swagger UI."""
    return _answer(SWAGGER)


@routes.get("/redoc", allow_head=False)
async def redoc(_request: web.Request) -> web.Response:
    """ReDoc."""
    return _answer(REDOC)


@routes.get("/docs/{name}", allow_head=False)
async def asset(request: web.Request) -> web.Response:
    """A script or a style sheet of the pages."""
    name = request.match_info["name"]
    if name not in ASSETS:
        raise web.HTTPNotFound(text="There is no such file.")
    content = await asyncio.to_thread(_read, name)
    headers = _headers() | {"Cache-Control": "public, max-age=3600"}
    return web.Response(body=content, content_type=ASSETS[name], charset="utf-8", headers=headers)


def _read(name: str) -> bytes:
    """A file of offapi. That is not imported: it would keep 9 MB of scripts in memory, most of them not used here."""
    spec = find_spec("offapi")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("offapi")
    return REMOTE_LOGO.sub(LOCAL_LOGO, Path(spec.origin).with_name(name).read_bytes())


def _answer(page: Page) -> web.Response:
    headers = _headers() | {"Content-Security-Policy": page.policy, "Referrer-Policy": "no-referrer"}
    return web.Response(text=page.html, content_type="text/html", headers=headers)


def _headers() -> dict[str, str]:
    return {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
