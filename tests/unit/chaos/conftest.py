"""A match as its clients saw it and as the database has it, in which nothing went wrong: to be spoilt."""

from typing import Any

import msgspec
import pytest

from arcade.chaos import history as h
from arcade.chaos import rows as db
from arcade.chaos.checker import Verdict, judge
from arcade.chaos.violation import Outages
from matches.engine import registry
from matches.engine.inputs import Input, Join, Moved
from matches.engine.match import Match
from matches.engine.record import Fenced, encode_header, encode_record
from matches.engine.testing import make_setup

MATCH = "test"
FIRST, SECOND = 1_000, 2_000
"""The epochs: the match changes its owner in the middle."""
COLUMNS = (3, 0, 3, 1, 9, 3, 2, 3)
"""Seat 0 wins upright, after a wrong move of its own."""


class Story:
    """`histories` by seat, `row`, `participants`, `ratings`: what `judge` gets. All of it may be changed."""

    def __init__(self) -> None:
        game = registry.get("connect-four")
        self.setup = make_setup(game)
        self.match = Match.create(game, self.setup)
        self.records = [encode_header(self.setup)]
        self.epoch, self.position, self.now = FIRST, 0, 100.0
        self.histories = [h.History(h.Who(MATCH, f"player-{s}", s, 11 + s), []) for s in (0, 1)]
        self.numbers = [0, 0]
        self.step(Join(0, 11, 10), Join(1, 12, 10))
        for turn, column in enumerate(COLUMNS):
            if turn == 3:
                self.fence()
            self.move(column)
        self._write()

    def step(self, *inputs: Input) -> list[Any]:
        """One step in the log, and its frame at both clients; the refusals in it."""
        time = self.match.time + 10
        prev = f"{self.epoch}-{self.position}"
        self.position += 1
        step = self.match.step(time, inputs)
        self.records.append(encode_record(step.seq, time, None, list(inputs), prev))
        self.now += 10
        for history in self.histories:
            view = h.digest(self.match.view(history.who.seat))
            events = [(step.seq, name, data) for name, data in step.events]
            key = step.seq == 1 or self.position == 1
            history.entries.append(h.Seen(self.now, self.epoch, step.seq, step.time, key, view, events))
        return step.refusals

    def fence(self) -> None:
        prev = f"{self.epoch}-{self.position}"
        self.epoch, self.position = SECOND, 0
        self.records.append(msgspec.msgpack.encode(Fenced(self.match.time, 0, prev, "n2")))

    def move(self, column: int) -> None:
        seat = self.match.turn()
        assert seat is not None
        self.numbers[seat] += 1
        number, history = self.numbers[seat], self.histories[seat]
        move = {"column": column, "mark": f"{seat}-{number}"}
        content = h.canonical(move)
        history.entries.append(h.Sent(self.now, number, content))
        refusals = self.step(Moved(seat, 11 + seat, number, 0, msgspec.msgpack.encode(move)))
        for refusal in refusals:
            seen = history.entries.pop()
            assert isinstance(seen, h.Seen)
            history.entries.append(
                h.Refused(self.now, number, content, refusal.code, self.epoch, seen.seq - 1)
            )
            history.entries.append(seen)
        if not refusals:
            history.entries.append(h.Acked(self.now, number, content, self.epoch, self.match.seq))

    def _write(self) -> None:
        result = self.match.result
        assert result is not None
        shown = {"places": list(result.places), "scores": None, "reason": result.reason}
        for history in self.histories:
            history.entries.append(h.Ended(self.now, self.epoch, self.match.seq, "finished", shown))
            history.entries.append(h.Recorded(self.now + 5, [[1000, 1016], [1000, 984]]))
            history.entries.append(h.Left(self.now + 9, None, "closed here"))
        self.row = db.Match(
            MATCH, "connect-four", "standard", "finished", result.reason, True, "1", self.match.seq,
            self.match.hash(), msgspec.msgpack.encode(self.setup), self.records,
        )  # fmt: skip
        self.participants = [
            db.Participant(MATCH, 0, "player-0", 1, None, "win", 1, 1000, 1016, 25.0, 27.0),
            db.Participant(MATCH, 1, "player-1", 2, None, "loss", 1, 1000, 984, 25.0, 23.0),
        ]
        self.ratings = [
            db.Rating("player-0", "connect-four", "standard", "1", 1, 1, 27.0),
            db.Rating("player-1", "connect-four", "standard", "1", 1, 1, 23.0),
        ]

    # --- spoiling -----------------------------------------------------------------------------------

    def find(self, seat: int, kind: type[h.Entry], nth: int = 0) -> int:
        """Where in a seat's history the nth entry of a kind is."""
        entries = self.histories[seat].entries
        return [i for i, entry in enumerate(entries) if isinstance(entry, kind)][nth]

    def change(self, seat: int, kind: type[h.Entry], nth: int = 0, **changes: Any) -> None:
        """Have a client see something else."""
        entries, at = self.histories[seat].entries, self.find(seat, kind, nth)
        entries[at] = msgspec.structs.replace(entries[at], **changes)

    def rewrite(self, **changes: Any) -> None:
        """Have the database say something else."""
        self.row = msgspec.structs.replace(self.row, **changes)

    def verdicts(self, *, outages: Outages | None = None, ended: float = 1_000.0) -> list[Verdict]:
        rows = db.Rows([self.row] if self.row.id else [], self.participants, self.ratings)
        games = {"connect-four": registry.get("connect-four")}
        return list(judge([(MATCH, self.histories)], rows, games, outages or Outages(), ended))

    def kinds(self, **how: Any) -> set[str]:
        """The kinds of violations that are found."""
        return {v.kind for verdict in self.verdicts(**how) for v in verdict.violations}


@pytest.fixture
def story() -> Story:
    return Story()
