"""What the lobby asks of the database, from the event loop: a few threads of its own, off the hot path."""

from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from arcade.infra.log import get_logger
from matches.models import Player, Rating
from matches.ratings import NEW

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="lobby")

log = get_logger(__name__)


async def rating(player: str, game: str, mode: str) -> int:
    """The shown rating of this season; a new player's where there is none or the database is away."""
    try:
        return await sync_to_async(_rating, thread_sensitive=False, executor=_threads)(player, game, mode)
    except DatabaseError as error:
        log.warning("rating unknown", player=player, error=repr(error))
        return NEW


async def guest(player: str) -> bool:
    """True without an account, and while the database is away."""
    try:
        return await sync_to_async(_guest, thread_sensitive=False, executor=_threads)(player)
    except DatabaseError as error:
        log.warning("account unknown", player=player, error=repr(error))
        return True


def _rating(player: str, game: str, mode: str) -> int:
    close_old_connections()
    found = Rating.objects.filter(player_id=player, game=game, mode=mode, season=settings.ARCADE_SEASON)
    shown = found.values_list("shown", flat=True).first()
    return NEW if shown is None else shown


def _guest(player: str) -> bool:
    close_old_connections()
    return not Player.objects.filter(id=player, user__isnull=False).exists()
