"""Taking over a match: compare owner and epoch, fence the log, and only then read it.

Safety rests on the epoch alone. The fence is the record `<epoch>-0`: Redis refuses whatever the old owner
appends below it, however late that owner wakes up.
"""

import asyncio
import enum
from time import perf_counter
from typing import Any, NamedTuple

import msgspec

from arcade.infra import keys
from arcade.infra.redis import aredis
from matches.directory import Live
from matches.engine import registry
from matches.engine.errors import EngineError, StepTimeout
from matches.engine.game import Game
from matches.engine.history import History
from matches.engine.match import Match, Step
from matches.engine.record import Fenced, Header, Snapshotted, decode_record
from matches.engine.upgrade import can_upgrade, upgraded, version_of
from matches.host.watchdog import Watchdog

DEATHS_MOST = 3
"""Owners of a match that may die without one of them having confirmed a step, and nodes that its rules may
end, by their supervisors' account, whatever was confirmed between."""

PAGE = 300
SLICE_SECONDS = 0.02
"""A restore lets the node do something else at least that often, but for the length of one step."""

CLAIM = """
local meta = redis.call('HMGET', KEYS[2], 'node', 'epoch', 'deaths', 'suspected', 'idle')
if not meta[1] then return {'gone'} end
local top = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not top then return {'gone'} end
if meta[1] ~= ARGV[1] or meta[2] ~= ARGV[2] then
  local fence = top[1] == meta[2] .. '-0' and string.byte(top[2][2], 2) == 3
  if meta[1] ~= ARGV[3] or not fence then return {'taken'} end
  local _, _, time = cmsgpack.unpack_limit(top[2][2], 2, 1)
  return {'claimed', meta[2], string.format('%d', time)}
end
local deaths = tonumber(meta[3] or '0')
if meta[5] ~= meta[2] then deaths = deaths + tonumber(ARGV[5]) end
if math.max(deaths, tonumber(meta[4] or '0')) >= tonumber(ARGV[6]) then
  redis.call('HSET', KEYS[2], 'node', '', 'phase', 'quarantined', 'deaths', deaths)
  return {'poison'}
end
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local last = string.match(top[1], '^(%d+)')
local time, wall = 0, tonumber(last)
if string.byte(top[2][2], 2) > 0 then
  local _, _, at, wrote = cmsgpack.unpack_limit(top[2][2], 3, 1)
  time, wall = at, wrote
end
local renewed = tonumber(ARGV[4])
if wall > 0 and renewed > wall then time = time + math.max(0, math.min(renewed, now) - wall) end
local epoch = math.max(tonumber(last) + 1, now)
redis.call('XADD', KEYS[1], string.format('%d-0', epoch), 'r', cmsgpack.pack({3, time, now, top[1], ARGV[3]}))
redis.call('HSET', KEYS[2], 'node', ARGV[3], 'epoch', string.format('%d', epoch), 'deaths', deaths)
return {'claimed', string.format('%d', epoch), string.format('%d', time)}
"""
"""Said again by the node whose fence is the top, as its first reply was lost, it is answered alike.
KEYS: log, meta. ARGV: owner and epoch as read, the new owner, Redis time (ms) of the old owner's last
renewal, what counts as a death (1, or 0: after an orderly release, or by another match's fault), deaths to
quarantine at. Where its mark says that the owner was idle in its epoch, its death counts for nothing."""


class Claimed(NamedTuple):
    """`live` as it is now; `time`: the match time at which it goes on, ms."""

    live: Live
    time: int


class Missed(enum.Enum):
    """Why a match was not claimed."""

    GONE = "gone"
    TAKEN = "taken"
    POISON = "poison"


