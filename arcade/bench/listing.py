"""What the list of rooms costs a node: `manage.py bench rooms`, in this process, without sockets' writes.

So many rooms are open on other nodes and 50 of them change each second, while 1,000 sockets look at pages of
different filters and orders. CPU is the process's own; what the kernel takes to write a frame is not in it.
"""

import time
from collections.abc import Callable, Sequence
from itertools import product
from random import Random
from typing import Any

from msgspec.structs import replace

from arcade.bench.figures import Row, spread, table
from lobby.room_list import FLUSH, RoomList
from lobby.rules.listing import Entry, Filter, Query, Sort
from lobby.rules.pages import Index
from lobby.rules.room import Properties
from lobby.store_memory import MemoryStore

SIZES = (100, 1000, 5000)
SOCKETS = 1000
CHANGES = 50
"""Rooms that change each second: seats mostly, one in five closes and another opens."""
SECONDS = 10
FRIENDS = 0.02
"""Share of the rooms that are for friends; each socket has one owner of them as a friend."""
FIELDS = {
    "change_us": "a change, µs of CPU",
    "flush_us": "telling it, µs of CPU for each change",
    "look_us": "a look at a page, µs of CPU",
    "busy": "share of a core, without looks",
    "socket_bytes": "bytes a second and socket",
    "socket_frames": "frames a second and socket",
}


class Looker:
    """A socket that counts."""

    def __init__(self) -> None:
        self.frames = self.bytes = 0

    def put_rooms(self, frame: bytes) -> None:
        self.frames += 1
        self.bytes += len(frame)


class Rooms:
    """The rooms, as other nodes tell of them."""

    def __init__(self, size: int, random: Random) -> None:
        self._random = random
        self._made = 0
        self.entries = [self._new() for _ in range(size)]

    def change(self, index: Index, now: float) -> None:
        """One of them is another one."""
        place = self._random.randrange(len(self.entries))
        old = self.entries[place]
        if self._random.random() < 0.2:
            index.drop(old.code, old.version + 1, now)
            new = self._new()
        else:
            new = replace(old, version=old.version + 1, free=self._random.randrange(5))
        self.entries[place] = new
        index.put(new, now)

    def _new(self) -> Entry:
        self._made += 1
        random, now = self._random, time.time()
        game, mode = random.choice([("arena", "ffa"), ("arena", "teams"), ("connect-four", "standard")])
        search: Properties = {"map": random.choice(["ice", "fire", "sand"])}
        friend = f"o{self._made % 50}" if random.random() < FRIENDS else ""
        name = f"Owner {self._made}"
        return Entry(
            f"R{self._made:05}", 1, game, mode, f"Room {self._made}", name, 8, random.randrange(5), 0, 4,
            random.random() < 0.2, False, "open", now - random.random() * 3600, search, now + 3600, friend,
        )  # fmt: skip


def queries() -> list[Query]:
    """What they look at: 48 lists, five pages of each."""
    sorts: tuple[Sort, ...] = ("new", "old", "free")
    searches: tuple[Properties, ...] = ({}, {"map": "ice"})
    filters = [
        Filter(game=game, free=free, open=open_, search=search)
        for game, free, open_, search in product(("", "arena"), (0, 1), (False, True), searches)
    ]
    return [Query(f, sort, page) for f, sort, page in product(filters, sorts, range(5))]


async def measured(size: int, seed: int) -> Row:
    """One size, once."""
    rooms, lookers = Rooms(size, Random(seed)), [Looker() for _ in range(SOCKETS)]  # noqa: S311
    listing = RoomList(MemoryStore(time.time), "here", time.time, _none)
    index = listing._index
    for entry in rooms.entries:
        index.put(entry, time.time())
    asked = queries()
    began = time.process_time()
    for number, looker in enumerate(lookers):
        listing.watch(looker, asked[number % len(asked)], frozenset({f"o{number % 50}"}))
    look = (time.process_time() - began) / SOCKETS
    before = sum(looker.frames for looker in lookers), sum(looker.bytes for looker in lookers)
    changing = flushing = 0.0
    for _ in range(round(SECONDS / FLUSH)):
        began = time.process_time()
        for _ in range(round(CHANGES * FLUSH)):
            rooms.change(index, time.time())
        middle = time.process_time()
        await listing.flush()
        changing, flushing = changing + middle - began, flushing + time.process_time() - middle
    frames, told = sum(looker.frames for looker in lookers), sum(looker.bytes for looker in lookers)
    return {
        "change_us": round(1e6 * changing / SECONDS / CHANGES, 2),
        "flush_us": round(1e6 * flushing / SECONDS / CHANGES, 2),
        "look_us": round(1e6 * look, 2),
        "busy": round((changing + flushing) / SECONDS, 4),
        "socket_bytes": round((told - before[1]) / SECONDS / SOCKETS, 1),
        "socket_frames": round((frames - before[0]) / SECONDS / SOCKETS, 3),
    }


async def run(sizes: Sequence[int], rounds: int, say: Callable[[str], object]) -> dict[str, Any]:
    """One object, with the median of each figure for each number of rooms."""
    cells: list[Row] = []
    for size in sizes or SIZES:
        rows = [await measured(size, seed) for seed in range(rounds)]
        cells.append({"rooms": size, **{name: spread(row[name] for row in rows) for name in FIELDS}})
        say(f"{size} rooms: {rows[-1]}")
    first = cells[0]["busy"]["median"]
    growth = {str(cell["rooms"]): round(cell["busy"]["median"] / first, 2) for cell in cells}
    return {"bench": "rooms", "sockets": SOCKETS, "changes": CHANGES, "growth": growth, "cells": cells}


def shown(told: dict[str, Any]) -> str:
    """The report for people."""
    lines = [(title, [cell[name] for cell in told["cells"]]) for name, title in FIELDS.items()]
    return table([f"{cell['rooms']} rooms" for cell in told["cells"]], lines)


async def _none(code: str) -> None:
    return None
