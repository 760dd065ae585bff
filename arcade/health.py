"""What operators and proxies ask: is the process alive, can it serve, what are its numbers."""

from collections.abc import Awaitable, Callable
from functools import cache
from secrets import compare_digest
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import async_only_middleware
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics

log = get_logger(__name__)


async def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the event loop turns."""
    return JsonResponse({"status": "ok", "node": settings.ARCADE_NODE})


async def readyz(request: HttpRequest) -> JsonResponse:
    """200 when Redis and the database answer, else 503. Per part `ok` or a word on what is wrong."""
    parts: dict[str, Callable[[], str]] = {"redis": _redis, "database": _database}
    found = {name: await sync_to_async(ask, thread_sensitive=False)() for name, ask in parts.items()}
    ready = all(word == "ok" for word in found.values())
    return JsonResponse({"ready": ready, "node": settings.ARCADE_NODE, **found}, status=200 if ready else 503)


async def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus' text. With ARCADE_METRICS_TOKEN set, only for who sends it as a bearer token."""
    token = settings.ARCADE_METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token and not compare_digest(given.encode(), f"Bearer {token}".encode()):
        return HttpResponse(
            "Send ARCADE_METRICS_TOKEN as a bearer token.\n", status=401, content_type="text/plain"
        )
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


async def ping(request: HttpRequest) -> HttpResponse:
    """204, at once and to every page: by this a client measures how far away the server is."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Timing-Allow-Origin": "*",
        "Cache-Control": "no-store",
    }
    return HttpResponse(status=204, headers=headers)


PROBES = {"/ping": ping, "/healthz": healthz, "/readyz": readyz, "/metrics": metrics_page}


@async_only_middleware
def probes(get_response: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> Any:
    """Answers these before anything else: a prober comes by address, with no name we know and no session."""

    async def handle(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return await (probe or get_response)(request)

    return handle


@cache
def _prober() -> Redis:
    """A client that answers soon: a prober does not wait for tries."""
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, max_connections=4, retry=Retry(NoBackoff(), 0)
    )


def _redis() -> str:
    try:
        _prober().ping()
    except RedisError as error:
        log.warning("readiness.redis", error=type(error).__name__)
        return f"unreachable ({type(error).__name__})"
    return "ok"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("readiness.database", error=type(error).__name__)
        return f"unreachable ({type(error).__name__})"
    finally:
        connection.close()
    return "ok"
