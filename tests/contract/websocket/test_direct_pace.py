"""The extension where the client does not read, or is not read, and what it rests on."""

from typing import Any

import picows
import picows.picows
import pytest

from tests.support.asgi import Served
from tests.support.raw import BINARY, CLOSE, TEXT, Frame, Raw, frame
from tests.support.taken import Taken
from tests.support.waiting import until


def test_blocked_until_the_client_reads(ours: Served) -> None:
    taken = ours.apps["/taken"] = Taken()
    with Raw(ours.port, receive_buffer=4096).open("/taken") as raw:
        raw.send(frame(TEXT, b"x"))
        until(lambda: taken.got)
        count, unsent = ours.call(lambda: (taken.fill(20), taken.line.unsent))
        assert 0 < unsent <= 122
        assert count < 2000, "the kernel hides too much"
        for n in range(count):
            assert raw.next() == Frame(BINARY, b"%06d" % n * 20)
        until(lambda: taken.writable == 1)
        assert not taken.line.blocked
        assert ours.call(lambda: taken.line.unsent) == 0


def test_who_reads_by_plain_asgi_is_told_as_well(ours: Served) -> None:
    class Half(Taken):
        async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            self.line = scope["extensions"]["arcade.direct"]
            self.line.when_writable(self.drained)
            while (event := await receive())["type"] == "websocket.receive":
                self.got.append(event["text"])

    half = ours.apps["/half"] = Half()
    with Raw(ours.port, receive_buffer=4096).open("/half") as raw:
        raw.send(frame(TEXT, b"x"))
        until(lambda: half.got == ["x"])
        for n in range(ours.call(lambda: half.fill(20))):
            assert raw.next() == Frame(BINARY, b"%06d" % n * 20)
        until(lambda: half.writable == 1)
        raw.send(frame(TEXT, b"y"))
        until(lambda: half.got == ["x", "y"])


def test_the_shortest_way_is_there_while_the_kernel_takes_more(ours: Served) -> None:
    taken = ours.apps["/taken"] = Taken()
    with Raw(ours.port, receive_buffer=4096).open("/taken") as raw:
        raw.send(frame(TEXT, b"x"))
        until(lambda: taken.got)

        def fill() -> int:
            taken.line.limit(4096, 4096)
            count = 0
            while (write := taken.line.write) is not None:
                write(BINARY, b"%06d" % count * 20)
                count += 1
            assert taken.line.blocked
            assert 0 < taken.line.unsent <= 122
            return count

        for n in range(ours.call(fill)):
            assert raw.next() == Frame(BINARY, b"%06d" % n * 20)
        until(lambda: taken.writable == 1)
        assert taken.line.write is not None
        ours.call(lambda: taken.line.close(4000))
        assert taken.line.write is None


def test_who_closes_has_no_shortest_way_any_more(ours: Served) -> None:
    ways = []

    class Noting(Taken):
        def ended(self, code: int, reason: str) -> None:
            ways.append(self.line.write)
            super().ended(code, reason)

    taken = ours.apps["/taken"] = Noting()
    with Raw(ours.port).open("/taken") as raw:
        raw.send(frame(TEXT, b"x"))
        until(lambda: taken.got)
        raw.send(frame(CLOSE, b"\x03\xe8"))
        until(lambda: taken.ends)
    assert ways == [None]


def test_pause_holds_the_client_up(ours: Served) -> None:
    taken = ours.apps["/taken"] = Taken()
    with Raw(ours.port).open("/taken") as raw:
        raw.send(frame(TEXT, b"x"))
        until(lambda: taken.got)
        ours.call(taken.line.pause)
        raw.line.settimeout(0.5)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 4000:
                raw.send(frame(BINARY, b"x" * 16_000))
                sent += 1
        assert len(taken.got) < 40
        ours.call(taken.line.resume)
        until(lambda: len(taken.got) > sent)


def test_what_is_used_of_picows() -> None:
    """No public name, so the version is pinned: a new one has to pass all of this folder."""
    assert picows.__version__ == "2.3.1"
    protocol = picows.picows.WSProtocol  # type: ignore[attr-defined]
    assert {"connection_made", "get_buffer", "buffer_updated", "connection_lost"} <= set(dir(protocol))
