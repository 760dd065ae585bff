"""Where live matches are: one small hash per match in Redis, beside its log."""

from typing import Any

import msgspec

from arcade.infra import keys
from arcade.infra.redis import aredis, sredis


class Live(msgspec.Struct, frozen=True):
    """A live match. `players` has, per seat, a player id or None (computer); `created` is Unix ms."""

    match: str
    node: str
    epoch: int
    game: str
    mode: str
    version: int
    players: list[str | None]
    rated: bool
    created: int
    phase: str

    def seat_of(self, player: str) -> int | None:
        """The seat this player has, or None."""
        return self.players.index(player) if player in self.players else None


def fields(live: Live) -> dict[str, Any]:
    """The hash that `_read` reads back."""
    return {
        "node": live.node,
        "epoch": live.epoch,
        "game": live.game,
        "mode": live.mode,
        "version": live.version,
        "players": msgspec.msgpack.encode(live.players),
        "rated": int(live.rated),
        "created": live.created,
        "phase": live.phase,
    }


def _read(match: str, raw: dict[Any, Any]) -> Live | None:
    if not raw:
        return None
    return Live(
        match=match,
        node=raw[b"node"].decode(),
        epoch=int(raw[b"epoch"]),
        game=raw[b"game"].decode(),
        mode=raw[b"mode"].decode(),
        version=int(raw[b"version"]),
        players=msgspec.msgpack.decode(raw[b"players"], type=list[str | None]),
        rated=raw[b"rated"] == b"1",
        created=int(raw[b"created"]),
        phase=raw[b"phase"].decode(),
    )


async def get(match: str) -> Live | None:
    """The live match of this id, or None when it is unknown or long over."""
    return _read(match, await aredis().hgetall(keys.match_meta(match)))


def get_sync(match: str) -> Live | None:
    """The same for threads."""
    raw: Any = sredis().hgetall(keys.match_meta(match))
    return _read(match, raw)


async def running(player: str) -> Live | None:
    """The match this player sits in and has not ended, or None."""
    match: Any = await aredis().get(keys.player_match(player))
    if match is None:
        return None
    live = await get(match.decode())
    return live if live is not None and live.phase in ("open", "running") else None


CREATE = """
local top = redis.call('HGET', KEYS[2], 'creator')
if top then
  if top == ARGV[1] then return tonumber(redis.call('HGET', KEYS[2], 'epoch')) end
  return redis.error_reply('EXISTS')
end
local now = redis.call('TIME')
local epoch = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('XADD', KEYS[1], epoch .. '-0', 'r', ARGV[2])
redis.call('HSET', KEYS[2], 'creator', ARGV[1], 'epoch', epoch, unpack(ARGV, 3))
return epoch
"""
"""KEYS: log, meta. ARGV: a token of this attempt (a repeat is answered alike), the header, meta fields."""


async def create(live: Live, header: bytes, token: str) -> Live:
    """Write the log's first record and the match's entry; returns it with its epoch (Redis time, ms)."""
    client = aredis()
    rest = [x for k, v in fields(live).items() if k != "epoch" for x in (k, v)]
    epoch = await client.eval(
        CREATE, 2, keys.match_log(live.match), keys.match_meta(live.match), token, header, *rest
    )
    await client.zadd(keys.live_matches(), {live.match: live.created})
    for player in live.players:
        if player is not None:
            await client.set(keys.player_match(player), live.match, ex=24 * 3600)
    return msgspec.structs.replace(live, epoch=int(epoch))


async def set_phase(match: str, phase: str) -> None:
    """Note the phase for listings; the log stays the truth."""
    await aredis().hset(keys.match_meta(match), "phase", phase)


RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


async def release_players(live: Live) -> None:
    """Free the players for their next match, once the result is in the database."""
    client = aredis()
    await client.zrem(keys.live_matches(), live.match)
    for player in live.players:
        if player is not None:
            await client.eval(RELEASE, 1, keys.player_match(player), live.match)


async def forget(match: str) -> None:
    """Delete the live keys. Only after the commit of the result."""
    await aredis().delete(keys.match_log(match), keys.match_meta(match))
