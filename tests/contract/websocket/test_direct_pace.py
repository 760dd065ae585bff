"""The extension where the client does not read, or is not read, and what it rests on."""

import picows
import picows.picows
import pytest

from tests.support.asgi import Served
from tests.support.raw import BINARY, TEXT, Frame, Raw, frame
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
