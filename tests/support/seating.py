"""A match of two players, each on a node of his own."""

import asyncio
from typing import Any

import redis

from arcade.infra import keys
from tests.support.servers import Server


def meta(redis_url: str, match: str, name: str) -> str:
    """A field of the match's entry in Redis."""
    with redis.Redis.from_url(redis_url) as client:
        return str((client.hget(keys.match_meta(match), name) or b"").decode())


async def seated(
    nodes: dict[str, Server], join: Any, redis_url: str
) -> tuple[tuple[str, Any], tuple[str, Any]]:
    """Two nodes by their names: that which hosts the match and its player, then the other's.

    Which of them hosts it is the queue's business.
    """
    players = [(name, await join(node.http, name)) for name, node in nodes.items()]
    for _, player in players:
        await player.lobby.enqueue("connect-four", "standard")
    await asyncio.gather(*[player.sit() for _, player in players])
    host = meta(redis_url, players[0][1].match.id, "node")
    first, second = sorted(players, key=lambda named: named[0] != host)
    assert first[0] == host
    return first, second