async def claim(live: Live, node: str, renewed: int, *, death: bool = True) -> Claimed | Missed:
    """Make this node the owner of a match that `live` says is another's. `renewed`: Redis time, ms.

    `death`: its owner died, and no other match is to blame for it.
    """
    answer: list[bytes] = await aredis().eval(
        CLAIM, 2, keys.match_log(live.match), keys.match_meta(live.match),
        live.node, live.epoch, node, renewed, int(death), DEATHS_MOST,
    )  # fmt: skip
    verdict = answer[0].decode()
    if verdict != "claimed":
        return Missed(verdict)
    index = aredis().pipeline(transaction=False)
    index.sadd(keys.node_matches(node), live.match)
    if live.node not in ("", node):
        index.srem(keys.node_matches(live.node), live.match)
    await index.execute()
    mine = msgspec.structs.replace(live, node=node, epoch=int(answer[1]))
    return Claimed(mine, int(answer[2]))


class Broken(Exception):
    """The log does not verify: it is kept, and the match is not played on."""


class Foreign(Exception):
    """The log goes on with another version of the rules than this node has: `version`."""

    def __init__(self, version: int) -> None:
        super().__init__(f"its log goes on with version {version}")
        self.version = version


class Restored(NamedTuple):
    """`events`: those of the latest steps; `ended`: the step that ended the match, as its record has it.

    `begun`: the epochs that were met, oldest first, and the seq that each went on from. `upgraded`: the state
    is of newer rules than its log. `stepping`: seconds that the steps since the last snapshot took.
    """

    match: Match
    since_snapshot: int
    events: History
    ended: "Ending | None"
    begun: list[tuple[int, int]]
    upgraded: bool = False
    stepping: float = 0.0


class Ending(NamedTuple):
    """Where the match ended: the id of the record, the seq and the hash after it."""

    record_id: str
    seq: int
    hash: str


async def restore(live: Live, watchdog: Watchdog) -> Restored:
    """The match as its log has it: a snapshot and the records after it, through the same `step`.

    It begins one snapshot before the last, so that who was away is told the events of some time back.
    Raises Broken for a gap, a damaged record, or rules that now say otherwise; Foreign where its rules are of
    another version than this node's, KeyError where the game is not here at all.
    """
    entries = await _tail(live.match)
    try:
        return await _replayed(live, entries, watchdog)
    except (EngineError, StepTimeout, msgspec.MsgspecError, ValueError) as error:
        raise Broken(f"{live.match}: {error!r}") from error


async def _tail(match: str) -> list[tuple[str, bytes]]:
    """The log from its last but one snapshot (or its header) on, oldest first."""
    client: Any = aredis()
    entries: list[tuple[str, bytes]] = []
    end, snapshots = "+", 0
    while page := await client.xrevrange(keys.match_log(match), end, "-", count=PAGE):
        for record_id, entry in page:
            data = entry[b"r"]
            entries.append((record_id.decode(), data))
            record = decode_record(data)
            snapshots += isinstance(record, Snapshotted)
            if isinstance(record, Header) or snapshots == 2:
                entries.reverse()
                return entries
        end = f"({entries[-1][0]}"
    entries.reverse()
    return entries


