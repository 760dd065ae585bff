"""What a player wrote down in the lobby, in his own words. Times are milliseconds since the run began."""

from typing import Any

import msgspec

UNKNOWN = ("disconnected", "timeout", "closed", "busy", "internal")
"""Answers that leave open whether it was done."""


class _Note(msgspec.Struct, array_like=True, frozen=True, gc=False):
    at: float


class Asked(_Note, tag="asked", frozen=True):
    """A request went out. `arg`: whom or what it is about."""

    what: str
    arg: str = ""


class Answered(_Note, tag="answered", frozen=True):
    """It was answered: "" done, else why not, or one of `UNKNOWN`."""

    what: str
    arg: str
    code: str
    asked: float


class Waits(_Note, tag="waits", frozen=True):
    """He was told that he is in the queue, for so many seconds by now, as one of `party`; `claim`: the match
    he is asked for, if any."""

    since: float
    party: int
    claim: str = ""


class Idle(_Note, tag="idle", frozen=True):
    """He was told that he is in no queue."""


class Unqueued(_Note, tag="unqueued", frozen=True):
    """He was told why."""

    code: str
    mine: bool


class Found(_Note, tag="found", frozen=True):
    """He was told of a match, when it was found or in a welcome."""

    match: str


class Partied(_Note, tag="partied", frozen=True):
    """He was shown his party; `party` "": he is in none, because of `code`. `reason`: why not queued."""

    party: str
    phase: str = ""
    owner: str = ""
    members: tuple[str, ...] = ()
    reason: str = ""
    code: str = ""


class Decided(_Note, tag="decided", frozen=True):
    """What became of an invite of his."""

    id: str
    outcome: str


class Online(_Note, tag="online", frozen=True):
    """A socket was greeted by the node at this port."""

    port: int


class Offline(_Note, tag="offline", frozen=True):
    """It is gone."""


class Last(_Note, tag="last", frozen=True):
    """What a new socket showed when all was over: `waits` and `party` as above, or None; `left`: what came of
    the wish to leave the queue then, or to accept what is proposed."""

    waits: Waits | None
    party: Partied | None
    match: str = ""
    left: str = ""


Note = Asked | Answered | Waits | Idle | Unqueued | Found | Partied | Decided | Online | Offline | Last


class Story(msgspec.Struct):
    """A player's notes; `squad`: the number of those with whom he queues."""

    player: str
    name: str
    squad: int
    notes: list[Note] = []


class Sat(msgspec.Struct, frozen=True):
    """A match as the database has it: (player, team) by seat; the run's ms from its making to its end."""

    match: str
    seats: list[tuple[str, int]]
    began: float
    ended: float


def partied(at: float, message: dict[str, Any] | None, code: str = "") -> Partied:
    """The note of a `Party` message; None: in none."""
    if message is None:
        return Partied(at, "", code=code)
    members = tuple(m["player"] for m in message["members"])
    reason = (message["reason"] or {}).get("code", "")
    return Partied(at, message["party"], message["phase"], message["owner"], members, reason, code)


def waits(at: float, message: dict[str, Any]) -> Waits:
    """The note of a `Queue` message of somebody who waits."""
    return Waits(at, message["since"], message["party"], (message["asked"] or {}).get("claim", ""))
