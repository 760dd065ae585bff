"""What changes a match besides time: the inputs of one step, as the log keeps them.

Each is `[kind, field, ...]`; `at` is the match time (ms) of its arrival. Numbered inputs carry the session
and the client's number; a move is the bytes of the client's msgpack, not decoded before the step.
"""

from typing import Literal

import msgspec


class _Input(msgspec.Struct, array_like=True, frozen=True, gc=False):
    pass


class Join(_Input, tag=1, frozen=True):
    """A player's session came to the seat: for the first time, again, or from a newer device."""

    seat: int
    session: int
    at: int


class Drop(_Input, tag=2, frozen=True):
    """The seat's socket is gone; its grace runs."""

    seat: int
    at: int


class Moved(_Input, tag=3, frozen=True):
    """A move of the game."""

    seat: int
    session: int
    number: int
    at: int
    move: bytes


class Resigned(_Input, tag=4, frozen=True):
    """The seat gives up. `leaves`: an open match ends by it; logs from before have it refused there."""

    seat: int
    session: int
    number: int
    at: int
    leaves: bool = False


class DrawSaid(_Input, tag=5, frozen=True):
    """A draw is offered (or accepted, by offering too), or the other side's offer declined."""

    seat: int
    session: int
    number: int
    at: int
    action: Literal["offer", "decline"]


class AbortAsked(_Input, tag=6, frozen=True):
    """The seat wants the match ended without a result."""

    seat: int
    session: int
    number: int
    at: int


class RematchSaid(_Input, tag=7, frozen=True):
    """After the end: the seat wants a rematch, or no longer."""

    seat: int
    session: int
    number: int
    at: int
    wanted: bool


class BotMoved(_Input, tag=8, frozen=True):
    """A move of a computer player; not numbered."""

    seat: int
    at: int
    move: bytes


class Ended(_Input, tag=9, frozen=True):
    """The host or staff end the match without a result; `broken` is for a game's fault."""

    reason: str
    at: int


class BotGone(_Input, tag=10, frozen=True):
    """A computer player gives no answer any more; its seat leaves."""

    seat: int
    at: int


class Taken(_Input, tag=11, frozen=True):
    """A new player is to have the seat of one who left; he counts from when he joins. `claim` names this
    taking: said again it changes nothing. Where the seat is not to be had any more nothing happens."""

    seat: int
    claim: str
    player: str
    name: str
    rating: int | None
    at: int


Numbered = Moved | Resigned | DrawSaid | AbortAsked | RematchSaid
Input = (
    Join | Drop | Moved | Resigned | DrawSaid | AbortAsked | RematchSaid | BotMoved | BotGone | Ended | Taken
)
