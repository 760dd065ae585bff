"""What the database says at the end, as one file: `python -m arcade.chaos.rows FILE`, as a node would.

Read in a process of its own: the checker knows the database by this file alone.
"""

import sys
from pathlib import Path

import msgspec


class Match(msgspec.Struct, frozen=True):
    """A row of `matches.Match` and its replay; `setup` and `records` are the log's own bytes."""

    id: str
    game: str
    mode: str
    outcome: str
    reason: str
    rated: bool
    season: str
    steps: int
    hash: str
    setup: bytes | None
    records: list[bytes]
    ended: int = 0
    """Unix ms."""


class Participant(msgspec.Struct, frozen=True):
    """A row of `matches.Participant`."""

    match: str
    seat: int
    player: str | None
    place: int | None
    score: int | None
    outcome: str
    version: int | None
    before: int | None
    after: int | None
    mu_before: float | None
    mu_after: float | None
    handed_on: int = 0


class Rating(msgspec.Struct, frozen=True):
    """A row of `matches.Rating`."""

    player: str
    game: str
    mode: str
    season: str
    version: int
    matches: int
    mu: float


class Rows(msgspec.Struct, frozen=True):
    """All of them."""

    matches: list[Match]
    participants: list[Participant]
    ratings: list[Rating]


def load(path: Path) -> Rows:
    """What `main` wrote."""
    return msgspec.msgpack.decode(path.read_bytes(), type=Rows)


def main(path: Path) -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arcade.settings")
    django.setup()
    from matches import models, replays

    kept = {r.match_id: r for r in models.Replay.objects.all()}
    matches = []
    for m in models.Match.objects.all():
        replay = kept.get(m.id)
        setup = bytes(replay.setup) if replay is not None else None
        records = replays.unpack(replay.records) if replay is not None else []
        plain = (m.id, m.game, m.mode, m.outcome, m.reason, m.rated, m.season, m.steps, m.hash)
        matches.append(Match(*plain, setup, records, round(m.ended.timestamp() * 1000)))
    participants = [
        Participant(
            p.match_id,
            p.seat,
            p.player_id,
            p.place,
            p.score,
            p.outcome,
            p.rating_version,
            p.rating_before,
            p.rating_after,
            p.mu_before,
            p.mu_after,
            p.handed_on,
        )
        for p in models.Participant.objects.all()
    ]
    ratings = [
        Rating(r.player_id, r.game, r.mode, r.season, r.version, r.matches, r.mu)
        for r in models.Rating.objects.all()
    ]
    path.write_bytes(msgspec.msgpack.encode(Rows(matches, participants, ratings)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
