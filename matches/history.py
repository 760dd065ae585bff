"""Reading the history: pages of matches by cursor, newest first, each page by an index and one prefetch."""

from datetime import UTC, datetime

import msgspec
from django.db.models import Q, QuerySet

from matches.models import Match, Participant
from protocol.errors import ProtocolError

MOST = 100
"""Matches of the largest page."""


class Filter(msgspec.Struct, frozen=True):
    """What must fit; None does not matter."""

    game: str | None = None
    mode: str | None = None
    player: str | None = None
    outcome: str | None = None

    def of(self, prefix: str = "") -> dict[str, str]:
        wanted = {"game": self.game, "mode": self.mode, "outcome": self.outcome}
        return {prefix + name: value for name, value in wanted.items() if value is not None}


def page(wanted: Filter, cursor: str | None, limit: int) -> tuple[list[Match], str | None]:
    """Matches with their participants loaded, and the cursor of the next page (None: this is the last)."""
    rows = _of_player(wanted, cursor) if wanted.player is not None else _of_all(wanted, cursor)
    found = list(rows[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    matches = Match.objects.prefetch_related("participants").in_bulk([match for _, match in found])
    return [matches[match] for _, match in found], _cursor(*found[-1]) if more else None


def _of_all(wanted: Filter, cursor: str | None) -> "QuerySet[Match, tuple[datetime, str]]":
    rows = Match.objects.filter(**wanted.of()).order_by("-ended", "-id")
    if cursor is not None:
        ended, match = _parse(cursor)
        rows = rows.filter(ended__lte=ended).exclude(Q(ended=ended) & Q(id__gte=match))
    return rows.values_list("ended", "id")


def _of_player(wanted: Filter, cursor: str | None) -> "QuerySet[Participant, tuple[datetime, str]]":
    rows = Participant.objects.filter(player_id=wanted.player, **wanted.of("match__"))
    if cursor is not None:
        ended, match = _parse(cursor)
        rows = rows.filter(ended__lte=ended).exclude(Q(ended=ended) & Q(match_id__gte=match))
    return rows.order_by("-ended", "-match_id").values_list("ended", "match_id")


def _cursor(ended: datetime, match: str) -> str:
    return f"{ended.timestamp():.6f}-{match}"


def _parse(cursor: str) -> tuple[datetime, str]:
    moment, _, match = cursor.partition("-")
    whole, _, micro = moment.partition(".")
    try:
        ended = datetime.fromtimestamp(int(whole), UTC).replace(microsecond=int(micro))
    except (ValueError, OverflowError, OSError) as error:
        raise ProtocolError("malformed", "This cursor is none of ours; take `next` of a page.") from error
    return ended, match
