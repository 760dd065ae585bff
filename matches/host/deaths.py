"""How a node's death is told: a tombstone, and news to every node."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import msgspec
import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from arcade.infra import keys
from arcade.infra.log import get_logger
from matches.host.lease import LEASE_MS

log = get_logger(__name__)

TOMB_SECONDS = 3600

SUSPECT = """
local known = redis.call('HMGET', KEYS[1], 'node', 'suspected', 'ended')
if not known[1] then return 0 end
if known[3] == ARGV[1] then return tonumber(known[2]) end
redis.call('HSET', KEYS[1], 'ended', ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'suspected', 1)
"""
"""KEYS: a match's meta. ARGV: the node. One more was ended by its rules; no step that is confirmed later
clears it. Said again, as the reply was lost, it counts once."""


class Died(msgspec.Struct, array_like=True, tag=1, frozen=True):
    """News: this node is dead; `renewed`: Redis time (ms) of its last renewal, `how` it was noticed.

    `suspect`: the match whose rules ended it, as far as its supervisor saw; empty where nobody knows.
    """

    node: str
    renewed: int
    how: str
    suspect: str = ""


class Moved(msgspec.Struct, array_like=True, tag=2, frozen=True):
    """News: this match has a new owner."""

    match: str
    node: str
    epoch: int


class Freed(msgspec.Struct, array_like=True, tag=3, frozen=True):
    """News: a node that leaves has let go of these matches."""

    node: str
    matches: list[str]


News = Died | Moved | Freed
encode = msgspec.msgpack.Encoder().encode
decode: Callable[[bytes], News] = msgspec.msgpack.Decoder(News).decode


class Tombstone(NamedTuple):
    """What is kept of a dead node: its last renewal (Redis time, ms), and the match that ended it, or ''."""

    renewed: int
    suspect: str


def read_tombstone(raw: bytes) -> Tombstone:
    """As `declare_dead` and `tell_of_death` write it."""
    renewed, _, suspect = raw.decode().partition(" ")
    return Tombstone(int(renewed), suspect)


async def declare_dead(client: Any, node: str, renewed: int, how: str) -> bool:
    """Write the tombstone and tell everyone; False where somebody did so before. For any redis client."""
    if not await client.set(keys.tombstone(node), renewed, nx=True, ex=TOMB_SECONDS):
        return False
    await client.delete(keys.node(node))
    await client.publish(keys.news(), encode(Died(node, renewed, how)))
    return True


@cache
def _client() -> Any:
    """One connection for all deaths: making it takes longer than telling."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, retry=Retry(NoBackoff(), 1, (redis.ConnectionError,))
    )


def tell_of_death(node: str, suspect: str) -> None:
    """The same for the process that saw the node end; one that left in order is not named.

    `suspect`: the match whose rules ended it, or empty.
    """
    look = _client().pipeline(transaction=False)
    look.hexists(keys.nodes(), node)
    look.pexpiretime(keys.node(node))
    if suspect:
        look.eval(SUSPECT, 1, keys.match_meta(suspect), node)
    known, end, *counted = look.execute(raise_on_error=False)
    for answer in (known, end):
        if isinstance(answer, Exception):
            raise answer
    for count in counted:
        log.error("match.suspected", match=suspect, dead=node, times=_told(count))
    if not known:
        return
    renewed = end - LEASE_MS if end > 0 else 0
    tell = _client().pipeline(transaction=False)
    tell.set(keys.tombstone(node), f"{renewed} {suspect}".strip(), nx=True, ex=TOMB_SECONDS)
    tell.delete(keys.node(node))
    tell.publish(keys.news(), encode(Died(node, renewed, "supervisor", suspect)))
    tell.execute()


def _told(count: Any) -> Any:
    return repr(count) if isinstance(count, RedisError) else count
