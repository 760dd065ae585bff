"""Relations in the database: a row of each pair, changed under locks of both players."""

import time
from collections.abc import Callable, Collection
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, transaction
from django.db.models import Count, Q, QuerySet

from arcade.infra.log import get_logger
from lobby import database, models
from lobby.relations import LOADED, LOOKED_AT, MET, Known, Met
from lobby.rules import relation as rules
from lobby.rules.relation import Event, Relation, Side, Tie
from matches.models import Participant, Player
from protocol.errors import ProtocolError

P = ParamSpec("P")
R = TypeVar("R")
Pair = tuple[str, str]

log = get_logger(__name__)


class DatabaseRelations:
    """`clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    async def change(self, player: str, other: str, event: Event) -> bool:
        if player == other:
            raise ProtocolError("forbidden", "You cannot do this to yourself.")
        return await _ask(_change, player, other, event, self._clock())

    async def of(self, player: str) -> list[Known]:
        return await _ask(known, player)

    async def blocked(self, one: str, other: str) -> bool:
        return bool(await self.blocked_by([one, other]))

    async def blocked_by(self, players: Collection[str]) -> frozenset[Pair]:
        return await _ask(_blocked_by, frozenset(players)) if len(players) > 1 else frozenset()

    async def blocks_of(self, player: str) -> frozenset[str]:
        return await _ask(_blocks_of, player)

    async def met(self, player: str) -> list[Met]:
        return await _ask(met, player)


async def _ask(question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return await database.ask(question, *args, **kwargs)
    except DatabaseError as error:
        log.warning("relations unknown", error=repr(error))
        raise ProtocolError("busy", retry_after=1.0) from error


def known(player: str) -> list[Known]:
    """`Relations.of`, synchronous."""
    rows = _rows(player).exclude(tie=Tie.NONE, a_blocks=False, b_blocks=False).select_related("a", "b")
    found = []
    for row in rows[:LOADED]:
        side = Side.A if row.a_id == player else Side.B
        relation, other = _relation(row), row.b if side is Side.A else row.a
        found.append(Known(other.id, other.name, rules.seen(relation, side), relation.blocks[side.other]))
    return found


def met(player: str) -> list[Met]:
    """`Relations.met`, synchronous."""
    mine = Participant.objects.filter(player_id=player).order_by("-ended", "-match_id")
    matches = list(mine.values_list("match_id", flat=True)[:LOOKED_AT])
    others = (
        Participant.objects.filter(match_id__in=matches, player__isnull=False)
        .exclude(player_id=player)
        .select_related("player", "match")
        .order_by("-ended", "-match_id", "seat")
    )
    found: dict[str, Met] = {}
    for seat in others:
        if seat.player is not None and seat.player.id not in found:
            name, at = seat.player.name, seat.ended.timestamp()
            found[seat.player.id] = Met(seat.player.id, name, seat.match.game, seat.match_id, at)
    return list(found.values())[:MET]


def _change(player: str, other: str, event: Event, now: float) -> bool:
    a, b = sorted((player, other))
    side = Side.A if a == player else Side.B
    with transaction.atomic():
        if not _lock(a, b):
            raise ProtocolError("player-unknown")
        row = models.Relation.objects.filter(a_id=a, b_id=b).first()
        before = _relation(row) if row is not None else Relation()
        try:
            after = rules.step(before, event, side, now)
            if after == before:
                return False
            rules.check(before, after, (_counts(a), _counts(b)))
        except rules.Refused as refused:
            raise ProtocolError(refused.code, retry_after=refused.wait) from None
        if row is None:
            row = models.Relation(a_id=a, b_id=b)
        row.tie = after.tie.value
        row.a_blocks, row.b_blocks = after.blocks
        row.a_quiet, row.b_quiet = after.quiet
        row.save()
    return True


def _lock(a: str, b: str) -> bool:
    """Nobody else changes relations of these two until the transaction ends; False where one is unknown."""
    rows = Player.objects.select_for_update(no_key=True).filter(pk__in=(a, b)).order_by("pk")
    return len(rows.values_list("pk")) == 2


def _blocked_by(players: frozenset[str]) -> frozenset[Pair]:
    rows = models.Relation.objects.filter(a_id__in=players, b_id__in=players)
    return frozenset(rows.filter(Q(a_blocks=True) | Q(b_blocks=True)).values_list("a_id", "b_id"))


def _blocks_of(player: str) -> frozenset[str]:
    mine = _rows(player).filter(Q(a_id=player, a_blocks=True) | Q(b_id=player, b_blocks=True))
    return frozenset(b if a == player else a for a, b in mine.values_list("a_id", "b_id"))


def _rows(player: str) -> QuerySet[models.Relation]:
    return models.Relation.objects.filter(Q(a_id=player) | Q(b_id=player))


def _relation(row: models.Relation) -> Relation:
    return Relation(Tie(row.tie), (row.a_blocks, row.b_blocks), (row.a_quiet, row.b_quiet))


def _counts(player: str) -> rules.Counts:
    a, b = Q(a_id=player), Q(b_id=player)
    by_a, by_b = Q(tie=Tie.ASKED_BY_A), Q(tie=Tie.ASKED_BY_B)
    found = _rows(player).aggregate(
        friends=Count("pk", Q(tie=Tie.FRIENDS)),
        asking=Count("pk", (a & by_a) | (b & by_b)),
        asked=Count("pk", (a & by_b) | (b & by_a)),
        blocks=Count("pk", (a & Q(a_blocks=True)) | (b & Q(b_blocks=True))),
    )
    return rules.Counts(**found)
