"""Results: one transaction writes a match, its participants, their ratings and its replay, exactly once."""

from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from matches import ratings, refilled, replays
from matches.engine.setup import Finished, Seat
from matches.models import Match, Participant, Player, Rating, Replay

Change = tuple[int, int]
"""Shown rating before and after."""

_log = structlog.get_logger(__name__)


def season() -> str:
    """The season that results count for now. `ARCADE_SEASON`."""
    return str(getattr(settings, "ARCADE_SEASON", "1"))


def already(match: str) -> list[Change | None] | None:
    """Per seat the recorded rating change (None: unrated); None where the match is not in the history."""
    # The match is asked for first: it commits with its rows, so where it is seen, they are too.
    if not Match.objects.filter(pk=match).exists():
        return None
    rows = (
        Participant.objects.filter(match_id=match, handed_on=0)
        .order_by("seat")
        .values_list("rating_before", "rating_after")
    )
    return [None if before is None or after is None else (before, after) for before, after in rows]


def record(finished: Finished) -> list[Change | None]:
    """Write the match down; per seat the shown rating before and after, None where unrated.

    Synchronous, for a thread. May be called again, by anyone at any time: the first call that commits
    counts and the others return what it wrote. Raises `django.db.Error` where nothing was written.
    """
    match = finished.setup.match
    found = already(match)
    if found is not None:
        return found
    try:
        with transaction.atomic(durable=True):
            return _write(finished)
    except IntegrityError:
        found = already(match)
        if found is None:
            raise
        return found


def outcomes(places: list[int] | None, teams: list[int]) -> list[str]:
    """Per seat `win`, `loss`, `draw` or `none`: first alone wins, first together draws, all others lose."""
    if places is None:
        return [Participant.Outcome.NONE.value] * len(teams)
    best = min(places)
    first = {t for t, p in zip(teams, places, strict=True) if p == best}
    top = Participant.Outcome.WIN if len(first) == 1 < len(set(teams)) else Participant.Outcome.DRAW
    return [top.value if t in first else Participant.Outcome.LOSS.value for t in teams]


def _write(finished: Finished) -> list[Change | None]:
    setup, result = finished.setup, finished.result
    seats = finished.seats or setup.seats
    people = [*seats, *(leaver.seat for leaver in finished.leavers)]
    places = result.places if result is not None else None
    players = Player.objects.in_bulk([s.player for s in people if s.player is not None])
    rated = places is not None and setup.rated and _may_rate(seats, players)
    match = Match.objects.create(
        id=setup.match,
        game=setup.game,
        mode=setup.mode,
        version=setup.version,
        season=season(),
        outcome=Match.Outcome.ABORTED if result is None else Match.Outcome.FINISHED,
        reason=finished.reason[:120],
        rated=rated,
        started=moment(finished.started),
        ended=moment(finished.ended),
        duration_ms=max(0, finished.ended - finished.started),
        steps=finished.steps,
        hash=finished.hash,
    )
    teams = [s.team for s in seats]
    scores = result.scores if result is not None else None
    rows = [
        Participant(
            match=match,
            seat=n,
            player=players.get(seat.player) if seat.player is not None else None,
            name=seat.name[:64],
            team=seat.team,
            bot=seat.bot,
            place=places[n] if places is not None else None,
            score=scores[n] if scores is not None else None,
            fate=finished.fates[n],
            came_late=n in finished.taken,
            outcome=outcome,
            ended=match.ended,
        )
        for n, (seat, outcome) in enumerate(zip(seats, outcomes(places, teams), strict=True))
    ]
    gone = refilled.leavers(match, finished, players, places)
    if rated and places is not None:
        _rate(match, rows, gone, teams, places)
    Participant.objects.bulk_create([*rows, *gone])
    Replay.objects.create(
        match=match,
        setup=replays.pack_setup(setup),
        records=replays.pack(finished.records),
        count=len(finished.records),
        hash=finished.hash,
    )
    return [_change(row) for row in rows]


def _may_rate(seats: list[Seat], players: dict[str, Player]) -> bool:
    """No computer players, nobody twice, nobody unknown, and two sides."""
    known = [s.player for s in seats if s.bot is None and s.player in players]
    if len(known) < len(seats) and all(s.bot is None and s.player is not None for s in seats):
        _log.warning("players unknown, match unrated", players=[s.player for s in seats])
    return len(known) == len(seats) == len(set(known)) and len({s.team for s in seats}) > 1


def _rate(
    match: Match, rows: list[Participant], gone: list[Participant], teams: list[int], places: list[int]
) -> None:
    leavers = [row for row in gone if row.player_id is not None and not row.came_late]
    held = _lock(match, sorted(str(row.player_id) for row in [*rows, *leavers]))
    before = [held[str(row.player_id)] for row in rows]
    strengths = [ratings.Strength(r.mu, r.sigma) for r in before]
    after = ratings.rate(strengths, teams, places)
    changes = [
        (row, held[str(row.player_id)], old, new)
        for row, old, new in zip(rows, strengths, after, strict=True)
        if not row.came_late or row.outcome == Participant.Outcome.WIN
    ]
    for row in leavers:
        old = ratings.Strength(held[str(row.player_id)].mu, held[str(row.player_id)].sigma)
        new = refilled.loss(old, row.seat, strengths, teams, places)
        changes.append((row, held[str(row.player_id)], old, new))
    for row, rating, old, new in changes:
        row.mu_before, row.sigma_before, row.rating_before = old.mu, old.sigma, old.shown
        row.mu_after, row.sigma_after, row.rating_after = new.mu, new.sigma, new.shown
        rating.mu, rating.sigma, rating.shown = new.mu, new.sigma, new.shown
        rating.version += 1
        rating.matches += 1
        rating.wins += row.outcome == Participant.Outcome.WIN
        rating.losses += row.outcome == Participant.Outcome.LOSS
        rating.draws += row.outcome == Participant.Outcome.DRAW
        rating.provisional = ratings.provisional(rating.matches)
        row.rating_version = rating.version
        rating.save()


def _lock(match: Match, players: list[str]) -> dict[str, Rating]:
    """The ratings of these players, made where missing, locked in the players' order (no deadlocks).

    Inserts come before locks and both in the same order everywhere; an insert another transaction holds
    is waited for and then ignored.
    """
    key = {"game": match.game, "mode": match.mode, "season": match.season}
    there = set(Rating.objects.filter(player__in=players, **key).values_list("player_id", flat=True))
    new = ratings.Strength()
    missing = [
        Rating(player_id=p, mu=new.mu, sigma=new.sigma, shown=new.shown, **key)
        for p in players
        if p not in there
    ]
    if missing:
        Rating.objects.bulk_create(missing, ignore_conflicts=True)
    locked = Rating.objects.select_for_update().filter(player__in=players, **key).order_by("player_id")
    return {r.player_id: r for r in locked}


def _change(row: Participant) -> Change | None:
    if row.rating_before is None or row.rating_after is None:
        return None
    return row.rating_before, row.rating_after


def moment(unix_ms: int) -> datetime:
    """Unix milliseconds as a moment, exact to the millisecond."""
    return datetime.fromtimestamp(unix_ms // 1000, UTC) + timedelta(milliseconds=unix_ms % 1000)
