"""What the lobby asks of the history, from the event loop."""

from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError

from arcade.infra.log import get_logger
from lobby.database import ask
from matches.models import Match, Player, Rating
from matches.ratings import NEW
from matches.ratings import Strength as New
from protocol.errors import ProtocolError

log = get_logger(__name__)


class Strength(NamedTuple):
    """The shown rating, and openskill's sigma of it; None where that is unknown."""

    rating: int
    sigma: float | None = None


async def strength(player: str, game: str, mode: str) -> Strength:
    """Of this season; a new player's where there is none, and one of unknown sigma while the database is
    away."""
    try:
        return await ask(_strength, player, game, mode)
    except DatabaseError as error:
        log.warning("rating unknown", player=player, error=repr(error))
        return Strength(NEW)


async def rating(player: str, game: str, mode: str) -> int:
    """The shown rating of this season; a new player's where there is none or the database is away."""
    return (await strength(player, game, mode)).rating


async def guest(player: str) -> bool:
    """True without an account, and while the database is away."""
    try:
        return await ask(_guest, player)
    except DatabaseError as error:
        log.warning("account unknown", player=player, error=repr(error))
        return True


async def name(player: str) -> str | None:
    """What this player is called, None where there is none. Raises ProtocolError `busy`."""
    try:
        return await ask(_name, player)
    except DatabaseError as error:
        log.warning("player unknown", player=player, error=repr(error))
        raise ProtocolError("busy", retry_after=1.0) from error


def _name(player: str) -> str | None:
    return Player.objects.filter(id=player).values_list("name", flat=True).first()


async def sat_in(match: str) -> tuple[str, str, list[str | None]] | None:
    """Game, mode and players by seat (None: a computer) of a match that ended with a result.

    None where there is none. Raises ProtocolError `busy`.
    """
    try:
        return await ask(_sat_in, match)
    except DatabaseError as error:
        log.warning("match unknown", match=match, error=repr(error))
        raise ProtocolError("busy", retry_after=1.0) from error


def _sat_in(match: str) -> tuple[str, str, list[str | None]] | None:
    found = Match.objects.filter(id=match, outcome="finished").first()
    if found is None:
        return None
    seats = found.participants.filter(handed_on=0).order_by("seat").values_list("player_id", flat=True)
    return found.game, found.mode, list(seats)


def _strength(player: str, game: str, mode: str) -> Strength:
    found = Rating.objects.filter(player_id=player, game=game, mode=mode, season=settings.ARCADE_SEASON)
    known = found.values_list("shown", "sigma").first()
    return Strength(NEW, New().sigma) if known is None else Strength(*known)


def _guest(player: str) -> bool:
    return not Player.objects.filter(id=player, user__isnull=False).exists()
