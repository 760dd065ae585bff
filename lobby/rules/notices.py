"""Notices that wait for a player: kept until a device of his says that he has seen them, or they run out.

    event   then                                                         effect
    Sent    kept, beyond `MOST` the oldest are forgotten; known ones stay  Tell where it is new
    Seen    forgotten                                                     Gone with those that were there
    Looked  those that ran out are forgotten                              -

Each said again changes nothing and has no effect, so over all devices a notice is seen once. Times are Unix
seconds.
"""

from typing import Any

import msgspec

MOST = 50
SECONDS = 14 * 24 * 3600.0
"""The longest that a notice waits."""


class Notice(msgspec.Struct, array_like=True, frozen=True):
    """`code` says what it is about, `text` what to show, `data` holds plain values for programs."""

    id: str
    code: str
    text: str
    data: dict[str, Any]
    at: float
    until: float


class Sent(msgspec.Struct, frozen=True):
    notice: Notice


class Seen(msgspec.Struct, frozen=True):
    ids: list[str]


class Looked(msgspec.Struct, frozen=True):
    """Time has passed."""


class Tell(msgspec.Struct, frozen=True):
    """Effect: tell all devices of a new notice."""

    notice: Notice


class Gone(msgspec.Struct, frozen=True):
    """Effect: tell all devices that these need not be shown any more."""

    ids: list[str]


Box = list[Notice]
"""The document, the oldest first."""
Event = Sent | Seen | Looked
Effect = Tell | Gone


def step(old: Box, event: Event, now: float) -> tuple[Box, list[Effect]]:
    """The document after an event, and what is to be told."""
    box = [notice for notice in old if notice.until > now]
    match event:
        case Sent(notice):
            if notice.until <= now or any(kept.id == notice.id for kept in box):
                return box, []
            return [*box, notice][-MOST:], [Tell(notice)]
        case Seen(ids):
            gone = [notice.id for notice in box if notice.id in ids]
            return [notice for notice in box if notice.id not in ids], [Gone(gone)] if gone else []
        case Looked():
            return box, []
