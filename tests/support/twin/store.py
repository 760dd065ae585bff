"""The whole store: keys, hashes, sets, streams, scripts."""

from typing import Any

from redis.exceptions import ResponseError

from tests.support.twin import lua
from tests.support.twin.keys import TOO_SMALL, TOP, Id, Keys, Reply, Stream, parse_id, show_id


class Sorted(dict[bytes, float]):
    """A sorted set: member to score."""

    def copy(self) -> "Sorted":
        return Sorted(self)


class Store(Keys):
    """What `Keys` is, with everything else that production code asks for."""

    # --- hashes ---------------------------------------------------------------------------------------

    def do_hset(self, key: bytes, *pairs: bytes) -> Reply:
        if not pairs or len(pairs) % 2:
            raise ResponseError("wrong number of arguments for 'hset' command")
        fields = self._change(key, dict)
        new = dict(zip(pairs[::2], pairs[1::2], strict=True))
        count = len(new.keys() - fields.keys())
        fields.update(new)
        return count

    def do_hget(self, key: bytes, field: bytes) -> Reply:
        return (self._get_value(key, dict) or {}).get(field)

    def do_hmget(self, key: bytes, *fields: bytes) -> Reply:
        kept = self._get_value(key, dict) or {}
        return [kept.get(field) for field in fields]

    def do_hgetall(self, key: bytes) -> Reply:
        return [x for pair in (self._get_value(key, dict) or {}).items() for x in pair]

    def do_hexists(self, key: bytes, field: bytes) -> Reply:
        return int(field in (self._get_value(key, dict) or {}))

    def do_hdel(self, key: bytes, *fields: bytes) -> Reply:
        return self._without(key, dict, fields)

    def _without(self, key: bytes, kind: type[Any], members: tuple[bytes, ...]) -> int:
        there = [m for m in dict.fromkeys(members) if m in (self._get_value(key, kind) or ())]
        if there:
            kept = self._change(key, kind)
            for member in there:
                kept.discard(member) if kind is set else kept.pop(member)
            self._clean(key)
        return len(there)

    # --- sets -----------------------------------------------------------------------------------------

    def do_sadd(self, key: bytes, *members: bytes) -> Reply:
        kept = self._change(key, set)
        before = len(kept)
        kept.update(members)
        return len(kept) - before

    def do_srem(self, key: bytes, *members: bytes) -> Reply:
        return self._without(key, set, members)

    def do_smembers(self, key: bytes) -> Reply:
        return sorted(self._get_value(key, set) or ())

    def do_zadd(self, key: bytes, *pairs: bytes) -> Reply:
        kept = self._change(key, Sorted)
        before = len(kept)
        for score, member in zip(pairs[::2], pairs[1::2], strict=True):
            kept[member] = float(score)
        return len(kept) - before

    def do_zrem(self, key: bytes, *members: bytes) -> Reply:
        return self._without(key, Sorted, members)

    def do_zrange(self, key: bytes, first: bytes, last: bytes) -> Reply:
        kept = self._get_value(key, Sorted) or {}
        members = sorted(kept, key=lambda member: (kept[member], member))
        end = int(last) + 1
        return members[int(first) : end if end else None]

    # --- streams --------------------------------------------------------------------------------------

    def do_xadd(self, key: bytes, *rest: bytes) -> Reply:
        must_be = rest[0].upper() == b"NOMKSTREAM"
        rest = rest[must_be:]
        entry, fields = parse_id(rest[0]), list(rest[1:])
        if entry == (0, 0):
            raise ResponseError("The ID specified in XADD must be greater than 0-0")
        kept = self._get_value(key, Stream)
        if kept is None and must_be:
            return None
        if kept is not None and entry <= kept.last:
            raise ResponseError(TOO_SMALL)
        kept = self._change(key, Stream)
        kept.entries.append((entry, fields))
        kept.last = entry
        self._appended.append((key, entry, fields[1]))
        return show_id(entry)

    def do_xrange(self, key: bytes, start: bytes, end: bytes, *count: bytes) -> Reply:
        low, high = _bound(start, low=True), _bound(end, low=False)
        kept = self._get_value(key, Stream)
        found = [(i, f) for i, f in (kept.entries if kept else []) if low <= i <= high]
        most = int(count[1]) if count else len(found)
        return [[show_id(i), list(f)] for i, f in found[:most]]

    def do_xrevrange(self, key: bytes, end: bytes, start: bytes, *count: bytes) -> Reply:
        found = self.do_xrange(key, start, end)[::-1]
        return found[: int(count[1])] if count else found

    # --- scripts --------------------------------------------------------------------------------------

    def do_eval(self, script: bytes, count: bytes, *rest: bytes) -> Reply:
        names, args = rest[: int(count)], rest[int(count) :]
        return lua.run(script, names, args, self.run)


def _bound(text: bytes, *, low: bool) -> Id:
    if text in (b"-", b"+"):
        return (0, 0) if text == b"-" else TOP
    if not text.startswith(b"("):
        return parse_id(text, low)
    ms, n = parse_id(text[1:], low)
    if low:
        return (ms, n + 1)
    return (ms, n - 1) if n else (ms - 1, TOP[1])
