"""A lobby full of people: they come, go, do something else, and write; everybody is told.

Each does something every `EVERY` seconds: most say that they are away, or there again; some leave, and
somebody else comes; some write a line into the channel of a game, of which each hears one. A few of the
sockets only look on, and measure how long after a change or a line they are told.
"""

import asyncio
import gc
import secrets
import time
from array import array
from itertools import cycle
from random import Random
from typing import Any

import msgspec
from picows import WSFrame, WSTransport

from arcade.bench import wire
from arcade.bench.entering import AT_ONCE, in_turn
from arcade.bench.job import Job, Outcome
from arcade.bench.sample import latency
from arcade.bench.seats import SUBPROTOCOL
from arcade.bench.sockets import Count, Socket
from arcade.bench.window import window
from arcade.security import tickets
from arcade.security.tickets import Ticket
from lobby.rules.presence import SHOWN

EVERY = 10.0
"""Seconds between two things that one of them does."""
LEAVES = 4
"""Each so manieth of these things is to leave, for somebody else."""
WRITES = 10
"""Each so manieth is to write a line: half of what a channel takes, at a thousand sockets."""
CHANNELS = ("game/connect-four", "game/arena")
LOOKERS = 10
PERIOD = 0.05
PING_SECONDS = 10.0
READY_SECONDS = 30.0
STATUS = {True: "away", False: "online"}

_read_lines: Any = msgspec.msgpack.Decoder(tuple[int, str, int, int, list[list[Any]], bool]).decode
_read: Any = msgspec.msgpack.Decoder(tuple[int, int, int, list[tuple[str, str, str]], list[str], bool]).decode


class Guest(Socket):
    """Somebody in the lobby. `number` is that of his last request, which names his lines too."""

    def __init__(self, hall: "Hall") -> None:
        super().__init__(hall.count)
        self.hall = hall
        self.player = secrets.token_hex(8)
        self.session = 1 + secrets.randbelow(2**53 - 1)
        self.channel = hall.next_channel()
        self.number = 2
        self.away = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self.send(wire.LOBBY_HELLO)

    def heard(self, frame: WSFrame, now: float) -> None:
        data = frame.get_payload_as_memoryview()
        kind = wire.kind_of(data)
        if kind == wire.ERROR:
            self.count.refused += 1
            self.count.said = self.count.said or str(bytes(data))
        elif kind == wire.LOBBY_WELCOME:
            self.ready = True
            self.send(wire.pack([wire.CHAT_JOIN, 2, self.channel, 0]))
        if self.count.counting:
            self.hall.frames += 1
            self.count.frame_bytes += len(data)

    def turn(self) -> None:
        """Away, or there again."""
        self.away = not self.away
        self.number += 1
        self.hall.changed(self.player, STATUS[self.away])
        self.send(wire.pack([wire.AWAY, self.number, self.away]))

    def write(self) -> None:
        """A line that nobody else has written."""
        self.number += 1
        text = f"{self.player} {self.number}"
        self.hall.wrote(text)
        self.send(wire.pack([wire.CHAT_SEND, self.number, self.channel, self.session, self.number, text]))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if self.transport is not None:  # else he has left
            super().on_ws_disconnected(transport)

    def leave(self) -> None:
        line, self.transport = self.transport, None
        if line is not None:
            line.disconnect(False)


class Looker(Guest):
    """Does nothing himself. `held`: who is in his list."""

    def __init__(self, hall: "Hall") -> None:
        super().__init__(hall)
        self.held: set[str] = set()

    def heard(self, frame: WSFrame, now: float) -> None:
        super().heard(frame, now)
        data = frame.get_payload_as_bytes()
        if wire.kind_of(data) == wire.PRESENCE:
            *_, here, gone, full = _read(data)
            for player, _, status in here:
                if player in self.held or (not full and len(self.held) < SHOWN):
                    self.hall.told(player, status, now)
            self.held = (set() if full else self.held.difference(gone)) | {row[0] for row in here}
        elif wire.kind_of(data) == wire.CHAT_LINES:
            *_, lines, _more = _read_lines(data)
            for line in lines:
                self.hall.read(line[4], now)


