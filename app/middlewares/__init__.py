"""What each request passes on its way to a handler, outermost first."""

from aiohttp.typedefs import Middleware

from app.config import AppConfig
from app.middlewares.api_key import require_key
from app.middlewares.body import read_body
from app.middlewares.errors import errors_to_problems
from app.middlewares.request_id import name_request
from app.parsing import validation_middleware

__all__ = ["middlewares"]


def middlewares(config: AppConfig) -> list[Middleware]:
    """All of them, in their order."""
    return [errors_to_problems, name_request, require_key(config.auth), read_body(), validation_middleware]
