"""Lets in who brings one of the keys, for what that key may do; without any key configured, everybody."""

from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from actors.domain.job import Budget
from app.config import AuthConfig, KeyConfig, Scope
from app.keys import CEILING, TENANT

DEFAULT_TENANT = "default"
PUBLIC = frozenset({"/", "/health", "/ready", "/docs", "/docs/{name}", "/redoc", "/openapi.json", "/static"})
"""The routes that ask for no key."""

READING = ("GET", "HEAD", "OPTIONS")


def known_keys(auth: AuthConfig) -> tuple[KeyConfig, ...]:
    """Every key that is let in; empty for an open service."""
    one = (KeyConfig(name="API_KEY", sha256=auth.api_key, tenant=DEFAULT_TENANT),) if auth.api_key else ()
    return (*auth.keys, *one)


def require_key(auth: AuthConfig) -> Middleware:
    """The middleware that asks for a key, and keeps its tenant under `TENANT`, its budget under `CEILING`."""
    keys = known_keys(auth)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if not keys:
            request[TENANT], request[CEILING] = DEFAULT_TENANT, Budget()
        elif resource is None or resource.canonical not in PUBLIC:
            key = _admit(request, keys)
            request[TENANT], request[CEILING] = key.tenant, key.budget
        return await handler(request)

    return check


def _admit(request: web.Request, keys: Sequence[KeyConfig]) -> KeyConfig:
    given = _given(request)
    key = _matching(given, keys) if given else None
    if key is None:
        why = "This API key is not known." if given else "An API key is needed: send it as X-API-Key."
        raise web.HTTPUnauthorized(text=why, headers={"WWW-Authenticate": "Bearer"})
    needed: Scope = "read" if request.method in READING else "write"
    if needed not in key.scopes:
        raise web.HTTPForbidden(text=f"This needs a key with the scope {needed!r}; the one given has not got it.")
    return key


def _given(request: web.Request) -> str:
    if key := request.headers.get("X-API-Key", ""):
        return key
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _matching(given: str, keys: Sequence[KeyConfig]) -> KeyConfig | None:
    """The key, after as much time whichever it is."""
    digest = sha256(given.encode(errors="surrogateescape")).hexdigest()
    found = None
    for key in keys:
        if compare_digest(digest, key.sha256):
            found = key
    return found
