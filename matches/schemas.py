"""What the API of the history answers."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from matches.history import MOST
from matches.models import Match


class Problem(Schema):
    """Any error: a code of the protocol's table, and a sentence that says what to do."""

    code: str
    text: str
    retry_after: float | None = None


class MatchesAsked(Schema):
    """Filters may be combined."""

    game: str | None = Field(None, max_length=64)
    mode: str | None = Field(None, max_length=64)
    player: str | None = Field(None, max_length=16, description="A player's id")
    outcome: Match.Outcome | None = None
    cursor: str | None = Field(None, max_length=80, description="`next` of the page before")
    limit: int = Field(20, ge=1, le=MOST)


class BoardAsked(Schema):
    mode: str | None = Field(None, max_length=64, description="Default: the game's first")
    season: str | None = Field(None, max_length=16, description="Default: the running one")
    page: int = Field(1, ge=1, le=10_000)


class ParticipantOut(Schema):
    """A seat. `player` is null for a computer (`bot`: its level); ratings are null where unrated."""

    seat: int
    player: str | None
    name: str
    team: int
    bot: int | None
    place: int | None
    score: int | None
    fate: str
    outcome: str
    left: bool
    came_late: bool
    rating_before: int | None
    rating_after: int | None


class MatchOut(Schema):
    """`steps` is the seq that ended the match (later ones carry talk of a rematch alone), `hash` that of the
    state it left."""

    id: str
    game: str
    mode: str
    version: int
    season: str
    outcome: str
    reason: str
    rated: bool
    started: datetime
    ended: datetime
    duration_ms: int
    steps: int
    hash: str
    participants: list[ParticipantOut]


class MatchPage(Schema):
    """Newest first. `next` is the cursor of the next page, null on the last."""

    matches: list[MatchOut]
    next: str | None


class RatingOut(Schema):
    game: str
    mode: str
    season: str
    rating: int
    provisional: bool
    matches: int
    wins: int
    losses: int
    draws: int


class PlayerOut(Schema):
    id: str
    name: str
    guest: bool
    created: datetime
    last_seen: datetime
    ratings: list[RatingOut]


class Ranked(Schema):
    """A line of a leaderboard."""

    rank: int
    player: str
    name: str
    rating: int
    provisional: bool
    matches: int
    wins: int
    losses: int
    draws: int


class Leaderboard(Schema):
    """Settled players by rating, then provisional ones by rating. `pages` counts from 1."""

    game: str
    mode: str
    season: str
    page: int
    pages: int
    players: list[Ranked]


class ModeOut(Schema):
    """`seats`: fewest and most. `usual`: of a match made by hand unless told. `teams`: seats per team, 0 for
    everyone alone. `pace`: `{"kind": "turns", "clock": {"seconds", "increment"} or null}` or
    `{"kind": "ticks", "rate": 20}`."""

    name: str
    seats: list[int]
    usual: int
    teams: int
    rated: bool
    pace: dict[str, Any]


class GameOut(Schema):
    """`bots` is how many levels of computer players there are."""

    name: str
    title: str
    about: str
    version: int
    bots: int
    modes: list[ModeOut]


class GameDetail(GameOut):
    """With the JSON Schema of its `state`, `move` and `view`."""

    schemas: dict[str, Any]


class Games(Schema):
    games: list[GameOut]


class ReplayOut(Schema):
    """`records`: the log in order, each with its `kind`: header, step or snapshot. `seed`: hex. `created`:
    Unix ms. `hash`: of the last state. `verified`: a re-run reached it; where the rules are gone none does,
    and no input is marked `refused`. `settings`: those of the game's that differ from its defaults."""

    match: str
    game: str
    mode: str
    version: int
    seats: list[dict[str, Any]]
    seed: str
    created: int
    rated: bool
    settings: dict[str, Any] = {}
    records: list[dict[str, Any]]
    hash: str
    verified: bool
