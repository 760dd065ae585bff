"""The handshake: what is agreed, what is denied, and what must not slip in before it is done."""

import base64
import hashlib
from typing import Any

import pytest

from tests.support.asgi import Served
from tests.support.raw import TEXT, Frame, Raw, frame, request
from tests.support.waiting import until

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def answer(port: int, data: bytes) -> tuple[int, dict[str, str], bytes]:
    with Raw(port) as raw:
        raw.send(data)
        found = raw.head()
        if found[0] != 101:
            assert raw.ended()
        return found


def test_the_key_is_answered_and_nothing_is_compressed(served: Served) -> None:
    asked = request("/", "Sec-WebSocket-Extensions: permessage-deflate")
    key = next(line for line in asked.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key")).split(b" ")[1]
    status, headers, _ = answer(served.port, asked)
    assert status == 101
    assert headers["sec-websocket-accept"] == base64.b64encode(hashlib.sha1(key + MAGIC).digest()).decode()
    assert headers["upgrade"].lower() == "websocket"
    assert headers["connection"].lower() == "upgrade"
    assert "sec-websocket-extensions" not in headers
    assert "sec-websocket-protocol" not in headers


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (request(leave_out="sec-websocket-key"), 400),
        (request("/", "Sec-WebSocket-Key: c2hvcnQ=", leave_out="sec-websocket-key"), 400),
        (request("/", "Sec-WebSocket-Key: c2hvcnQ="), 400),
        (request("/", "Sec-WebSocket-Key: !!!!", leave_out="sec-websocket-key"), 400),
        (request(leave_out="sec-websocket-version"), 426),
        (request("/", "Sec-WebSocket-Version: 8", leave_out="sec-websocket-version"), 426),
        (request().replace(b"GET", b"PUT"), 405),
    ],
)
def test_what_is_no_handshake_is_told_so(ours: Served, data: bytes, status: int) -> None:
    told, headers, body = answer(ours.port, data)
    assert told == status
    assert headers["connection"] == "close"
    assert body
    if status == 426:
        assert headers["sec-websocket-version"] == "13"


def test_the_scope(served: Served) -> None:
    seen: list[dict[str, Any]] = []

    async def look(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)
        assert await receive() == {"type": "websocket.connect"}
        await send({"type": "websocket.accept", "subprotocol": "b", "headers": [(b"x-own", b"1")]})

    served.apps["/a b"] = look
    lines = ("Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Protocol: c", "Cookie: k=\xe4")
    status, headers, _ = answer(served.port, request("/a%20b?q=%20&r", *lines))
    assert status == 101
    assert headers["sec-websocket-protocol"] == "b"
    assert headers["x-own"] == "1"
    (scope,) = seen
    assert scope["path"] == "/a b"
    assert scope["raw_path"] == b"/a%20b"
    assert scope["query_string"] == b"q=%20&r"
    assert scope["subprotocols"] == ["a", "b", "c"]
    assert scope["scheme"] == "ws"
    assert scope["client"][0] == "127.0.0.1"
    assert scope["server"] == ("127.0.0.1", served.port)
    assert (b"cookie", b"k=\xe4") in scope["headers"]
    assert "websocket.http.response" in scope["extensions"]


def test_a_close_before_the_accept_is_a_403(served: Served) -> None:
    after: list[Any] = []

    async def deny(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 4000})
        after.append((await receive())["type"])
        with pytest.raises(RuntimeError):
            await send({"type": "websocket.accept"})
        after.append("refused")

    served.apps["/deny"] = deny
    assert answer(served.port, request("/deny"))[0] == 403
    until(lambda: after == ["websocket.disconnect", "refused"])


def test_a_denial_with_a_status_and_a_body(served: Served) -> None:
    async def deny(scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"retry-after", b"7")]
        await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b'{"a"', "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b": 1}"})

    served.apps["/deny"] = deny
    status, headers, body = answer(served.port, request("/deny"))
    assert (status, headers["retry-after"], body) == (429, "7", b'{"a": 1}')
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("fails", [False, True])
def test_an_application_that_gives_no_answer_is_a_500(served: Served, fails: bool, caplog: Any) -> None:
    async def nothing(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert not fails, "on purpose"

    served.apps["/nothing"] = nothing
    assert answer(served.port, request("/nothing"))[0] == 500


def test_a_header_of_the_application_cannot_forge_another(ours: Served, caplog: Any) -> None:
    async def forge(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept", "headers": [(b"x", b"1\r\nset-cookie: a=b")]})

    ours.apps["/forge"] = forge
    status, headers, _ = answer(ours.port, request("/forge"))
    assert status == 500
    assert "set-cookie" not in headers


def test_a_handshake_that_comes_in_pieces(served: Served) -> None:
    with Raw(served.port) as raw:
        raw.send_slowly(request())
        assert raw.head()[0] == 101
        raw.send(frame(TEXT, b"x"))
        assert raw.next() == Frame(TEXT, b"x")


def test_many_at_once_do_not_mix(ours: Served) -> None:
    lines = [Raw(ours.port).open("/direct") for _ in range(50)]
    try:
        for n, line in enumerate(lines):
            line.send(frame(TEXT, b"%d" % n))
        assert [line.next() for line in lines] == [Frame(TEXT, b"%d" % n) for n in range(50)]
    finally:
        for line in lines:
            line.line.close()
