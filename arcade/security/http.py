"""What guards an HTTP call: budgets by django-ratelimit, and the check that a cookie's owner meant it."""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django_ratelimit.core import ALL, get_usage
from redis.exceptions import RedisError

from arcade.security import origin
from arcade.security.addresses import request_ip
from protocol.errors import ProtocolError

AWAY = "The server cannot do this right now; try again in a few seconds."
AWAY_SECONDS = 5.0

_log = structlog.get_logger(__name__)


def spend(
    request: HttpRequest, group: str, per_minute: int, value: str | None = None, *, closed: bool = True
) -> None:
    """Count one call of `group` by `value` (None: the client's address) in its minute.

    Raises ProtocolError `too-many`; and `busy` where the count cannot be kept and `closed` is set. Called in
    the view and not as a decorator: only the usage knows how long to wait.
    """
    who = request_ip(request) if value is None else value
    try:
        usage: dict[str, Any] | None = get_usage(
            request, group=group, key=lambda g, r: who, rate=f"{per_minute}/m", method=ALL, increment=True
        )
    except (RedisError, OSError) as error:
        usage = {"limit": 0, "time_left": -1}
        _log.warning("http budget unknown", group=group, error=repr(error))
    if usage is None:
        return
    if usage["time_left"] < 0:
        if closed:
            raise ProtocolError("busy", AWAY, retry_after=AWAY_SECONDS)
        return
    if usage["should_limit"]:
        raise ProtocolError("too-many", retry_after=float(max(1, usage["time_left"])))


def bearer_token(request: HttpRequest) -> str | None:
    """What stands after `Authorization: Bearer`, or None without such a header."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def check_intent(request: HttpRequest, *, by_cookie: bool) -> None:
    """Refuse what another site made a browser send.

    With a bearer token: nothing, no browser adds one by itself. `by_cookie`, who calls is known by a cookie:
    Django's CSRF check. Else: an Origin, where there is one, must be ours. Raises ProtocolError.
    """
    if bearer_token(request) is not None:
        return
    if not by_cookie:
        headers = [(b"host", request.get_host().encode())]
        if "Origin" in request.headers:
            headers.append((b"origin", request.headers["Origin"].encode("latin-1", "replace")))
        if not origin.allowed({"headers": headers, "scheme": request.scheme}):
            raise ProtocolError("origin")
        return
    if _Csrf(_never).refusal(request) is not None:
        raise ProtocolError("csrf")


class _Csrf(CsrfViewMiddleware):
    """Django's check, asked by us: the routers' views are exempt from it because of bearer tokens."""

    def refusal(self, request: HttpRequest) -> HttpResponseBase | None:
        request.csrf_processing_done = False  # type: ignore[attr-defined]
        self.process_request(request)
        return self.process_view(request, _never, (), {})


def _never(_: HttpRequest) -> HttpResponse:
    return HttpResponseForbidden()
