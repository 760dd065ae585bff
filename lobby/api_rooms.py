"""HTTP of rooms: the list of public ones, for those who have no socket."""

from typing import Any, Literal

import msgspec
import structlog
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from redis.exceptions import RedisError

from arcade.infra import clock
from arcade.security import limits
from arcade.security.http import AWAY, AWAY_SECONDS, spend
from lobby import room_list
from lobby.rules import listing
from lobby.rules.room import Properties
from matches.schemas import Problem
from protocol.errors import ProtocolError

router = Router(tags=["lobby"])
_log = structlog.get_logger(__name__)


class RoomsAsked(Schema):
    """Filters may be combined."""

    game: str = Field("", max_length=64)
    mode: str = Field("", max_length=64)
    free: int = Field(0, ge=0, le=64, description="At least so many free seats")
    no_password: bool = False
    open: bool = Field(False, description="Neither locked nor playing")
    search: str = Field(
        "{}", max_length=1024, description='Properties that are equal, as JSON: {"map": "ice"}'
    )
    sort: Literal["new", "old", "free"] = "new"
    page: int = Field(0, ge=0, le=1000)
    size: int = Field(20, ge=1, le=50)


class RoomOut(Schema):
    """`free`: seats; `watchers` are on the spectators' `places`; `created`: Unix s."""

    code: str
    game: str
    mode: str
    title: str
    owner: str
    seats: int
    free: int
    watchers: int
    places: int
    password: bool
    locked: bool
    phase: str
    created: float
    access: str
    search: dict[str, bool | int | str]


class RoomsOut(Schema):
    """`total`: on all pages."""

    total: int
    rooms: list[RoomOut]


@router.get(
    "/rooms",
    response={200: RoomsOut, 400: Problem, 429: Problem, 503: Problem},
    summary="Public rooms",
)
def rooms(request: HttpRequest, asked: Query[RoomsAsked]) -> dict[str, Any]:
    """Enter one with its `code` by `RoomJoin` on the lobby's socket, which tells this list live as well."""
    spend(request, "room-lists", limits.room_lists_per_address())
    try:
        search = msgspec.json.decode(asked.search, type=Properties)
    except msgspec.MsgspecError as error:
        raise ProtocolError("malformed", f"search: {error}") from None
    wanted = listing.Filter(asked.game, asked.mode, asked.free, asked.no_password, asked.open, search)
    query = listing.Query(wanted, asked.sort, asked.page, asked.size)
    try:
        entries = room_list.read_sync()
    except (RedisError, OSError) as error:
        _log.warning("list of rooms away", error=repr(error))
        raise ProtocolError("busy", AWAY, retry_after=AWAY_SECONDS) from error
    found = listing.page(entries, query, clock.now_ms() / 1000)
    return {"total": found.total, "rooms": found.rows}
