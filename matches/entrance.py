"""Which match a handshake is for."""

from redis.exceptions import RedisError

from arcade.security import tickets
from matches import directory
from matches.ids import is_id
from protocol.errors import ProtocolError


def check_id(match: str) -> None:
    """Raises ProtocolError `match-unknown` where no match can have this id."""
    if not is_id(match):
        raise ProtocolError("match-unknown", close=4007)


async def redeem(secret: str, match: str) -> tickets.Ticket:
    """The ticket of this secret, which is used up by the call, whether it fits or not.

    Raises ProtocolError as `tickets.aredeem`, and `match-unknown` for one that does not fit where there is
    no such match: the address is to blame, not the ticket.
    """
    try:
        return await tickets.aredeem(secret, "match", match)
    except ProtocolError as error:
        if error.code != "ticket-purpose" or await _is_there(match):
            raise
        raise ProtocolError("match-unknown", close=4007) from error


async def _is_there(match: str) -> bool:
    """True too while Redis cannot say."""
    try:
        return await directory.get(match) is not None
    except (RedisError, OSError):
        return True
