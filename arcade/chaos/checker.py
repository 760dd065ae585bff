"""Judges a run from outside: from what its clients wrote down and what the database says. Pure functions.

What a client was told is held against the final log, run again: an acknowledged move is in it exactly once
and in order, each frame that a client believed lies on its history, each player's ratings form one chain.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from arcade.chaos import against_log, against_rows
from arcade.chaos import history as h
from arcade.chaos import rows as db
from arcade.chaos.alone import alone
from arcade.chaos.played import play
from arcade.chaos.violation import Outages, Violation
from matches.engine.game import Game
from matches.engine.setup import Setup


class Verdict(msgspec.Struct):
    """Of one match."""

    violations: list[Violation] = []
    acked: int = 0
    takeovers: int = 0


def judge(
    matches: Iterable[tuple[str, list[h.History]]],
    rows: db.Rows,
    games: Mapping[str, Game[Any, Any]],
    outages: Outages,
    ended: float,
) -> Iterator[Verdict]:
    """A verdict on each match that a client was in, then one on the database as a whole. `ended`: ms."""
    by_id = {row.id: row for row in rows.matches}
    seats: dict[str, list[db.Participant]] = defaultdict(list)
    for participant in rows.participants:
        seats[participant.match].append(participant)
    for match, histories in matches:
        row = by_id.get(match)
        there = sorted((p for p in seats[match] if not p.handed_on), key=lambda p: p.seat)
        yield judge_match(match, histories, row, there, games, outages, ended)
    yield Verdict([*against_rows.outcomes(rows), *against_rows.chains(rows)])


def judge_match(
    match: str,
    histories: Sequence[h.History],
    row: db.Match | None,
    participants: Sequence[db.Participant],
    games: Mapping[str, Game[Any, Any]],
    outages: Outages,
    ended: float,
) -> Verdict:
    """One match against its row and its log."""
    found = [(kind, text) for kind, text in alone(histories, outages, ended)]
    if row is None:
        found.append(("unfinished", "no result is in the database"))
    elif row.setup is None:
        found.append(("diverged", "no replay is in the database"))
    else:
        setup = msgspec.msgpack.decode(row.setup, type=Setup)
        played = play(games[row.game], setup, row.records)
        found += against_log.log(played, row)
        for history in histories:
            found += against_log.moves(history, played, outages)
            found += against_log.frames(history, played, outages)
        found += against_log.strangers(histories, played)
        found += against_rows.results(histories, row, participants, played)
    epochs = {e.epoch for history in histories for e in history.entries if isinstance(e, h.Seen)}
    acked = sum(isinstance(e, h.Acked | h.Refused) for history in histories for e in history.entries)
    violations = [Violation(kind, match, text) for kind, text in found]
    return Verdict(violations, acked, max(0, len(epochs) - 1))