async def _replayed(live: Live, entries: list[tuple[str, bytes]], watchdog: Watchdog) -> Restored:
    """Each step has the time that one step has: there are hundreds of them."""
    if not entries:
        raise ValueError("the log is empty")
    rules = registry.get(live.game)
    if rules.version != _made_by(entries):
        with watchdog.on(live.match):
            return _upgraded(rules, entries)
    entries = _since_upgrade(entries, rules.version)
    first = decode_record(entries[0][1])
    match first:
        case Header():
            match = Match.create(rules, first.setup)
        case Snapshotted():
            match = Match.restore(rules, first.snapshot)
            if not first.forced and match.hash() != first.hash:
                raise ValueError("the snapshot has another hash")
        case _:
            raise ValueError("the log has no beginning")
    events = History(match.seq)
    ended: Ending | None = None
    before = entries[0][0]
    begun = [(_epoch(before), match.seq)]
    since, stepping = 0, 0.0
    loop = asyncio.get_running_loop()
    rested = loop.time()
    for record_id, data in entries[1:]:
        if loop.time() - rested > SLICE_SECONDS:
            await asyncio.sleep(0)
            rested = loop.time()
        record = decode_record(data)
        if record.prev != before:
            raise ValueError(f"a gap before {record_id}: it follows {record.prev}, not {before}")
        before = record_id
        if _epoch(record_id) != begun[-1][0]:
            begun.append((_epoch(record_id), record.seq if isinstance(record, Snapshotted) else match.seq))
        if isinstance(record, Fenced):
            continue
        if isinstance(record, Snapshotted):
            if not record.forced and (record.seq != match.seq or record.hash != match.hash()):
                raise ValueError(f"the snapshot {record_id} is of another state")
            match, since, stepping = Match.restore(rules, record.snapshot), 0, 0.0
            continue
        if isinstance(record, Header) or record.seq != match.seq + 1:
            raise ValueError(f"record {record_id} does not follow step {match.seq}")
        began = perf_counter()
        with watchdog.on(live.match):
            step: Step = match.step(record.time, record.inputs, record.committed)
        stepping += perf_counter() - began
        events.add(step.seq, step.events)
        since += 1
        if step.ended:
            ended = Ending(record_id, match.seq, match.hash())
    return Restored(match, since, events, ended, begun, stepping=stepping)


def _made_by(entries: list[tuple[str, bytes]]) -> int:
    """The version of the rules that the log goes on with; the match's entry may know another, as its owner
    died between the two."""
    for _, data in reversed(entries):
        record = decode_record(data)
        if isinstance(record, Snapshotted):
            return version_of(record.snapshot)
        if isinstance(record, Header):
            return record.setup.version
    raise ValueError("the log has no beginning")


def _since_upgrade(entries: list[tuple[str, bytes]], version: int) -> list[tuple[str, bytes]]:
    """Without what was stepped by older rules, before a snapshot of this version was forced."""
    for at, (_, data) in enumerate(entries):
        record = decode_record(data)
        if isinstance(record, Header) and record.setup.version == version:
            return entries[at:]
        if isinstance(record, Snapshotted) and version_of(record.snapshot) == version:
            return entries[at:]
    return entries


def _upgraded(rules: Game[Any, Any], entries: list[tuple[str, bytes]]) -> Restored:
    """From a snapshot after which nothing was stepped: an owner with the older rules has handed it over.

    Raises Foreign where there are steps to be made again, or the rules do not upgrade.
    """
    fences: list[int] = []
    version = _made_by(entries)
    for record_id, data in reversed(entries):
        record = decode_record(data)
        if isinstance(record, Snapshotted) and can_upgrade(rules, version):
            match = upgraded(rules, record.snapshot)
            begun = [(_epoch(record_id), match.seq), *((epoch, match.seq) for epoch in reversed(fences))]
            return Restored(match, 0, History(match.seq), None, begun, upgraded=True)
        if not isinstance(record, Fenced):
            break
        fences.append(_epoch(record_id))
    raise Foreign(version)


def version_here(game: str) -> int | None:
    """Of this node's rules; None where it does not have the game."""
    try:
        return registry.get(game).version
    except KeyError:
        return None


async def hostable(live: Live) -> bool:
    """Whether this node has the rules for it, or newer ones that can go on from where it was left.

    The log decides. Where its entry names our version the log is not read twice: `restore` raises Foreign.
    """
    ours = version_here(live.game)
    if ours is None or ours == live.version:
        return ours is not None
    entries = await _tail(live.match)
    try:
        version = _made_by(entries)
        records = (decode_record(data) for _, data in reversed(entries))
        last = next((r for r in records if not isinstance(r, Fenced)), None)
    except (msgspec.MsgspecError, ValueError):
        return True  # `restore` says what is wrong with it
    return version == ours or (
        isinstance(last, Snapshotted) and can_upgrade(registry.get(live.game), version)
    )


def _epoch(record_id: str) -> int:
    return int(record_id.partition("-")[0])
