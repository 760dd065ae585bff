"""What players report to staff: a line and those around it, copied into the database, where they stay."""

from typing import Any

from django.db import DatabaseError

from arcade.infra.log import get_logger
from lobby import database
from lobby.models import ChatReport
from lobby.rules.chat import Line
from matches.models import Player
from protocol.errors import ProtocolError

log = get_logger(__name__)


async def file(reporter: str, channel: str, line: Line, around: list[Line], reason: str, text: str) -> None:
    """Keep a report; the same line reported again by the same player changes nothing. Raises `busy`."""
    fields = {
        "player_id": line.player,
        "reason": reason,
        "text": text,
        "line": line.text,
        "around": [_plain(near) for near in around],
    }
    try:
        await database.ask(_file, reporter, channel, line.seq, fields)
    except DatabaseError as error:
        log.warning("report not kept", reporter=reporter, error=repr(error))
        raise ProtocolError("busy", retry_after=1.0) from error


def _file(reporter: str, channel: str, seq: int, fields: dict[str, Any]) -> None:
    if not Player.objects.filter(pk=fields["player_id"]).exists():
        fields = {**fields, "player_id": None}
    ChatReport.objects.get_or_create(reporter_id=reporter, channel=channel, seq=seq, defaults=fields)


def _plain(line: Line) -> dict[str, Any]:
    return {"seq": line.seq, "at": line.at, "player": line.player, "name": line.name, "text": line.text}
