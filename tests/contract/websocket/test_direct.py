"""The extension of our own server: messages by plain calls, both ways."""

import asyncio
from typing import Any

import pytest

from arcade.infra.direct import Direct, direct
from tests.support.asgi import STOCK, Served, echo
from tests.support.raw import BINARY, TEXT, Frame, Raw, close, frame
from tests.support.taken import Taken
from tests.support.waiting import until


def test_without_it_there_is_none() -> None:
    found: list[Any] = []

    async def look(scope: dict[str, Any], receive: Any, send: Any) -> None:
        found.append(direct(scope))
        await echo(scope, receive, send)

    with Served(STOCK) as stock:
        stock.apps["/look"] = look
        with Raw(stock.port).open("/look"):
            pass
    assert found == [None]
    assert direct({}) is None
    assert direct({"extensions": None}) is None


def test_it_cannot_be_taken_before_the_accept(ours: Served) -> None:
    async def early(scope: dict[str, Any], receive: Any, send: Any) -> None:
        line = direct(scope)
        assert line is not None
        line.send(b"nobody hears it")
        with pytest.raises(RuntimeError, match="Accept"):
            line.take(lambda message: None, lambda code, reason: None, lambda: None)
        await echo(scope, receive, send)

    ours.apps["/early"] = early
    with Raw(ours.port).open("/early") as raw:
        raw.send(frame(TEXT, b"x"))
        assert raw.next() == Frame(TEXT, b"x")


def test_messages_are_calls_and_the_end_is_one(ours: Served) -> None:
    taken = ours.apps["/taken"] = Taken()
    with Raw(ours.port).open("/taken") as raw:
        raw.send(frame(BINARY, b"one"), frame(TEXT, b"zwei"), frame(BINARY, b"x" * 60_000))
        until(lambda: len(taken.got) == 3)
        ours.call(lambda: [taken.line.send(m) for m in ("täxt", b"bytes", b"y" * 9000, "z" * 9000)])
        answers = [raw.next() for _ in range(4)]
        raw.send(close(4005, b"so long"))
        assert raw.next() == Frame(8, b"\x0f\xa5so long")
    assert taken.got == [b"one", "zwei", b"x" * 60_000]
    assert answers == [
        Frame(TEXT, "täxt".encode()),
        Frame(BINARY, b"bytes"),
        Frame(BINARY, b"y" * 9000),
        Frame(TEXT, b"z" * 9000),
    ]
    until(lambda: ours.connections == 0)
    assert taken.ends == [(4005, "so long")]
    ours.call(lambda: taken.line.send(b"nobody hears it"))
    assert ours.call(lambda: taken.line.unsent) == 0


def test_a_sink_set_late_gets_all_in_order(ours: Served) -> None:
    taken = ours.apps["/taken"] = Taken()
    taken.go.clear()
    expected = [b"%d" % n for n in range(500)]
    with Raw(ours.port).open("/taken") as raw:
        assert taken.accepted.wait(5)
        raw.send(b"".join(frame(BINARY, message) for message in expected[:450]))
        taken.go.set()
        raw.send(b"".join(frame(BINARY, message) for message in expected[450:]))
        until(lambda: len(taken.got) == 500)
    assert taken.got == expected


def test_another_sink_may_follow(ours: Served) -> None:
    """None of the messages is lost or told twice, and nor is the end."""
    taken = ours.apps["/taken"] = Taken()
    later: list[bytes | str] = []
    with Raw(ours.port).open("/taken") as raw:
        raw.send(frame(BINARY, b"one"))
        until(lambda: taken.got)
        ours.call(taken.line.pause)
        raw.send(frame(BINARY, b"two"), frame(BINARY, b"three"))
        ours.call(lambda: taken.line.take(later.append, taken.ended, taken.drained))
        until(lambda: len(later) == 2)
        raw.send(close(4005))
        assert raw.next() == Frame(8, b"\x0f\xa5")
    until(lambda: ours.connections == 0)
    assert (taken.got, later, taken.ends) == ([b"one"], [b"two", b"three"], [(4005, "")])


