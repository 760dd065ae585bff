"""A refused handshake tells its client as much as the client can hear."""

from typing import Any

import msgspec
import pytest

from arcade.infra.metrics import metrics
from arcade.security.refuse import STATUSES, refuse
from protocol.errors import ERRORS, ProtocolError
from protocol.messages import JSON, MSGPACK

BROWSER = [(b"origin", b"https://play.example")]
DENY = {"websocket.http.response": {}}
BUSY = ProtocolError("too-many-handshakes", close=4009, retry_after=12.2)


async def refused(
    error: ProtocolError,
    *,
    extensions: dict[str, Any] | None,
    headers: Any = (),
    subprotocol: str | None = MSGPACK,
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {"type": "websocket", "path": "/ws/lobby/", "headers": list(headers)}
    if extensions is not None:
        scope["extensions"] = extensions
    await refuse(scope, send, error, subprotocol)
    return sent


async def test_a_native_client_gets_the_real_status() -> None:
    before = metrics.errors.labels(BUSY.code)._value.get()
    start, body = await refused(BUSY, extensions=DENY)
    assert start["status"] == 429
    headers = dict(start["headers"])
    assert headers[b"retry-after"] == b"13"
    assert headers[b"content-length"] == b"%d" % len(body["body"])
    told = {"code": BUSY.code, "text": BUSY.text, "retry_after": 12.2}
    assert msgspec.json.decode(body["body"]) == told
    assert metrics.errors.labels(BUSY.code)._value.get() == before + 1


@pytest.mark.parametrize(("extensions", "headers"), [(None, ()), ({}, ()), (DENY, BROWSER)])
async def test_who_cannot_read_a_denial_is_let_in_told_and_closed(extensions: Any, headers: Any) -> None:
    accept, told, close = await refused(BUSY, extensions=extensions, headers=headers)
    assert accept == {"type": "websocket.accept", "subprotocol": MSGPACK}
    assert msgspec.msgpack.decode(told["bytes"]) == [36, None, BUSY.code, BUSY.text, 12.2, None]
    assert (close["type"], close["code"]) == ("websocket.close", 4009)


@pytest.mark.parametrize("subprotocol", [JSON, None])
async def test_the_error_is_text_where_msgpack_was_not_agreed_on(subprotocol: str | None) -> None:
    accept, told, _ = await refused(BUSY, extensions={}, subprotocol=subprotocol)
    assert accept["subprotocol"] == subprotocol
    assert msgspec.json.decode(told["text"])[2] == BUSY.code


@pytest.mark.parametrize(
    ("extensions", "kind"), [(DENY, "websocket.http.response.start"), ({}, "websocket.close")]
)
async def test_a_foreign_page_is_never_let_in(extensions: Any, kind: str) -> None:
    sent = await refused(ProtocolError("origin", close=4010), extensions=extensions, headers=BROWSER)
    assert sent[0]["type"] == kind
    assert not any(event["type"] == "websocket.accept" for event in sent)


def test_every_status_belongs_to_an_error() -> None:
    assert set(STATUSES) <= set(ERRORS)
