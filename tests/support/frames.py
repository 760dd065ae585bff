"""Frames as a client understands them that has seen all frames before: absolute, by the names of `FIELDS`."""

from typing import Any

from protocol.frames import grown
from protocol.messages import Frame, Keyframe

FRAME, KEYFRAME = 34, 33
FIELDS = ("epoch", "seq", "prev", "time", "acks", "delta", "events")


class Frames:
    """Of one socket."""

    def __init__(self) -> None:
        self.epoch = self.time = 0
        self.acks: list[int] = []

    def read(self, message: list[Any]) -> list[Any]:
        """The message; a frame as `[34, *FIELDS]`."""
        if message[:1] == [KEYFRAME]:
            keyframe = Keyframe(*message[1:])
            self.epoch, self.time, self.acks = keyframe.epoch, keyframe.time, keyframe.acks
        if message[:1] != [FRAME]:
            return message
        frame = Frame(*message[1:])
        self.epoch = frame.epoch or self.epoch
        self.time += frame.passed
        self.acks = grown(self.acks, frame.acks)
        prev = frame.prev or frame.seq - 1
        return [FRAME, self.epoch, frame.seq, prev, self.time, self.acks, frame.delta, frame.events]
