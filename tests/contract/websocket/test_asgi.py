"""An accepted socket by plain ASGI, and its end from either side."""

import asyncio
from typing import Any

import pytest

from arcade.server import connection
from tests.support.asgi import OURS, Noted, Served
from tests.support.raw import TEXT, Frame, Raw, close, frame, request
from tests.support.waiting import until


def test_the_client_closes(served: Served) -> None:
    noted = served.apps["/noted"] = Noted()
    with Raw(served.port).open("/noted") as raw:
        raw.send(close(4321, b"Ende gut"))
        assert raw.next() == Frame(8, (4321).to_bytes(2, "big") + b"Ende gut")
        assert raw.ended()
    until(lambda: noted.events)
    assert noted.events == [{"type": "websocket.disconnect", "code": 4321, "reason": "Ende gut"}]


def test_the_client_closes_without_a_code(served: Served) -> None:
    noted = served.apps["/noted"] = Noted()
    with Raw(served.port).open("/noted") as raw:
        raw.send(close(None))
        assert raw.next() == Frame(8, b"")
        assert raw.ended()
    until(lambda: noted.events)
    assert noted.events[0]["code"] == 1005


def test_the_line_is_cut(ours: Served) -> None:
    noted = ours.apps["/noted"] = Noted()
    with Raw(ours.port).open("/noted") as raw:
        raw.send(frame(TEXT, b"last"))
        until(lambda: noted.events)
        raw.drop()
    until(lambda: len(noted.events) == 2)
    assert noted.events[1] == {"type": "websocket.disconnect", "code": 1006, "reason": ""}
    until(lambda: ours.connections == 0)


@pytest.mark.parametrize("reason", ["", "genug", "ä" * 100])
def test_the_application_closes(served: Served, reason: str) -> None:
    after: list[Any] = []

    async def leave(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "bye"})
        await send({"type": "websocket.close", "code": 4001, "reason": reason[:60]})
        after.append(await receive())
        with pytest.raises(RuntimeError):
            await send({"type": "websocket.send", "text": "too late"})
        after.append("refused")

    served.apps["/leave"] = leave
    with Raw(served.port).open("/leave") as raw:
        assert raw.next() == Frame(TEXT, b"bye")
        got = raw.next()
        assert got == Frame(8, b"\x0f\xa1" + reason[:60].encode())
        raw.send(frame(TEXT, b"dropped"), close(4001))
        assert raw.ended()
    until(lambda: len(after) == 2)
    assert after[0]["type"] == "websocket.disconnect"


def test_a_reason_that_is_too_long_is_cut_between_characters(ours: Served) -> None:
    async def leave(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 4001, "reason": "ä" * 100})

    ours.apps["/leave"] = leave
    with Raw(ours.port).open("/leave") as raw:
        assert raw.next() == Frame(8, b"\x0f\xa1" + ("ä" * 61).encode())


def test_who_does_not_answer_our_close_is_cut(ours: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CLOSE_SECONDS", 0.2)

    async def leave(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    ours.apps["/leave"] = leave
    with Raw(ours.port).open("/leave") as raw:
        assert raw.next() == Frame(8, b"\x03\xe8")
        assert raw.ended()
    until(lambda: ours.connections == 0)


@pytest.mark.parametrize(("code", "fails"), [(1011, True), (1000, False)])
def test_an_application_that_leaves_without_a_word(ours: Served, code: int, fails: bool, caplog: Any) -> None:
    async def leave(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        assert not fails, "on purpose"

    ours.apps["/leave"] = leave
    with Raw(ours.port).open("/leave") as raw:
        assert raw.until_closed() == ([], code)


def test_who_waits_for_a_message_while_another_task_accepts_gets_it(served: Served) -> None:
    got: list[Any] = []

    async def accept_aside(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        waiting = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await send({"type": "websocket.accept"})
        got.append(await waiting)

    served.apps["/aside"] = accept_aside
    with Raw(served.port).open("/aside") as raw:
        raw.send(frame(TEXT, b"x"))
        until(lambda: got)
    assert got[0]["text"] == "x"


def test_sending_to_who_is_gone_is_an_os_error(served: Served) -> None:
    raised: list[type[BaseException]] = []

    async def talk(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        try:
            await send({"type": "websocket.send", "text": "anybody?"})
        except OSError as error:
            raised.append(type(error))

    served.apps["/talk"] = talk
    with Raw(served.port).open("/talk") as raw:
        raw.drop()
    until(lambda: raised)


def test_the_process_ends(served: Served) -> None:
    noted = served.apps["/noted"] = Noted()
    with Raw(served.port).open("/noted") as raw:
        raw.send(frame(TEXT, b"here"))
        until(lambda: noted.events)
        served.stop()
        assert raw.until_closed() == ([], 1012)
    until(lambda: len(noted.events) == 2)
    assert noted.events[1]["code"] == 1012


def test_a_handshake_amid_the_end_is_told_to_come_back() -> None:
    told: list[Any] = []

    async def wait(scope: dict[str, Any], receive: Any, send: Any) -> None:
        told.append(await receive())
        told.append(await receive())

    with Served(OURS) as ours:
        ours.apps["/wait"] = wait
        with Raw(ours.port) as raw:
            raw.send(request("/wait"))
            until(lambda: told)
            ours.stop()
            assert raw.head()[0] == 503
    assert told[1]["type"] == "websocket.disconnect"
