"""What a match is made from: the first record of its log."""

from typing import Any

import msgspec

from matches.engine.game import Result


class Seat(msgspec.Struct, frozen=True):
    """Who sits where. `player` is None for a computer player, `bot` its level; `rating` is for show."""

    player: str | None
    name: str
    team: int
    bot: int | None = None
    rating: int | None = None


class Setup(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that a replay needs besides the log. `seed` is 32 secret bytes; `created` is Unix ms.

    `settings` are those of the game's that differ from the defaults, as plain values. `refill`: ms of play in
    which a leaver's seat may be taken by a new player; 0: never.
    """

    match: str
    game: str
    mode: str
    version: int
    seats: list[Seat]
    seed: bytes
    rated: bool
    created: int
    settings: dict[str, Any] = {}
    refill: int = 0


class Leaver(msgspec.Struct, frozen=True):
    """Who had a seat before somebody else took it; `since`: whether he had taken it likewise."""

    seat: Seat
    number: int
    fate: str
    since: bool


class Finished(msgspec.Struct, frozen=True):
    """A match that ended, as the history wants it.

    `result` is None where it was aborted. `fates` per seat: `stayed`, `resigned`, `flagged` or `gone`.
    The seats of `setup` are as they were at the start, `seats` as they were at the end; None: the same.
    `taken`: those seats that were taken by a new player, and `leavers` who had them before.
    `started`, `ended` in Unix ms; `records` are the log's bytes in order, up to the step that ended it;
    `hash` is `Match.hash()` after that step.
    """

    setup: Setup
    result: Result | None
    reason: str
    fates: list[str]
    started: int
    ended: int
    steps: int
    records: list[bytes]
    hash: str
    seats: list[Seat] | None = None
    taken: list[int] = []
    leavers: list[Leaver] = []
