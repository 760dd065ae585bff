"""A match: a pure state machine from inputs and match time to events, refusals and a next state."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, Final, TypeVar

import msgspec

from matches.engine import acts, endings, numbers, refill, timers, view
from matches.engine.clock import new_clock
from matches.engine.declared import declared, grace_of, mode_of, pace_of, seats_of
from matches.engine.errors import GameFault, StepTimeout, WrongVersion
from matches.engine.game import Game, Result, Turns
from matches.engine.inputs import Ended, Input, Moved, Numbered
from matches.engine.lifecycle import Phase
from matches.engine.random import SeededRandom
from matches.engine.settings import settings_of
from matches.engine.setup import Leaver, Seat, Setup
from matches.engine.state import MatchState, RefilledState, Refusal, SeatState
from matches.engine.table import Event, MatchTable
from matches.engine.view import Image
from protocol.delta import Patch

T = TypeVar("T")

MAX_STATE = 64 * 1024
"""Bytes of an encoded match state besides its seats, whom players can fill; above it the game is at fault."""

BOTS_A_SECOND = 5

__all__ = ["Match", "Refusal", "Snapshot", "Step"]

_encode: Final = msgspec.msgpack.Encoder().encode
_refusal: Final = msgspec.msgpack.Decoder(Refusal).decode


class Step(msgspec.Struct, frozen=True, gc=False):
    """What one step did. `ended`: the match ended in it. Events are `(name, data)`, data plain values."""

    seq: int
    time: int
    events: list[Event]
    refusals: list[Refusal]
    ended: bool


class Snapshot(msgspec.Struct, array_like=True, frozen=True):
    """All that a match is: what it was made from, and its state's bytes."""

    setup: Setup
    state: msgspec.Raw


