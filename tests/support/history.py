"""History for tests: players, and finished matches handed to `results.record` as a host would."""

import itertools
import time
from collections.abc import Sequence

from matches.engine.game import Result
from matches.engine.setup import Finished, Seat, Setup
from matches.models import Player

_numbers = itertools.count(1)


def make_players(count: int, name: str = "Player") -> list[Player]:
    """Guests called `<name> 1`, `<name> 2`, …"""
    players = [Player(name=f"{name} {n + 1}") for n in range(count)]
    Player.objects.bulk_create(players)
    return players


def finished(
    players: Sequence[Player | None],
    places: list[int] | None,
    *,
    match: str | None = None,
    teams: list[int] | None = None,
    game: str = "connect-four",
    mode: str = "standard",
    rated: bool = True,
    ended: int | None = None,
    records: list[bytes] | None = None,
) -> Finished:
    """A match with made-up records; None among the players is a computer, `places` None an aborted match."""
    number = next(_numbers)
    ended = int(time.time() * 1000) + number if ended is None else ended
    seats = [
        Seat(
            player=p.id if p is not None else None,
            name=p.name if p is not None else "Computer",
            team=teams[n] if teams is not None else n,
            bot=1 if p is None else None,
        )
        for n, p in enumerate(players)
    ]
    setup = Setup(
        match=match or f"m{number:07d}",
        game=game,
        mode=mode,
        version=1,
        seats=seats,
        seed=bytes(32),
        rated=rated,
        created=ended - 60_000,
    )
    return Finished(
        setup=setup,
        result=Result(places, reason="four in a row") if places is not None else None,
        reason="four in a row" if places is not None else "nobody came",
        fates=["stayed"] * len(seats),
        started=ended - 50_000,
        ended=ended,
        steps=12,
        records=[b"one", b"two"] if records is None else records,
        hash="0" * 32,
    )
