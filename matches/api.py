"""HTTP of the history: matches, replays, players, leaderboards, games. All of it may be read by anyone."""

import math
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Query, Router

from arcade.security import limits
from arcade.security.http import spend
from matches import catalog, history, records, replays, results
from matches.models import Match, Participant, Player, Rating, Replay
from matches.schemas import (
    BoardAsked,
    GameDetail,
    Games,
    Leaderboard,
    MatchesAsked,
    MatchOut,
    MatchPage,
    PlayerOut,
    Problem,
    ReplayOut,
)
from protocol.errors import ProtocolError

router = Router(tags=["history"])
MISSING: dict[Any, Any] = {400: Problem, 404: Problem}
BOARD_PAGE = 50
"""Players of a leaderboard's page."""


@router.get("/matches/", response={200: MatchPage, **MISSING}, summary="Finished matches, newest first")
def matches(
    request: HttpRequest,
    asked: Query[MatchesAsked],
) -> dict[str, Any]:
    """Filters may be combined. A match that ends while you page appears on the first page only."""
    outcome = asked.outcome.value if asked.outcome is not None else None
    wanted = history.Filter(asked.game, asked.mode, asked.player, outcome)
    found, following = history.page(wanted, asked.cursor, asked.limit)
    return {"matches": [_told(m) for m in found], "next": following}


@router.get("/matches/{match}/", response={200: MatchOut, **MISSING}, summary="One match")
def one_match(request: HttpRequest, match: str) -> dict[str, Any]:
    found = Match.objects.prefetch_related("participants").filter(pk=match).first()
    if found is None:
        raise ProtocolError(
            "match-unknown", "No match of this id is in the history; a live one comes at its end."
        )
    return _told(found)


@router.get(
    "/matches/{match}/replay",
    response={200: ReplayOut, 429: Problem, **MISSING},
    summary="All that a re-run needs",
)
def replay(request: HttpRequest, match: str) -> dict[str, Any]:
    """The match's setup, its seed and its log.

    The first call runs the match again, to verify it and to find what the rules refused.

    `records`, in order, each with its `kind`: `header`; `step` {`seq`, `time` (ms of match time), `committed`
    (when the record before was confirmed, or null), `inputs`}; `snapshot` {`seq`, `time`, `hash`}; `takeover`
    {`time`, `node`}.

    `inputs`, each with its `kind` and `at` (ms): `join` {`seat`, `session`}; `drop` {`seat`}; numbered ones
    {`seat`, `session`, `number`}: `moved` {`move`}, `resigned` {`leaves`: it ends an open match}, `drawsaid`
    {`action`}, `abortasked`, `rematchsaid` {`wanted`}; `botmoved` {`seat`, `move`}; `botgone` {`seat`};
    `ended` {`reason`}. What the rules refused has `refused` {`code`, `text`} besides.
    """
    spend(request, "replay", limits.replays_per_address(), closed=False)
    kept = Replay.objects.filter(pk=match).first()
    if kept is None:
        raise ProtocolError(
            "match-unknown", "No match of this id is in the history; a live one comes at its end."
        )
    setup = replays.unpack_setup(kept.setup)
    verified = kept.verified if kept.verified is not None else replays.verify(match)
    return {
        "match": match,
        "game": setup.game,
        "mode": setup.mode,
        "version": setup.version,
        "seats": msgspec.to_builtins(setup.seats),
        "seed": setup.seed.hex(),
        "created": setup.created,
        "rated": setup.rated,
        "settings": setup.settings,
        "records": records.plain(replays.unpack(kept.records), replays.refusals(match, kept.hash)),
        "hash": kept.hash,
        "verified": verified,
    }


@router.get("/players/{player}/", response={200: PlayerOut, **MISSING}, summary="A player and their ratings")
def one_player(request: HttpRequest, player: str) -> dict[str, Any]:
    """Their matches: `/api/matches/?player=<id>`."""
    found = Player.objects.filter(pk=player).first()
    if found is None:
        raise ProtocolError("player-unknown")
    ratings = found.ratings.order_by("game", "mode", "season")
    return {
        "id": found.id,
        "name": found.name,
        "guest": found.guest,
        "created": found.created,
        "last_seen": found.last_seen,
        "ratings": [
            {"game": r.game, "mode": r.mode, "season": r.season, "rating": r.shown, **_tally(r)}
            for r in ratings
        ],
    }


@router.get("/leaderboards/{game}/", response={200: Leaderboard, **MISSING}, summary="Who is best at a game")
def leaderboard(
    request: HttpRequest,
    game: str,
    asked: Query[BoardAsked],
) -> dict[str, Any]:
    mode = catalog.mode_of(game, asked.mode)
    season = asked.season or results.season()
    board = Rating.objects.filter(game=game, mode=mode, season=season)
    first = (asked.page - 1) * BOARD_PAGE
    rows = board.select_related("player").order_by("provisional", "-shown", "player_id")
    return {
        "game": game,
        "mode": mode,
        "season": season,
        "page": asked.page,
        "pages": max(1, math.ceil(board.count() / BOARD_PAGE)),
        "players": [
            {"rank": n, "player": r.player_id, "name": r.player.name, "rating": r.shown, **_tally(r)}
            for n, r in enumerate(rows[first : first + BOARD_PAGE], first + 1)
        ],
    }


@router.get("/games/", response=Games, summary="The games played here")
def games(request: HttpRequest) -> dict[str, Any]:
    return {"games": catalog.games()}


@router.get("/games/{game}", response={200: GameDetail, **MISSING}, summary="One game, with its schemas")
def one_game(request: HttpRequest, game: str) -> dict[str, Any]:
    return catalog.detail(game)


def _told(match: Match) -> dict[str, Any]:
    seats = sorted(match.participants.all(), key=lambda p: (p.handed_on > 0, p.seat, p.handed_on))
    return {
        **{f.attname: getattr(match, f.attname) for f in Match._meta.fields},
        "participants": [_seat(p) for p in seats],
    }


def _seat(p: Participant) -> dict[str, Any]:
    return {
        "seat": p.seat,
        "player": p.player_id,
        "name": p.name,
        "team": p.team,
        "bot": p.bot,
        "place": p.place,
        "score": p.score,
        "fate": p.fate,
        "outcome": p.outcome,
        "left": p.handed_on > 0,
        "came_late": p.came_late,
        "rating_before": p.rating_before,
        "rating_after": p.rating_after,
    }


def _tally(rating: Rating) -> dict[str, Any]:
    return {
        "provisional": rating.provisional,
        "matches": rating.matches,
        "wins": rating.wins,
        "losses": rating.losses,
        "draws": rating.draws,
    }