def test_a_sink_set_after_the_end_is_told_of_both(ours: Served) -> None:
    taken = ours.apps["/taken"] = Taken()
    taken.go.clear()
    with Raw(ours.port).open("/taken") as raw:
        assert taken.accepted.wait(5)
        raw.send(frame(BINARY, b"last words"), close(4000))
        assert raw.next() == Frame(8, b"\x0f\xa0")
        assert raw.ended()
    until(lambda: ours.connections == 0)
    taken.go.set()
    until(lambda: taken.ends)
    assert (taken.got, taken.ends) == ([b"last words"], [(4000, "")])


def test_the_application_closes_by_asgi_and_is_told_nothing_more(ours: Served) -> None:
    taken = Taken()

    async def leave(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await taken.take(scope, receive, send)
        await send({"type": "websocket.close", "code": 4002, "reason": "deploy"})

    ours.apps["/leave"] = leave
    with Raw(ours.port).open("/leave") as raw:
        assert raw.next() == Frame(8, b"\x0f\xa2deploy")
        raw.send(frame(TEXT, b"too late"), close(4002))
        assert raw.ended()
    until(lambda: ours.connections == 0)
    assert (taken.got, taken.ends) == ([], [(4002, "deploy")])


def test_a_sink_that_fails_ends_its_own_socket_alone(ours: Served, caplog: Any) -> None:
    async def fail(scope: dict[str, Any], receive: Any, send: Any) -> None:
        over = asyncio.Event()
        await send({"type": "websocket.accept"})
        line = direct(scope)
        assert line is not None
        line.take(lambda message: 1 / 0, lambda code, reason: over.set(), lambda: None)  # type: ignore[func-returns-value,arg-type]
        await over.wait()

    ours.apps["/fail"] = fail
    with Raw(ours.port).open("/direct") as other, Raw(ours.port).open("/fail") as raw:
        raw.send(frame(BINARY, b"x"))
        assert raw.until_closed() == ([], 1011)
        other.send(frame(BINARY, b"y"))
        assert other.next() == Frame(BINARY, b"y")
    assert "ZeroDivisionError" in caplog.text


def test_the_application_may_return_once_it_has_taken_the_socket(ours: Served) -> None:
    taken = Taken()
    ours.apps["/taken"] = taken.take
    with Raw(ours.port).open("/taken") as raw:
        until(lambda: not ours.server.server_state.tasks)
        raw.send(frame(TEXT, b"still here"))
        until(lambda: taken.got)
        ours.call(lambda: taken.line.send("so am I"))
        assert raw.next() == Frame(TEXT, b"so am I")
        ours.call(lambda: taken.line.close(4002, "deploy"))
        assert raw.next() == Frame(8, b"\x0f\xa2deploy")
        raw.send(close(4002))
        assert raw.ended()
    assert taken.ends == [(4002, "deploy")]
    until(lambda: ours.connections == 0)


def test_the_process_ends_while_nobody_but_the_callbacks_is_there(ours: Served) -> None:
    taken = ours.apps["/taken"] = Taken()
    with Raw(ours.port).open("/taken") as raw:
        raw.send(frame(TEXT, b"x"))
        until(lambda: taken.got)
        ours.stop()
        assert raw.until_closed() == ([], 1012)
    assert taken.ends == [(1012, "")]


def test_a_callback_that_fails_at_the_end_leaves_no_socket_behind(ours: Served, caplog: Any) -> None:
    lines: list[Direct] = []

    async def fail(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        line = direct(scope)
        assert line is not None
        line.take(lambda message: None, lambda code, reason: 1 / 0, lambda: None)  # type: ignore[func-returns-value,arg-type]
        lines.append(line)

    ours.apps["/fail"] = fail
    with Raw(ours.port).open("/fail") as raw:
        until(lambda: lines)
        ours.call(lambda: lines[0].close(4000))
        assert raw.until_closed() == ([], 4000)
        until(lambda: ours.connections == 0)
    assert "ZeroDivisionError" in caplog.text
