"""The data, the journal of what was written, commands on keys. Errors are raised, all else is replied."""

import copy
from collections.abc import Callable
from typing import Any

from redis.exceptions import OutOfMemoryError, ResponseError

Reply = Any
Id = tuple[int, int]
TOP: Id = (2**64 - 1, 2**64 - 1)
GROWS = {b"SET", b"HSET", b"XADD", b"SADD", b"ZADD"}
KEPT = 30
"""Writes that can be lost."""

TOO_SMALL = "The ID specified in XADD is equal or smaller than the target stream top item"
NO_MEMORY = "command not allowed when used memory > 'maxmemory'."


class Stream:
    """Entries by id, in order; `last` is the highest id that ever was in it."""

    def __init__(self) -> None:
        self.entries: list[tuple[Id, list[bytes]]] = []
        self.last: Id = (0, 0)

    def copy(self) -> "Stream":
        twin = Stream()
        twin.entries, twin.last = list(self.entries), self.last
        return twin


def parse_id(text: bytes, low: bool = True) -> Id:
    """`5-1`, or `5`, which is the first or the last of its millisecond."""
    head, dash, tail = text.partition(b"-")
    return (int(head), int(tail)) if dash else (int(head), 0 if low else TOP[1])


def show_id(entry: Id) -> bytes:
    return b"%d-%d" % entry


class Keys:
    """`now_ms` is its clock, Unix ms. A command that writes is in the journal, whose end can be lost."""

    def __init__(self, now_ms: Callable[[], int], *, publish: Callable[[bytes, bytes], None] | None = None):
        self.now_ms = now_ms
        self.full = False
        self.actor = ""
        """Who the running command comes from, for whoever wants to know."""
        self.added: list[Callable[[bytes, Id, bytes], None]] = []
        """Called with key, id and the first field's value of each record that was appended."""
        self._publish = publish or (lambda _channel, _data: None)
        self._data: dict[bytes, Any] = {}
        self._ends: dict[bytes, int] = {}
        self._journal: list[dict[bytes, tuple[Any, int | None]]] = []
        self._old: dict[bytes, tuple[Any, int | None]] = {}
        self._dirty = False
        self._was_full = False
        self._appended: list[tuple[bytes, Id, bytes]] = []

    # --- calls ----------------------------------------------------------------------------------------

    def call(self, *args: bytes) -> Reply:
        """One command from outside: a whole script too is one, and is lost or kept as one."""
        self._old, self._dirty, self._was_full = {}, False, self.full
        self._appended = []
        try:
            return self.run(*args)
        finally:
            if self._old:
                self._journal = [*self._journal, self._old][-KEPT:]
            for key, entry, value in self._appended:
                for tell in self.added:
                    tell(key, entry, value)

    def run(self, *args: bytes) -> Reply:
        """One command, of a script or from outside."""
        name = args[0].upper()
        if name in GROWS and self._was_full and not self._dirty:
            raise OutOfMemoryError(NO_MEMORY)
        done: Callable[..., Reply] | None = getattr(self, f"do_{name.decode().lower()}", None)
        if done is None:
            raise ResponseError(f"unknown command '{name.decode()}'")
        return done(*args[1:])

    def settle(self) -> None:
        """What was written so far is safe."""
        self._journal = []

    def lose(self, writes: int) -> int:
        """Forget the last writes, as a restart over a file without its end does; returns how many it were."""
        lost, self._journal = self._journal[-writes:], self._journal[:-writes]
        for old in reversed(lost):
            for key, (value, end) in old.items():
                self._put(key, value, end)
        return len(lost)

    def stream(self, key: bytes) -> list[tuple[Id, bytes]]:
        """The records of a log, for whoever judges: id and first value."""
        kept = self._data.get(key)
        return [(entry, fields[1]) for entry, fields in kept.entries] if kept is not None else []

    def rot(self, key: bytes, place: int) -> bool:
        """A record of a log vanishes from its middle; False where there is none."""
        kept = self._data.get(key)
        if kept is None or not 0 < place < len(kept.entries) - 1:
            return False
        gone = kept.entries.pop(place)
        for old in self._journal:
            stream = old.get(key, (None, None))[0]
            if stream is not None and gone in stream.entries:
                stream.entries.remove(gone)
        return True

    # --- data -----------------------------------------------------------------------------------------

    def _put(self, key: bytes, value: Any, end: int | None = None) -> None:
        self._ends.pop(key, None)
        if value is None or (not isinstance(value, Stream | bytes) and not value):
            self._data.pop(key, None)
            return
        self._data[key] = value
        if end is not None:
            self._ends[key] = end

    def _get_value(self, key: bytes, kind: type[Any]) -> Any:
        if self._ends.get(key, 1 << 62) <= self.now_ms():
            self._put(key, None)
        value = self._data.get(key)
        if value is not None and kind is not object and type(value) is not kind:
            raise ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value")
        return value

    def _change(self, key: bytes, kind: type[Any]) -> Any:
        """The value to change, its old one noted; a new one where there is none."""
        value = self._get_value(key, kind)
        self._dirty = True
        if key not in self._old:
            kept = value.copy() if value is not None and not isinstance(value, bytes) else value
            self._old[key] = (kept, self._ends.get(key))
        if value is None:
            value = kind()
            self._data[key] = value
        return value

    def _clean(self, key: bytes) -> None:
        """A hash or set without members is none."""
        if not isinstance(self._data.get(key), Stream | bytes) and not self._data.get(key):
            self._put(key, None)

    # --- strings, keys --------------------------------------------------------------------------------

    def do_set(self, key: bytes, value: bytes, *options: bytes) -> Reply:
        rest, end = [o.upper() for o in options], None
        if b"NX" in rest and self.do_exists(key):
            return None
        for word, unit in ((b"PX", 1), (b"EX", 1000)):
            if word in rest:
                end = self.now_ms() + int(rest[rest.index(word) + 1]) * unit
        self._get_any(key)
        self._old.setdefault(key, (copy.copy(self._data.get(key)), self._ends.get(key)))
        self._dirty = True
        self._put(key, value, end)
        return b"OK"

    def _get_any(self, key: bytes) -> Any:
        return self._get_value(key, object)

    def do_get(self, key: bytes) -> Reply:
        return self._get_value(key, bytes)

    def do_exists(self, *names: bytes) -> Reply:
        return sum(self._get_any(key) is not None for key in names)

    def do_del(self, *names: bytes) -> Reply:
        found = [key for key in dict.fromkeys(names) if self._get_any(key) is not None]
        for key in found:
            self._change(key, object)
            self._put(key, None)
        return len(found)

    def do_pexpire(self, key: bytes, ms: bytes) -> Reply:
        value = self._get_any(key)
        if value is None:
            return 0
        self._change(key, object)
        self._put(key, value, self.now_ms() + int(ms))
        return 1

    def do_expire(self, key: bytes, seconds: bytes) -> Reply:
        return self.do_pexpire(key, b"%d" % (int(seconds) * 1000))

    def do_persist(self, key: bytes) -> Reply:
        value = self._get_any(key)
        if value is None or key not in self._ends:
            return 0
        self._change(key, object)
        self._put(key, value)
        return 1

    def do_pexpiretime(self, key: bytes) -> Reply:
        return -2 if self._get_any(key) is None else self._ends.get(key, -1)

    def do_time(self) -> Reply:
        ms = self.now_ms()
        return [b"%d" % (ms // 1000), b"%d" % (ms % 1000 * 1000)]

    def do_publish(self, channel: bytes, data: bytes) -> Reply:
        self._publish(channel, data)
        return 1