class Match:
    """Changed by `step` alone. Made by `create` or `restore`."""

    def __init__(self, game: Game[Any, Any], setup: Setup, state: bytes | None) -> None:
        if setup.version != game.version:
            raise WrongVersion(
                f"{game.name}: the match has version {setup.version}, this node {game.version}"
            )
        mode = mode_of(game, setup.mode)
        bounds, pace = seats_of(game, mode), pace_of(game, mode)
        if not bounds.low <= len(setup.seats) <= bounds.most:
            raise ValueError(f"{game.name} {setup.mode} has {bounds.low} to {bounds.most} seats")
        if len(setup.seed) != 32:
            raise ValueError("a seed has 32 bytes")
        self.game, self.setup, self.declared = game, setup, declared(type(game))
        self.teams = [s.team for s in setup.seats] if mode.team_size else list(range(len(setup.seats)))
        self.sides = len(set(self.teams))
        self.pace = pace
        self.rate = 0 if isinstance(pace, Turns) else pace.rate
        self.grace = grace_of(game, mode)
        self.end = 0
        self.quiet: float = -1
        """Before this match time no timer is due; -1: not known."""
        self.head: view.Head | None = None
        """What the engine shows of the match as it is; None: to be looked up."""
        self._random = SeededRandom(setup.seed)
        self.table = MatchTable(
            self, setup.mode, self.teams, self.rate, self._random, settings_of(game, setup.settings)
        )
        self.state: MatchState[Any]
        if state is None:
            clock = new_clock(pace.clock, len(self.teams)) if isinstance(pace, Turns) and pace.clock else None
            seats = [SeatState("awaited" if s.bot is None else "here") for s in setup.seats]
            kind = RefilledState if setup.refill else MatchState
            self.state = kind("open", seats, clock=clock)
            self._saved = _encode(self.state)
        else:
            self._load(state)
            self._saved = state

    @classmethod
    def create(cls, game: Game[Any, Any], setup: Setup) -> "Match":
        """A match in phase `open` at seq 0. ValueError for what the game has not, WrongVersion."""
        return cls(game, setup, None)

    @classmethod
    def restore(cls, game: Game[Any, Any], snapshot: bytes) -> "Match":
        """The match whose `snapshot()` this is. DecodeError, WrongVersion."""
        kept = msgspec.msgpack.decode(snapshot, type=Snapshot)
        return cls(game, kept.setup, bytes(kept.state))

    # --- the step -----------------------------------------------------------------------------------

    def step(self, time: int, inputs: Sequence[Input], committed: int | None = None) -> Step:
        """Let match time pass to `time` (ms; never backwards) and apply the inputs in their order.

        `committed` is the match time at which the previous step's record was confirmed. Raises GameFault
        and stands as before the call where the game raises, is stopped by StepTimeout, or grows too large.
        """
        try:
            return self._step(time, inputs, committed)
        except KeyboardInterrupt:
            self._load(self._saved)
            raise
        except GameFault:
            self._load(self._saved)
            raise
        except BaseException as cause:  # StepTimeout and SystemExit too: a game must not end its host
            self._load(self._saved)
            raise GameFault(f"{self.game.name} raised {type(cause).__name__}", cause) from cause

    def _step(self, time: int, inputs: Sequence[Input], committed: int | None) -> Step:
        phase = self.state.phase
        self.end = max(time, self.state.time)
        events = self.table.events = []
        refusals: list[Refusal] = []
        self._begin(committed)
        if inputs:
            self._take_all(inputs, committed, refusals)
        state = self.state
        if state.phase == "open":
            acts.start(self)
        if self.end >= self.quiet:
            self.quiet = timers.run(self, self.end, included=True)
        state.time = self.end
        if self.rate and phase == state.phase == "running":
            state.tick += 1
            self.game.tick(state.game, self.table)
            endings.look(self)
        saved = self._dump()
        if len(saved) > MAX_STATE and (size := len(saved) - self._of_players()) > MAX_STATE:
            raise GameFault(f"the state has {size} bytes besides its seats, above {MAX_STATE}")
        self._saved = saved
        return Step(state.seq, self.end, events, refusals, phase in ("open", "running") and self.over)

    def _begin(self, committed: int | None) -> None:
        self.state.seq += 1
        if self.state.clock is not None:
            self.head = None
            self.state.clock.confirmed(committed)

    def _unsettle(self) -> None:
        """What is known of the timers and what is shown may be so no longer."""
        self.quiet = -1
        self.head = None

    def _take_all(self, inputs: Sequence[Input], committed: int | None, refusals: list[Refusal]) -> None:
        """The inputs in their order; a move that the rules refuse is undone, with all that it had changed."""
        events, count = self.table.events, len(inputs)
        base, since, marks = self._saved, 0, (0, 0)
        index = 0
        while index < count:
            try:
                if self.rate:
                    index += acts.run(self, inputs, index)
                    if index == count:
                        return
                self._take(inputs[index], refusals)
            except acts.Traced as traced:
                index += traced.before
                self._load(base)
                del events[marks[0] :], refusals[marks[1] :]
                if base is self._saved:
                    self._begin(committed)
                for again in inputs[since:index]:
                    self._take(again, refusals)
                self._refuse(inputs[index], traced.refusal, refusals)
                base, since, marks = self._dump(), index + 1, (len(events), len(refusals))
            index += 1

    def _take(self, said: Input, refusals: list[Refusal]) -> None:
        state = self.state
        at = said.at
        if at < state.time:
            at = state.time
        elif at > self.end:
            at = self.end
        if at > self.quiet and type(said) is not Ended:  # an end must not meet the timer or tick that broke
            self.quiet = timers.run(self, at, included=False)
        state.time = at
        refusal = acts.apply(self, said)
        self.head = None
        if not self.rate or type(said) is not Moved:
            self.quiet = -1
        if refusal is not None:
            self._note(refusal, refusals)

    def _refuse(self, said: Input, refusal: Refusal, refusals: list[Refusal]) -> None:
        """Use up the number of a move that left no other trace."""
        if isinstance(said, Numbered):
            numbers.take(self.state.seats[said.seat], said.session, said.number)
        self._note(refusal, refusals)

    def _note(self, refusal: Refusal, refusals: list[Refusal]) -> None:
        if refusal.number:
            numbers.refuse(self.state.seats[refusal.seat], self.state.seq, refusal)
        refusals.append(refusal)

    def _dump(self) -> bytes:
        self.state.counter = self._random.counter
        return _encode(self.state)

    def _of_players(self) -> int:
        """Bytes of the state that players fill."""
        return len(_encode(self.state.seats)) + len(_encode(refill.takers(self)))

    def _load(self, state: bytes) -> None:
        refills = self.setup.refill
        try:
            self.state = (self.declared.refilled if refills else self.declared.states).decode(state)
        except msgspec.DecodeError as cause:
            # the game has put something undeclared into its state: what remains can still be ended
            kind = RefilledState[msgspec.Struct] if refills else MatchState[msgspec.Struct]
            self.state = msgspec.msgpack.decode(state, type=kind)
            self.state.game = None
            raise GameFault(f"{self.game.name}: the state is not as declared: {cause}", cause) from cause
        finally:
            self._unsettle()
            self._random.counter = self.state.counter

    # --- what it is -----------------------------------------------------------------------------------

    def emit(self, name: str, data: Any = None) -> None:
        """An event of the engine's own, in the running step."""
        self.table.events.append((name, data))

    @property
    def phase(self) -> Phase:
        return self.state.phase

    @property
    def over(self) -> bool:
        """Finished or aborted."""
        return self.state.phase in ("finished", "aborted")

    @property
    def seq(self) -> int:
        return self.state.seq

    @property
    def time(self) -> int:
        """Match time of the last step, ms."""
        return self.state.time

    @property
    def started(self) -> int | None:
        """Match time at which play began, ms."""
        return self.state.started

    @property
    def result(self) -> Result | None:
        return self.state.result

    @property
    def reason(self) -> str:
        """Why it ended: a word of the game's, `resigned`, `flagged`, `gone`, `agreed`, `aborted`, …"""
        return self.state.reason

    @property
    def fates(self) -> list[str]:
        """Per seat `stayed`, `resigned`, `flagged` or `gone`."""
        return [seat.fate for seat in self.state.seats]

    @property
    def seats(self) -> list[Seat]:
        """Who sits where: as at the start, but for seats that new players have come to since."""
        return refill.seats(self)

    def holder(self, seat: int) -> str | None:
        """The player who may come to the seat, whether or not he has come yet."""
        return refill.holder(self, seat)

    def awaits(self, seat: int) -> bool:
        """Whether a new player has taken the seat and has not come yet."""
        return self.state.phase == "running" and self.state.seats[seat].status == "awaited"

    def takes(self, claim: str) -> int | None:
        """The seat that was taken by this claim, for a player who is in it or awaited; None where none is."""
        return refill.takes(self, claim)

    @property
    def open_seats(self) -> list[int]:
        """Leavers' seats that a new player may take now."""
        return refill.open_seats(self)

    @property
    def taken(self) -> list[int]:
        """The seats to which a new player has come."""
        return sorted({taker.seat for taker in refill.takers(self) if taker.came is not None})

    @property
    def leavers(self) -> list[Leaver]:
        """Those whose seats new players have come to."""
        return refill.leavers(self)

    @property
    def rematch(self) -> list[int]:
        """The seats that want a rematch."""
        return list(self.state.rematch)

    @property
    def rematch_agreed(self) -> bool:
        """All players still here want one (and at least two, where two played)."""
        return self.state.agreed

    def turn(self) -> int | None:
        """The seat to move, None where any may."""
        if self.rate or self.state.phase != "running" or self.state.game is None:
            return None
        return self.game.turn(self.state.game)

    @property
    def acks(self) -> list[int]:
        """Per seat, the last number used up in its current session."""
        return [seat.number for seat in self.state.seats]

    def number(self, seat: int, session: int) -> int:
        """The last number used up in that session of the seat, 0 if none."""
        return numbers.last(self.state.seats[seat], session)

    def refusals(self, seat: int, session: int, after: int = 0) -> list[Refusal]:
        """The latest refusals of this session of the seat, of the steps after seq `after`, in their order."""
        held = self.state.seats[seat].refused
        return [_refusal(data) for seq, whose, data in held if whose == session and seq > after]

    def next_wake(self, committed: int | None = None) -> int | None:
        """Match time (ms) at which a step is due without any input, None: never. Ticks are not in it."""
        due = timers.earliest(self, committed)
        return None if due is None else due.time

    # --- what others see --------------------------------------------------------------------------------

    def view(self, seat: int | None) -> dict[str, Any]:
        """The whole view of a seat (None: a spectator). GameFault where the game's view raises."""
        return self._seen(view.whole, seat)

    def image(self, seat: int | None) -> Image:
        """The view of a seat as it is now, for `changes`. GameFault where the game's view raises."""
        return self._seen(view.image, seat)

    def changes(self, old: Image, new: Image) -> Patch | None:
        """The delta between two images of the same `view_key`; None where nothing changed."""
        return view.changes(self, old, new)

    def _seen(self, look: Callable[["Match", int | None], T], seat: int | None) -> T:
        try:
            return look(self, seat)
        except (StepTimeout, KeyboardInterrupt):
            raise
        except BaseException as cause:
            raise GameFault(f"{self.game.name}: view raised {type(cause).__name__}", cause) from cause

    def view_key(self, seat: int | None) -> str:
        """Equal keys have equal views: `*` where all see the same, else `0`…`7`, `w` for who watches."""
        if self.declared.open_view:
            return "*"
        return "w" if seat is None else str(seat)

    @staticmethod
    def seat_of(view: str) -> int | None:
        """A seat whose view has this key."""
        return int(view) if view.isdecimal() else None

    def bots_due(self) -> list[int]:
        """The seats whose computer player should think now; in tick games `BOTS_A_SECOND` times a second."""
        if self.state.phase != "running" or self.state.tick % max(1, self.rate // BOTS_A_SECOND):
            return []
        turn = self.turn()
        return [
            seat
            for seat, who in enumerate(self.setup.seats)
            if who.bot is not None and seat not in self.state.left and turn in (None, seat)
        ]

    def bot_view(self, seat: int) -> bytes:
        """What `Game.view` gives this seat, as msgpack. GameFault where it raises."""
        try:
            return _encode(self.game.view(self.state.game, seat))
        except (StepTimeout, KeyboardInterrupt):
            raise
        except BaseException as cause:
            raise GameFault(f"{self.game.name}: view raised {type(cause).__name__}", cause) from cause

    def snapshot(self) -> bytes:
        """All that `restore` needs, as of the last step."""
        return _encode(Snapshot(self.setup, msgspec.Raw(self._saved)))

    @property
    def saved(self) -> bytes:
        """The encoded state as of the last step; immutable."""
        return self._saved

    def hash(self) -> str:
        """32 hex digits over the state as of the last step."""
        return blake2b(self._saved, digest_size=16).hexdigest()
