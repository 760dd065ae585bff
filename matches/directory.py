"""Where live matches are: one small hash per match in Redis, beside its log."""

from collections.abc import Callable
from typing import Any

import msgspec

from arcade.infra import keys
from arcade.infra.redis import aredis, sredis
from arcade.infra.together import together
from matches.engine.record import Header, decode_record
from matches.engine.setup import Setup

KEPT_SECONDS = 3600
"""How long the live keys of an ended match may outlive its result, should nobody delete them."""


class Live(msgspec.Struct, frozen=True):
    """A live match. `players` has, per seat, a player id or None (computer); `created` is Unix ms.

    `durability`: `none` where its records are in its node's memory.
    """

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
    durability: str = "log"

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
        "durability": live.durability,
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
        durability=raw.get(b"durability", b"log").decode(),
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
    (match,) = await together(aredis()).ask(("GET", keys.player_match(player)))
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
    """Write the log's first record and the match's entry; returns it with its epoch (Redis time, ms).

    The indexes come first: a match that is in one of them and nowhere else is swept away, but one that is
    in none would be found by nobody after its node's death.
    """
    await _index(live)
    rest = [x for k, v in fields(live).items() if k != "epoch" for x in (k, v)]
    epoch = await aredis().eval(
        CREATE, 2, keys.match_log(live.match), keys.match_meta(live.match), token, header, *rest
    )
    return msgspec.structs.replace(live, epoch=int(epoch))


async def _index(live: Live, *, again: bool = False) -> None:
    """Where a match is found: by age, by node, by player. `again`: a player's newer match stays."""
    pipe = aredis().pipeline(transaction=False)
    pipe.zadd(keys.live_matches(), {live.match: live.created})
    pipe.sadd(keys.node_matches(live.node), live.match)
    for player in live.players:
        if player is not None:
            pipe.set(keys.player_match(player), live.match, ex=24 * 3600, nx=again)
    await pipe.execute()


UNDO = """
if redis.call('HGET', KEYS[2], 'creator') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1], KEYS[2])
"""


async def reseat(live: Live, players: list[str | None]) -> Live:
    """Other players sit in the match from now on: who does not any more is free, who does is bound to it."""
    await note(live, players=msgspec.msgpack.encode(players))
    client = aredis()
    for player in {p for p in players if p is not None} - {*live.players}:
        other = await running(player)
        if other is None or other.seat_of(player) is None:  # else he gave up waiting for this seat
            await client.set(keys.player_match(player), live.match, ex=24 * 3600)
    for player in {p for p in live.players if p is not None} - {*players}:
        await client.eval(RELEASE, 1, keys.player_match(player), live.match)
    return msgspec.structs.replace(live, players=players)


async def undo(live: Live, token: str) -> None:
    """Take back what `create` may have written: nobody will host it."""
    await aredis().eval(UNDO, 2, keys.match_log(live.match), keys.match_meta(live.match), token)
    await release_players(live)


PHASE = """
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1
"""


async def note(live: Live, **entry: Any) -> None:
    """Write into the match's entry, if this owner still has it; the log stays the truth."""
    flat = [x for pair in entry.items() for x in pair]
    await aredis().eval(PHASE, 1, keys.match_meta(live.match), live.epoch, *flat)


REWIND = """
local meta = redis.call('HMGET', KEYS[2], 'node', 'epoch')
local mine, theirs = tonumber(ARGV[2]), tonumber(meta[2] or '0')
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if theirs > mine and meta[1] == ARGV[1] and top and top[1] == meta[2] .. '-0'
  and string.byte(top[2][2], 2) == 2 then return {'done', meta[2]} end
if theirs > mine or (theirs == mine and meta[1] ~= ARGV[1]) then return {'taken'} end
if not top then
  if ARGV[5] == '' then return {'vanished'} end
  return {'again', redis.call('XADD', KEYS[1], string.format('%d-0', mine), 'r', ARGV[5])}
end
if top[1] ~= ARGV[3] then return {'again', top[1]} end
local now = redis.call('TIME')
local last = tonumber(string.match(top[1], '^(%d+)'))
local epoch = math.max(last, mine, tonumber(ARGV[6]), now[1] * 1000 + math.floor(now[2] / 1000)) + 1
redis.call('XADD', KEYS[1], string.format('%d-0', epoch), 'r', ARGV[4])
redis.call('HSET', KEYS[2], unpack(ARGV, 7))
redis.call('HSET', KEYS[2], 'epoch', string.format('%d', epoch))
return {'done', string.format('%d', epoch)}
"""
"""KEYS: log, meta. ARGV: owner, its epoch, the top it believes in, the record, the header or nothing, an
epoch to outbid, meta fields. An entry of an older epoch has lost the claim of this owner; one of a newer is
somebody else's, but for one that this owner wrote already: then the first reply, or what was to follow it,
was lost."""


