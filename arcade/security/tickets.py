"""Socket tickets: the pass of one handshake. Single use, 30 s, kept in Redis under the hash of its secret."""

import hashlib
import secrets
from typing import Literal

import msgspec
import structlog
from redis.exceptions import RedisError

from arcade.infra import keys
from arcade.infra.redis import aredis, sredis
from protocol.errors import ProtocolError

SECONDS = 30
SECRET_BYTES = 24
"""24 random bytes are 32 characters that may stand in a URL."""

_log = structlog.get_logger(__name__)


class Ticket(msgspec.Struct, array_like=True, frozen=True):
    """Who comes and where to. `match` and `seat` are set for a match, `match` alone for watching it."""

    player: str
    name: str
    purpose: Literal["lobby", "match", "watch"]
    match: str | None = None
    seat: int | None = None


_decoder = msgspec.msgpack.Decoder(Ticket)


def _key(secret: str) -> str:
    return keys.ticket(hashlib.sha256(secret.encode()).hexdigest())


def issue(ticket: Ticket) -> str:
    """Keep the ticket and return its secret. Raises `RedisError`: without Redis nobody gets in."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    sredis().set(_key(secret), msgspec.msgpack.encode(ticket), ex=SECONDS)
    return secret


async def aissue(ticket: Ticket) -> str:
    """`issue` for the event loop."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    await aredis().set(_key(secret), msgspec.msgpack.encode(ticket), ex=SECONDS)
    return secret


async def aredeem(secret: str | None, socket: Literal["lobby", "match"], match: str | None = None) -> Ticket:
    """The ticket of this secret, which is used up by the call, whether it fits or not.

    Raises ProtocolError: `ticket-missing`, `ticket-unknown`, `ticket-purpose`; `busy` while Redis is away.
    """
    if not secret:
        raise ProtocolError("ticket-missing", close=4003)
    if len(secret) > 64:
        raise ProtocolError("ticket-unknown", close=4003)
    try:
        kept = await aredis().getdel(_key(secret))
    except (RedisError, OSError) as error:
        _log.warning("ticket store away", error=repr(error))
        raise ProtocolError("busy", close=4009, retry_after=1.0) from error
    if kept is None:
        raise ProtocolError("ticket-unknown", close=4003)
    ticket = _decoder.decode(kept if isinstance(kept, bytes) else kept.encode())
    fits = ticket.purpose == "lobby" if socket == "lobby" else ticket.purpose in ("match", "watch")
    if not fits or ticket.match != match:
        raise ProtocolError("ticket-purpose", close=4003)
    return ticket
