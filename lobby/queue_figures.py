"""What staff may want to know of the queues; reads Redis only, and costs the same however many wait."""

from typing import Any

import msgspec

from arcade.infra import keys
from arcade.infra.redis import sredis
from lobby.rules.queue_book import summary_of, waits_of


class Figures(msgspec.Struct, frozen=True):
    """`oldest`: seconds that the first has waited. `waits`: seconds within which so many of a hundred of the
    last `matched` tickets had their match, by percentile. `leader`: the node that writes it, by its lobby."""

    queue: str
    tickets: int
    players: int
    oldest: float
    matched: int
    waits: dict[int, float]
    leader: str


PERCENTILES = (50, 90, 99)


def figures(now: float) -> list[Figures]:
    """Of all queues that somebody leads or has led not long ago, by name. `now`: Unix seconds."""
    client: Any = sredis()
    return [_of(client, name.decode(), now) for name in sorted(client.smembers(keys.queues()))]


def _of(client: Any, name: str, now: float) -> Figures:
    whole, waited = client.hmget(keys.queue_parts(name), ["s", "w"])
    first = client.zrange(keys.queue_order(name), 0, 0, withscores=True)
    leader = client.hget(keys.queue_lease(name), "node") or b""
    waits = sorted(waits_of(waited)) if waited else []
    told = {each: waits[min(len(waits) - 1, len(waits) * each // 100)] for each in PERCENTILES if waits}
    held = summary_of(whole) if whole else None
    return Figures(
        name,
        held.tickets if held else 0,
        held.players if held else 0,
        round(max(0.0, now - first[0][1]), 1) if first else 0.0,
        len(waits),
        told,
        leader.decode(),
    )
