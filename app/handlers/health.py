"""How the process is that answers."""

from aiohttp import web

from actors.domain.health import Condition
from app.described import answer, described
from app.keys import ENGINE
from app.schemas.responses import HealthResponse


@described(
    "health",
    "See how the service is",
    "`degraded` works with less than was asked for, and `problems` says why; `unhealthy` should be restarted.",
    {200: answer("Healthy or degraded.", HealthResponse), 503: answer("Unhealthy.", HealthResponse)},
    public=True,
)
async def health(request: web.Request) -> web.Response:
    """GET /health."""
    found = await request.app[ENGINE].health()
    status = 503 if found.status is Condition.UNHEALTHY else 200
    return web.Response(text=found.model_dump_json(), status=status, content_type="application/json")
