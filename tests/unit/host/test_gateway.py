"""What a gateway lets through to its sockets: nothing of an owner before the one they have heard."""

from typing import Any

import msgspec
import pytest

from matches.host import link
from matches.host.gateway import Viewer
from matches.host.outbox import Outbox
from tests.support.audience import by_no_task, let_in


class Shown:
    """A gateway with two sockets that share a view, let in at the epoch 5."""

    def __init__(self) -> None:
        self.viewers = [self._viewer(seat) for seat in range(2)]
        self.gateway = let_in(self.viewers)

    def _viewer(self, seat: int) -> Viewer:
        return Viewer("m", f"p{seat}", seat, Outbox(by_no_task, lambda: None), lambda code: None)

    def fan(self, seq: int, epoch: int, *refused: tuple[int, bytes]) -> None:
        note = link.Fan("m", "*", seq, b"%d/%d" % (epoch, seq), list(refused), seq - 1, epoch)
        self.gateway.receive(note)

    def direct(self, data: bytes, epoch: int, keyframe: int | None = None) -> None:
        for viewer in self.viewers:
            self.gateway.receive(link.Direct("m", viewer.conn, data, keyframe, [b"refused"], epoch))

    def of(self, which: int) -> list[bytes]:
        return [data for data, _, _ in self.viewers[which].outbox._queue]


@pytest.fixture
async def shown() -> Shown:
    return Shown()


async def test_frames_and_refusals_of_an_owner_before_are_dropped(shown: Shown) -> None:
    shown.fan(2, 5)
    shown.fan(3, 4, (shown.viewers[0].conn, b"refused"))
    shown.fan(3, 5)
    assert shown.of(0) == shown.of(1) == [b"welcome", b"keyframe", b"5/2", b"5/3"]


async def test_an_owner_that_went_up_by_a_frame_or_a_keyframe_is_the_latest(shown: Shown) -> None:
    shown.fan(2, 6)
    shown.fan(3, 5)
    shown.direct(b"older", 5)
    shown.direct(b"anew", 8, keyframe=4)
    shown.direct(b"older", 6, keyframe=9)
    shown.fan(5, 6)
    shown.fan(5, 8)
    assert shown.of(0)[2:] == shown.of(1)[2:] == [b"6/2", b"refused", b"anew", b"8/5"]


async def test_who_came_in_by_another_owner_does_not_speak_for_the_other_sockets(shown: Shown) -> None:
    """An owner may be higher than the one that some of a view still hear; each socket goes by itself."""
    late = shown.viewers[1]
    shown.gateway.receive(link.Attached("m", late.conn, 6, "*", 1, b"", b"keyframe of 6"))
    shown.fan(2, 5)
    assert shown.of(0)[2:] == [b"5/2"]
    assert shown.of(1)[2:] == [b"keyframe of 6"]


@pytest.mark.parametrize(
    "note",
    [
        link.Fan("m", "*", 2, b"frame", [], 1, 4),
        link.Direct("m", 1, b"keyframe", 2, [], 4),
    ],
)
async def test_a_node_of_the_version_before_does_not_say_and_is_believed(shown: Shown, note: Any) -> None:
    fields: list[Any] = msgspec.msgpack.decode(link.encode(note))
    if isinstance(note, link.Direct):
        fields[2] = shown.viewers[0].conn
    shown.gateway.receive(link.decode(msgspec.msgpack.encode(fields)))
    assert shown.of(0)[2:] == []
    shown.gateway.receive(link.decode(msgspec.msgpack.encode(fields[:-1])))
    assert shown.of(0)[2:] == [note.data]
