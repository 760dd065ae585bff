"""An operator's word to every lobby socket of every node, from a command or the admin; kept for a while."""

import time
from typing import Any

import msgspec
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from arcade.infra import keys
from arcade.infra.redis import sredis
from lobby.broadcasts import CODE, ending
from lobby.models import Broadcast
from lobby.rules.chat import Refused, clean
from lobby.rules.notices import Notice
from matches.ids import new_id


def checked(text: str) -> str:
    """The text as it is told. Raises ValueError with a sentence for the operator."""
    try:
        return clean(text)
    except Refused as refused:
        raise ValueError(refused.text or refused.code) from None


def send(text: str, by: str, hours: int = Broadcast.HOURS) -> Broadcast:
    """Tell it now, and for so many hours whoever comes; what was told stays in the admin.

    ValueError as `checked`; RedisError, OSError: it is not kept, and hardly anybody was told.
    """
    broadcast = Broadcast(text=checked(text), by=by, hours=hours)
    now = time.time()
    raw = msgspec.msgpack.encode(Notice(new_id(), CODE, broadcast.text, {}, now, now + hours * 3600))
    tell = async_to_sync(get_channel_layer().group_send)
    tell("lobby", {"type": "notice.kept", "notice": raw})
    _keep(raw, now)
    broadcast.save()
    return broadcast


def _keep(raw: bytes, now: float) -> None:
    """As `Broadcasts.keep`."""
    kept: Any = sredis().hgetall(keys.broadcasts())
    gone = ending({id.decode(): value for id, value in kept.items()}, now)
    if gone:
        sredis().hdel(keys.broadcasts(), *gone)
    sredis().hset(keys.broadcasts(), msgspec.msgpack.decode(raw, type=Notice).id, raw)
