"""Everything a match is at one moment, in one struct: its bytes are the snapshot."""

from typing import Generic, TypeVar

import msgspec

from matches.engine.clock import Clock
from matches.engine.game import Result
from matches.engine.lifecycle import Phase, Status

S = TypeVar("S", bound=msgspec.Struct)


class Refusal(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A numbered input the rules refused; `code` is one of the protocol's error codes.

    A computer player's refused move has session and number 0.
    """

    seat: int
    session: int
    number: int
    code: str
    text: str


class Session(msgspec.Struct, array_like=True, gc=False):
    """A session that a seat had before, and the last number it used up."""

    id: int
    number: int


class SeatState(msgspec.Struct, array_like=True, gc=False):
    """`until`: match time at which a dropped seat is gone.

    `session` is the one it has now, None before the first, `number` the last number that one used up.
    `refused` are its latest refusals: the seq of the step, the session, the `Refusal` in msgpack, so that it
    costs next to nothing when the state is written and read. `earlier` are its sessions before. Latest last.
    """

    status: Status
    until: int | None = None
    session: int | None = None
    number: int = 0
    refused: list[tuple[int, int, bytes]] = []
    earlier: list[Session] = []
    fate: str = "stayed"


class Taker(msgspec.Struct, array_like=True, gc=False):
    """Who took a leaver's seat: `claim` names the taking, `seq` is the step of it, `came` the match time at
    which he joined, None before. `fate`: that of who had the seat until then."""

    seat: int
    claim: str
    player: str
    name: str
    rating: int | None
    fate: str
    seq: int
    came: int | None = None


class MatchState(msgspec.Struct, Generic[S], array_like=True, gc=False):
    """`seq` counts steps, `counter` the generator's draws, `moves` the accepted moves.

    `started` is the match time of the start, `alarm` that of the game's alarm. `left` are the seats that
    are out, in the order they left; `draw` the seat whose offer stands; `rematch` who wants one.
    `game` is None while open, and after a broken end.
    """

    phase: Phase
    seats: list[SeatState]
    seq: int = 0
    time: int = 0
    tick: int = 0
    counter: int = 0
    moves: int = 0
    started: int | None = None
    alarm: int | None = None
    clock: Clock | None = None
    left: list[int] = []
    draw: int | None = None
    rematch: list[int] = []
    agreed: bool = False
    result: Result | None = None
    reason: str = ""
    game: S | None = None


class RefilledState(MatchState[S], Generic[S], array_like=True, gc=False):
    """That of a match whose seats may be filled again: `takers` in the order in which they took them.

    A struct of its own, so that the bytes and hashes of all other matches are as they always were.
    """

    takers: list[Taker] = []
