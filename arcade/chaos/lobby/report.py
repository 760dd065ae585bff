"""What a run in the lobby came to."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from arcade.chaos import rows
from arcade.chaos.games import GAME
from arcade.chaos.lobby import notes as n
from arcade.chaos.lobby.hall import Hall
from arcade.chaos.lobby.judge import KINDS, judge
from arcade.chaos.nemesis import Nemesis
from arcade.chaos.options import Options
from arcade.chaos.report import Report
from arcade.chaos.times import told
from arcade.chaos.violation import Violation
from matches.engine.setup import Setup


def sat(kept: rows.Rows, origin: float) -> list[n.Sat]:
    """The matches of the database. `origin`: Unix ms of the run's beginning."""
    found = []
    for row in kept.matches:
        if row.game == GAME and row.setup is not None:
            setup = msgspec.msgpack.decode(row.setup, type=Setup)
            seats = [(seat.player or "", seat.team) for seat in setup.seats]
            found.append(n.Sat(row.id, seats, setup.created - origin, row.ended - origin))
    return found


def report(
    options: Options, hall: Hall, nemesis: Nemesis, stories: Sequence[n.Story], folder: Path,
    origin: float, failures: list[str], left: int,
) -> Report:  # fmt: skip
    """Judge, and sum up."""
    matches = sat(rows.load(folder / "rows.msgpack"), origin)
    violations: list[Violation] = judge(stories, matches, left)
    counts = Counter(v.kind for v in violations)
    struck = ("struck at", "keeper struck")
    numbers: dict[str, Any] = {
        "kills": nemesis.kills,
        "players": len(stories),
        "parties": dict(sorted(Counter(Counter(s.squad for s in stories).values()).items())),
        "matches": len(matches),
        **{kind: counts[kind] for kind in KINDS},
        "heard_ms": told(_heard(stories, matches)),
        "waited_ms": told(_waited(stories)),
        "proposed": len(hall.asked),
        "blows": {k: v for k, v in sorted(hall.counts.items()) if k.startswith(struck)},
        "asked": {k: v for k, v in sorted(hall.counts.items()) if not k.startswith(struck)},
        "seconds": round(hall.clock() / 1000, 1),
        "seed": options.seed,
        "failures": failures,
    }
    return Report(numbers, violations, folder, failures)


def _heard(stories: Sequence[n.Story], matches: Sequence[n.Sat]) -> list[float]:
    """From the making of each match until each player was told of it."""
    began = {match.match: match.began for match in matches}
    found: list[float] = []
    for story in stories:
        first: dict[str, float] = {}
        for note in story.notes:
            if isinstance(note, n.Found):
                first.setdefault(note.match, note.at)
        found += [max(0.0, at - began[match]) for match, at in first.items() if match in began]
    return found


def _waited(stories: Sequence[n.Story]) -> list[float]:
    """What players were told last that they had waited, before each match."""
    found: list[float] = []
    for story in stories:
        last = math.nan
        for note in story.notes:
            if isinstance(note, n.Waits):
                last = note.since * 1000
            elif isinstance(note, n.Found) and last == last:
                found.append(last)
                last = math.nan
    return found
