"""What a frame says of itself: what it follows, in which epoch, and what grew."""

from typing import Any

import msgspec
import pytest

from matches.engine import registry
from matches.engine.match import Match
from matches.engine.testing import Drive, make_setup
from matches.host import link
from matches.host.fanout import NOTHING, Fanout, Watcher
from protocol.messages import Frame, Keyframe

FOUR = registry.get("connect-four")


class Shown:
    """A match of connect four with one spectator, and what was sent to him."""

    def __init__(self) -> None:
        self.drive = Drive(FOUR, make_setup(FOUR))
        self.notes: list[Any] = []
        self.fanout = Fanout("m", [(5, 0)], lambda node, note: self.notes.append(note))
        self.watcher = Watcher(link.Attach("m", "n", 1, 1, "p", None, 7, 0, 0), "*", 0.0)
        self.fanout.add(self.watcher, self.match, b"welcome", None)
        self.step = self.drive.join()
        self.show()

    @property
    def match(self) -> Match:
        return self.drive.match

    def show(self) -> Frame:
        self.fanout.frame(self.match, self.step)
        return self.last()

    def last(self) -> Frame:
        note = self.notes[-1]
        frame = msgspec.msgpack.decode(note.data, type=Frame)
        assert note.prev == (frame.prev or frame.seq - 1)
        return frame

    def move(self, column: int, after: int = 10) -> None:
        turn = self.match.turn()
        assert turn is not None
        self.step = self.drive.move(turn, msgspec.msgpack.encode({"column": column}), after)


@pytest.fixture
def shown() -> Shown:
    return Shown()


def test_a_frame_says_what_grew(shown: Shown) -> None:
    shown.move(3, after=700)
    frame = shown.show()
    assert (frame.seq, frame.prev, frame.epoch) == (2, 0, 0)
    assert (frame.passed, frame.acks) == (700, 0b01)
    shown.move(3, after=50)
    frame = shown.show()
    assert (frame.passed, frame.acks) == (50, 0b0100)


def test_it_names_what_it_follows_where_that_is_not_the_step_before(shown: Shown) -> None:
    shown.move(3, after=20)
    shown.move(3, after=30)  # only this one is shown
    frame = shown.show()
    assert (frame.seq, frame.prev) == (3, 1)
    assert (frame.passed, frame.acks) == (50, 0b0101)


def test_it_names_its_epoch_once(shown: Shown) -> None:
    shown.fanout.begin(9, 1)
    shown.move(3)
    assert shown.show().epoch == 9
    shown.move(3)
    assert shown.show().epoch == 0


def test_what_follows_a_keyframe_goes_on_from_it(shown: Shown) -> None:
    shown.move(3, after=20)
    shown.fanout.begin(9, 2)
    shown.fanout.again(shown.watcher, shown.match, None)
    keyframe = msgspec.msgpack.decode(shown.notes[-1].data, type=Keyframe)
    assert (keyframe.epoch, keyframe.seq, keyframe.acks) == (9, 2, [1, 0])
    shown.move(3, after=30)
    frame = shown.show()
    assert (frame.prev, frame.epoch, frame.passed, frame.acks) == (0, 0, 30, 0b0100)


def test_without_a_keyframe_it_follows_nothing(shown: Shown) -> None:
    shown.fanout._shown.clear()
    shown.move(3)
    assert shown.show().prev == NOTHING
    shown.move(3)
    assert shown.show().prev == 0
