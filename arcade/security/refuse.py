"""Refusing a socket before its consumer begins, so that the client learns why as well as its server can tell.

A browser (it sends an Origin) cannot read the body of a denied handshake, so it is let in, told by an `Error`
and closed with the code. Any other client gets the real HTTP status with a JSON body, where the server can
deny with one (`websocket.http.response`); under daphne it is told like a browser. A foreign origin is never
let in.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import structlog

from arcade.infra.metrics import metrics
from arcade.security.origin import header
from protocol.codec import CODECS
from protocol.errors import ProtocolError
from protocol.messages import JSON, Error

Send = Callable[[dict[str, Any]], Awaitable[None]]

STATUSES = {
    "origin": 403,
    "subprotocol": 400,
    "ticket-missing": 401,
    "ticket-unknown": 401,
    "ticket-purpose": 403,
    "sign-in": 401,
    "forbidden": 403,
    "match-unknown": 404,
    "path-unknown": 404,
    "too-many-handshakes": 429,
    "too-many-sockets": 429,
    "busy": 503,
    "draining": 503,
    "internal": 500,
}
"""HTTP status of a denied handshake by error code; 400 where none is named."""

_log = structlog.get_logger(__name__)


async def refuse(scope: Mapping[str, Any], send: Send, error: ProtocolError, subprotocol: str | None) -> None:
    """Answer the handshake of `scope`, not yet accepted, with `error`; `subprotocol` is the one agreed on."""
    metrics.errors.labels(error.code).inc()
    _log.info("socket refused", code=error.code, path=scope.get("path"))
    can_deny = "websocket.http.response" in (scope.get("extensions") or {})
    foreign = error.code == "origin"
    if can_deny and (foreign or header(scope, b"origin") is None):
        await _deny(send, error)
    elif foreign:
        await send({"type": "websocket.close", "code": error.close or 4010})
    else:
        await _tell(send, error, subprotocol)


async def _deny(send: Send, error: ProtocolError) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    told: dict[str, Any] = {"code": error.code, "text": error.text}
    if error.retry_after is not None:
        told["retry_after"] = error.retry_after
        headers.append((b"retry-after", b"%d" % math.ceil(error.retry_after)))
    body = msgspec.json.encode(told)
    headers.append((b"content-length", b"%d" % len(body)))
    status = STATUSES.get(error.code, 400)
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


async def _tell(send: Send, error: ProtocolError, subprotocol: str | None) -> None:
    code = error.close or 4000
    frame = CODECS[subprotocol or JSON].encode(Error(None, error.code, error.text, error.retry_after))
    await send({"type": "websocket.accept", "subprotocol": subprotocol})
    key = "bytes" if isinstance(frame, bytes) else "text"
    await send({"type": "websocket.send", key: frame})
    await send({"type": "websocket.close", "code": code, "reason": error.code})
    metrics.closes.labels(str(code)).inc()
