"""The REST API at /api/: its routers, and one shape for all errors: `{"code", "text", "retry_after"?}`.

`json_errors` gives that shape to what our handlers never see: a wrong method, a foreign Host, a fault in a
middleware.
"""

import math
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from asgiref.sync import iscoroutinefunction
from django.core.exceptions import RequestDataTooBig
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.renderers import BaseRenderer

from lobby.api import router as lobby
from lobby.api_people import router as people
from lobby.api_rooms import router as rooms
from matches.api import router as history
from protocol.errors import ERRORS, ProtocolError

STATUS = {
    "sign-in": 401,
    "wrong-password": 401,
    "forbidden": 403,
    "no-seat": 403,
    "origin": 403,
    "csrf": 403,
    "match-unknown": 404,
    "game-unknown": 404,
    "mode-unknown": 404,
    "player-unknown": 404,
    "path-unknown": 404,
    "wrong-method": 405,
    "too-large": 413,
    "too-many": 429,
    "busy": 503,
    "internal": 500,
}
"""HTTP status by error code; any other is 400."""

CODES = {403: "forbidden", 404: "path-unknown", 405: "wrong-method", 413: "too-large", 429: "too-many"}
"""Error code of what others than our views refuse; any other is `malformed`, or `internal` from 500 on."""

TEXTS = {
    "malformed": "This request cannot be served; see /api/docs.",
    "too-large": "This body is far too large; send less.",
}

MEDIA_TYPE = "application/json"
_log = structlog.get_logger(__name__)


class Json(BaseRenderer):
    """JSON by msgspec: no NaN, moments in RFC 3339."""

    media_type = MEDIA_TYPE

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return msgspec.json.encode(data)


api = NinjaAPI(
    title="Arcade",
    version="1",
    description="Sign-in, socket tickets, history and leaderboards. Errors are `{code, text}`.",
    docs_url="/docs",
    renderer=Json(),
    urls_namespace="api",
)
api.add_router("", lobby)
api.add_router("", people)
api.add_router("", rooms)
api.add_router("", history)


def code_of(status: int) -> str:
    """The error code of an HTTP status from 400 on."""
    return CODES.get(status, "malformed" if status < 500 else "internal")


def problem(
    code: str, text: str | None = None, *, status: int = 0, wait: float | None = None
) -> HttpResponse:
    """The answer for an error code of the protocol's table."""
    body: dict[str, Any] = {"code": code, "text": text or ERRORS[code]}
    response = HttpResponse(status=status or STATUS.get(code, 400), content_type=MEDIA_TYPE)
    if wait is not None:
        body["retry_after"] = wait
        response["Retry-After"] = str(math.ceil(wait))
    response.content = msgspec.json.encode(body)
    return response


@api.exception_handler(ProtocolError)
def _refused(request: HttpRequest, error: ProtocolError) -> HttpResponse:
    return problem(error.code, error.text, wait=error.retry_after)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    place, *loc = [str(part) for part in first["loc"]]  # then what our function calls the body
    where = ".".join(loc[1:] if place == "body" else loc[-1:]) or place
    return problem("malformed", f"{where}: {first['msg']}")


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(code_of(error.status_code), str(error), status=error.status_code)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem("path-unknown")


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem("too-large", TEXTS["too-large"])


@api.exception_handler(Exception)
def _internal(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, ValueError | DataError) and "NUL" in str(error):  # PostgreSQL cannot keep it
        return problem("malformed", "A text may not hold the character NUL.")
    _log.error("api call failed", path=request.path, method=request.method, exc_info=error)
    return problem("internal")


@csrf_exempt
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address below /api/."""
    return problem("path-unknown")


@sync_and_async_middleware
def json_errors(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Errors below /api/ are JSON, whoever made them; their status and headers stay."""

    def told(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        status = response.status_code
        if status < 400 or not request.path_info.startswith("/api/"):
            return response
        if isinstance(response, HttpResponse) and response.headers.get("Content-Type") != MEDIA_TYPE:
            code = code_of(status)
            response.content = msgspec.json.encode({"code": code, "text": TEXTS.get(code, ERRORS[code])})
            response.headers["Content-Type"] = MEDIA_TYPE
            if response.has_header("Content-Length"):
                response.headers["Content-Length"] = str(len(response.content))
        return response

    if not iscoroutinefunction(get_response):
        return lambda request: told(request, get_response(request))

    async def handle(request: HttpRequest) -> HttpResponseBase:
        return told(request, await get_response(request))

    return handle