class Vanished(Exception):
    """Redis knows nothing of this match: it lost it, or the match was over and somebody deleted it."""


async def rewind(
    live: Live, record: Callable[[str], bytes], header: bytes = b"", above: int = 0
) -> int | None:
    """Go on after a lost tail with `record(top)` under a new epoch; None where this owner lost the match.

    The epoch is higher than `above` too. Raises Vanished where no log is left and no `header` is given to
    begin it with.
    """
    flat = [x for pair in fields(live).items() for x in pair]
    top = ""
    if header:
        await _index(live, again=True)  # before it is there again: what is in no index is found by nobody
    while True:
        answer: Any = await aredis().eval(
            REWIND, 2, keys.match_log(live.match), keys.match_meta(live.match),
            live.node, live.epoch, top, record(top), header, above, *flat,
        )  # fmt: skip
        match answer[0]:
            case b"taken":
                return None
            case b"vanished":
                raise Vanished
            case b"done":
                break
            case _:
                top = answer[1].decode()
    await _index(live, again=True)
    return int(answer[1])


async def is_anothers(live: Live) -> bool:
    """Whether a newer owner has the match."""
    epoch: Any = await aredis().hget(keys.match_meta(live.match), "epoch")
    return epoch is not None and int(epoch) > live.epoch


async def release(live: Live) -> bool:
    """Give the match to whoever claims it; False where it is another's already."""
    done = await aredis().eval(PHASE, 1, keys.match_meta(live.match), live.epoch, "node", "")
    await aredis().srem(keys.node_matches(live.node), live.match)
    return bool(done)


async def quarantine(live: Live, why: str) -> Live | None:
    """No node hosts this match again, and its log is kept for staff. None where it is another's by now."""
    client = aredis()
    entry = ("node", "", "phase", "quarantined", "why", why)
    if not await client.eval(PHASE, 1, keys.match_meta(live.match), live.epoch, *entry):
        return None
    await client.sadd(keys.quarantine(), live.match)
    return msgspec.structs.replace(live, phase="quarantined")


async def why_quarantined(match: str) -> str:
    """What `quarantine` was told; empty where it was not told anything yet."""
    told: Any = await aredis().hget(keys.match_meta(match), "why")
    return told.decode() if told is not None else ""


async def owners(matches: list[str]) -> dict[str, str | None]:
    """The node of each match, empty while it is between two; None for what is unknown."""
    pipe = aredis().pipeline(transaction=False)
    for match in matches:
        pipe.hget(keys.match_meta(match), "node")
    found = await pipe.execute() if matches else []
    return {
        match: raw.decode() if raw is not None else None for match, raw in zip(matches, found, strict=True)
    }


async def living(nodes: set[str]) -> set[str]:
    """Those whose lease has not run out."""
    known = sorted(nodes - {""})
    pipe = aredis().pipeline(transaction=False)
    for node in known:
        pipe.exists(keys.node(node))
    found = await pipe.execute() if known else []
    return {node for node, there in zip(known, found, strict=True) if there}


async def setup_of(match: str) -> Setup | None:
    """What the match was made from, by the first record of its log."""
    first: Any = await aredis().xrange(keys.match_log(match), "-", "+", count=1)
    record = decode_record(first[0][1][b"r"]) if first else None
    return record.setup if isinstance(record, Header) else None


RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


async def release_players(live: Live) -> None:
    """Free the players for their next match, once the result is in the database; the live keys run out."""
    client = aredis()
    if live.phase != "quarantined":
        await client.expire(keys.match_log(live.match), KEPT_SECONDS)
        await client.expire(keys.match_meta(live.match), KEPT_SECONDS)
    await client.zrem(keys.live_matches(), live.match)
    await client.srem(keys.node_matches(live.node), live.match)
    for player in live.players:
        if player is not None:
            await client.eval(RELEASE, 1, keys.player_match(player), live.match)


async def is_released(match: str) -> bool:
    """Whether its result is in the database and its players are free: its keys only run out yet."""
    return bool(await aredis().pexpiretime(keys.match_meta(match)) > 0)


FORGET = """
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1], KEYS[2])
"""


async def forget(live: Live) -> None:
    """Delete the live keys, if this owner still has them. Only after the commit of the result."""
    await aredis().eval(FORGET, 2, keys.match_log(live.match), keys.match_meta(live.match), live.epoch)
