"""An operator's word to every lobby socket of every node, from a command or the admin."""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from lobby.models import Broadcast
from lobby.rules.chat import Refused, clean

CODE = "broadcast"


def checked(text: str) -> str:
    """The text as it is told. Raises ValueError with a sentence for the operator."""
    try:
        return clean(text)
    except Refused as refused:
        raise ValueError(refused.text or refused.code) from None


def send(text: str, by: str) -> Broadcast:
    """Tell it now; what was told is kept. ValueError as `checked`; RedisError, OSError: nobody was told."""
    broadcast = Broadcast(text=checked(text), by=by)
    tell = async_to_sync(get_channel_layer().group_send)
    tell("lobby", {"type": "lobby.notice", "code": CODE, "text": broadcast.text})
    broadcast.save()
    return broadcast
