"""Connections of nodes to the store: words travel, wait, are lost, or arrive when nobody expects them."""

import asyncio
import enum
from collections.abc import Callable
from typing import Any

from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ResponseError

from tests.support.twin.store import Store

TRIP = 0.0005
"""Seconds, each way."""

Command = tuple[bytes, ...]
At = Callable[[float, Callable[[], None]], None]


class Fate(enum.Enum):
    """What becomes of the next append of a node."""

    REPLY_LOST = "reply lost"
    COMMAND_LOST = "command lost"
    LATE = "late"
    """The connection breaks, and the command arrives some time after."""


class Conn:
    """One connection; `open` is what the store's side knows, and a client learns by using it."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.open = True


class Flight:
    """Commands of one connection on their way, or their replies."""

    def __init__(self, conn: Conn, commands: list[Command], done: "asyncio.Future[list[Any]]") -> None:
        self.conn = conn
        self.commands = commands
        self.done = done
        self.replies: list[Any] | None = None


class Wire:
    """All connections to one store. `at(time, do)` does something after so many seconds."""

    def __init__(self, store: Store, at: At) -> None:
        self.store = store
        self._at = at
        self.up = True
        self.closed = False
        self.held: dict[str, list[Flight]] = {}
        """Per node whose words are held up, those that wait."""
        self.fates: dict[str, list[Fate]] = {}
        self.ghosts: list[Flight] = []
        """Commands whose sender has given them up; they arrive when it pleases the judge."""
        self._flights: list[Flight] = []
        self._conns: list[Conn] = []

    # --- for clients ----------------------------------------------------------------------------------

    def connect(self, node: str) -> Conn:
        if not self.up or self.closed:
            raise Lost("Connection refused.")
        conn = Conn(node)
        self._conns.append(conn)
        return conn

    async def ask(self, conn: Conn, commands: list[Command]) -> list[Any]:
        """The replies, ResponseErrors among them. Whoever gives up leaves his commands to themselves."""
        if not conn.open:
            raise Lost("Connection closed by server.")
        flight = Flight(conn, commands, asyncio.get_running_loop().create_future())
        self._flights.append(flight)
        self._at(TRIP, lambda: self._step(flight))
        try:
            return await flight.done
        except BaseException:
            self._give_up(flight, ghost=True)
            raise

    # --- on the way -----------------------------------------------------------------------------------

    def _step(self, flight: Flight) -> None:
        if flight not in self._flights:
            return
        waiting = self.held.get(flight.conn.node)
        if waiting is not None:
            waiting.append(flight)
            return
        self.forward(flight)

    def forward(self, flight: Flight) -> None:
        """One way further."""
        if flight not in self._flights:
            return
        if flight.replies is None:
            fate = self._fate(flight)
            if fate is not None:
                if fate is Fate.REPLY_LOST:
                    flight.replies = self._run(flight)
                self._break(flight, ghost=fate is Fate.LATE)
                return
            flight.replies = self._run(flight)
            self._at(TRIP, lambda: self._step(flight))
            return
        self._flights.remove(flight)
        if not flight.done.done():
            flight.done.set_result(flight.replies)

    def _fate(self, flight: Flight) -> Fate | None:
        fates = self.fates.get(flight.conn.node)
        if not fates or flight.commands[0][:1] != (b"XADD",):
            return None
        return fates.pop(0)

    def _run(self, flight: Flight) -> list[Any]:
        replies: list[Any] = []
        self.store.actor = flight.conn.node
        for command in flight.commands:
            try:
                replies.append(self.store.call(*command))
            except ResponseError as error:
                replies.append(error)
        return replies

    def _break(self, flight: Flight, *, ghost: bool) -> None:
        self._give_up(flight, ghost)
        if not flight.done.done():
            flight.done.set_exception(Lost("Connection reset."))

    def _give_up(self, flight: Flight, ghost: bool) -> None:
        flight.conn.open = False
        if flight in self._flights:
            self._flights.remove(flight)
            if ghost and flight.replies is None and not self.closed:
                self.ghosts.append(flight)

    # --- faults ---------------------------------------------------------------------------------------

    def hold(self, node: str) -> None:
        """What this node and the store say to one another waits from now on."""
        self.held.setdefault(node, [])

    def let_go(self, node: str) -> None:
        for flight in self.held.pop(node, []):
            self.forward(flight)

    def cut(self, node: str, *, ghost: bool) -> None:
        """All connections of a node break; `ghost`: what is on its way arrives all the same, later."""
        for flight in [f for f in self._flights if f.conn.node == node]:
            self._break(flight, ghost=ghost)
        for conn in self._conns:
            if conn.node == node:
                conn.open = False
        self._conns = [conn for conn in self._conns if conn.open]
        if node in self.held:
            self.held[node] = []

    def haunt(self, which: int) -> None:
        """A command arrives that nobody waits for any more."""
        if self.ghosts and self.up:
            self._run(self.ghosts.pop(which % len(self.ghosts)))

    def down(self) -> None:
        """The store's process is gone, and with it every connection and whatever was on its way."""
        self.up = False
        for node in {conn.node for conn in self._conns}:
            self.cut(node, ghost=False)
        self.ghosts = []
