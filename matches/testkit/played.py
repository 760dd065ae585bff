"""A match that a test plays move by move."""

from typing import Any

import msgspec

from matches.engine.game import Result
from matches.engine.inputs import Drop, Join, Resigned
from matches.engine.match import Match, Snapshot, Step
from matches.engine.testing import Drive, make_setup
from matches.testkit.rules import Rules, rules_of


class Played:
    """A match of the first mode and the fewest seats, or as told; all players have come unless `awaits`.

    `seed`: 32 bytes, from which all chance follows. `bots`: seats of computer players, which make no move
    of their own here. Times are seconds of match time. What the rules refuse where the test expects it to
    be taken is an AssertionError with their text.
    """

    def __init__(
        self,
        game: Rules,
        mode: str | None = None,
        *,
        seats: int = 0,
        seed: bytes = bytes(32),
        settings: dict[str, Any] | None = None,
        bots: tuple[int, ...] = (),
        awaits: bool = False,
    ) -> None:
        rules = rules_of(game)
        setup = make_setup(rules, mode, seats=seats, seed=seed, settings=settings, bots=bots)
        self.drive = Drive(rules, setup)
        self.events: list[tuple[str, Any]] = []
        """All that was told so far, as `(name, data)`."""
        if not awaits:
            self._took(self.drive.join())

    # --- what players do ------------------------------------------------------------------------------

    def come(self, seat: int) -> None:
        """The seat's player connects, for the first time or again."""
        self._took(self.drive.step(Join(seat, 1 + seat, self.drive.now)))

    def move(self, seat: int, move: Any, after: float = 0.01) -> list[tuple[str, Any]]:
        """The move, `after` seconds; returns the events of its step. In a tick game a tick follows it."""
        return self._took(self._try(seat, move, after))

    def refused(self, seat: int, move: Any) -> str:
        """The text with which the rules refuse this move; AssertionError where they take it."""
        step = self._try(seat, move, 0.01)
        self.events += step.events
        assert step.refusals, f"{move!r} of seat {seat} was not refused"
        return step.refusals[0].text

    def resign(self, seat: int) -> list[tuple[str, Any]]:
        """The seat gives up."""
        number, now = self.drive.number(seat), self.drive.now
        return self._took(self.drive.step(Resigned(seat, 1 + seat, number, now, True)))

    def leave(self, seat: int) -> list[tuple[str, Any]]:
        """The seat's connection is lost, and it stays away for as long as it is waited for."""
        self._took(self.drive.step(Drop(seat, self.drive.now)))
        return self.wait(self.match.grace / 1000 + 0.001)

    def tick(self, count: int = 1) -> list[tuple[str, Any]]:
        """So many ticks without a move (tick games)."""
        assert self.match.rate, f"{self.match.game.name} has no ticks; let time pass with wait()"
        before = len(self.events)
        for _ in range(count):
            self._took(self.drive.step(after=round(1000 / self.match.rate)))
        return self.events[before:]

    def wait(self, seconds: float) -> list[tuple[str, Any]]:
        """Time passes: alarms ring, clocks run out; in a tick game all its ticks."""
        if self.match.rate:
            return self.tick(max(1, round(seconds * self.match.rate)))
        return self._took(self.drive.step(after=round(1000 * seconds)))

    # --- what there is --------------------------------------------------------------------------------

    @property
    def match(self) -> Match:
        """The engine's match."""
        return self.drive.match

    @property
    def state(self) -> Any:
        """The game's state. A test may change it to set up a position: see `place`."""
        return self.match.state.game

    def place(self, **fields: Any) -> None:
        """Set fields of the state, as a position to go on from; such a match does not replay."""
        for name, value in fields.items():
            assert hasattr(self.state, name), f"the state has no {name}"
            setattr(self.state, name, value)
        self.drive.match = altered(self.match)

    def view(self, seat: int | None = None) -> Any:
        """The game's part of what this seat is shown (None: a spectator), as plain values."""
        return self.match.view(seat)["game"]

    @property
    def turn(self) -> int | None:
        """The seat to move; None: any, or none any more."""
        return self.match.turn()

    @property
    def over(self) -> bool:
        return self.match.over

    @property
    def result(self) -> Result | None:
        """How it ended; None while it goes on, or where it was aborted."""
        return self.match.result

    @property
    def places(self) -> list[int] | None:
        """Per seat, 1 is best; None without a result."""
        return None if self.match.result is None else self.match.result.places

    def _try(self, seat: int, move: Any, after: float) -> Step:
        return self.drive.move(seat, move, after=round(1000 * after))

    def _took(self, step: Step) -> list[tuple[str, Any]]:
        self.events += step.events
        for refusal in step.refusals:
            raise AssertionError(f"seat {refusal.seat} was refused: {refusal.text}")
        return step.events


def altered(match: Match) -> Match:
    """A match of its own in the state to which this one's was changed by hand."""
    state = msgspec.msgpack.encode(match.state)
    return Match.restore(match.game, msgspec.msgpack.encode(Snapshot(match.setup, msgspec.Raw(state))))