class Hall:
    """All of them. `lines`: seconds from a line to each looker of its channel."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.count = Count(0)
        self.guests: list[Guest] = []
        self.lookers: list[Guest] = []
        self.changes = self.frames = 0
        self.lines = array("d")
        self._open: dict[str, tuple[str, float]] = {}
        """What was changed last of each player, and when."""
        self._written: dict[str, float] = {}
        self._channels = cycle(CHANNELS)
        self._random = Random(1)  # noqa: S311
        self._coming: set[asyncio.Task[None]] = set()

    def changed(self, player: str, status: str) -> None:
        """Somebody does something else from now on."""
        self.changes += self.count.counting
        if self.count.counting:
            self._open[player] = status, time.perf_counter()

    def told(self, player: str, status: str, now: float) -> None:
        """A looker is told of a player who was in his list already, or for whom there was a place in it."""
        known, at = self._open.get(player, ("", 0.0))
        if known == status and self.count.counting:
            self.count.latencies.append(now - at)

    def next_channel(self) -> str:
        """They go by turns."""
        return next(self._channels)

    def wrote(self, text: str) -> None:
        """A line is on its way."""
        if self.count.counting:
            self._written[text] = time.perf_counter()

    def read(self, text: str, now: float) -> None:
        """A looker is told of a line."""
        at = self._written.get(text)
        if at is not None and self.count.counting:
            self.lines.append(now - at)

    async def fill(self) -> None:
        """Everybody comes, and has been greeted."""
        self.lookers = [Looker(self) for _ in range(min(LOOKERS, self.job.clients))]
        self.guests = [Guest(self) for _ in range(self.job.clients - len(self.lookers))]
        everyone = [*self.lookers, *self.guests]
        for start in range(0, len(everyone), 4 * AT_ONCE):
            await in_turn([self._come(guest) for guest in everyone[start : start + 4 * AT_ONCE]])
        async with asyncio.timeout(READY_SECONDS):
            while not all(guest.ready for guest in everyone):
                await asyncio.sleep(0.02)

    async def live(self) -> None:
        """They do things, for ever, evenly spread."""
        done, due, began = 0, 0.0, time.perf_counter()
        order = list(range(len(self.guests)))
        self._random.shuffle(order)
        while True:
            await asyncio.sleep(PERIOD)
            due = (time.perf_counter() - began) * len(order) / EVERY
            while done < due:
                place = order[done % len(order)]
                done += 1
                if not self.guests[place].ready:
                    continue
                if done % WRITES == 0:
                    self.guests[place].write()
                elif done % LEAVES == 0:
                    self._replace(place)
                else:
                    self.guests[place].turn()

    async def ping(self) -> None:
        """What a client must say to be taken for alive, for ever."""
        while True:
            for part in range(100):
                for guest in [*self.lookers, *self.guests][part::100]:
                    guest.send(wire.PING)
                await asyncio.sleep(PING_SECONDS / 100)

    def leave(self) -> None:
        self.count.closing = True
        for task in self._coming:
            task.cancel()
        for guest in [*self.lookers, *self.guests]:
            guest.leave()

    def _replace(self, place: int) -> None:
        gone, come = self.guests[place], Guest(self)
        self.guests[place] = come
        gone.leave()
        self.changed(come.player, "online")
        task = asyncio.get_running_loop().create_task(self._come(come))
        self._coming.add(task)
        task.add_done_callback(self._came)

    def _came(self, task: asyncio.Task[None]) -> None:
        self._coming.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.count.refused += 1
            self.count.said = self.count.said or repr(task.exception())

    async def _come(self, guest: Guest) -> None:
        ticket = await tickets.aissue(Ticket(guest.player, f"Player {guest.player[:4]}", "lobby"))
        url = f"ws://127.0.0.1:{self.job.ports[0]}/ws/lobby/?ticket={ticket}"
        await guest.connect(url, SUBPROTOCOL)


async def run(job: Job) -> Outcome:
    """`frames` and `frame_bytes` of the outcome are what came to all sockets, `moves` the changes; `latency`
    is from a change to each looker, `lines` the same of lines."""
    hall = Hall(job)
    tasks = []
    try:
        tasks.append(asyncio.create_task(hall.ping()))  # also while others come, which may take a minute
        await hall.fill()
        gc.collect()
        gc.freeze()
        tasks.append(asyncio.create_task(hall.live()))
        await asyncio.sleep(job.warm)
        async with window(job, hall.count, [*hall.lookers, *hall.guests]) as outcome:
            await asyncio.sleep(job.seconds)
        for task in tasks:
            if task.done():
                task.result()
        outcome.moves, outcome.frames, outcome.lines = hall.changes, hall.frames, latency(hall.lines)
        return outcome
    finally:
        for task in tasks:
            task.cancel()
        hall.leave()
