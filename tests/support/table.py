"""A match on a node without Redis, in a loop that runs when it is told to, and the sockets of its seats."""

from typing import Any, cast

import msgspec

from arcade.infra.direct import BINARY
from arcade.security.tickets import Ticket
from matches.admission import Admission
from matches.consumer import MatchConsumer
from matches.directory import Live
from matches.engine import registry
from matches.engine.match import Match
from matches.engine.setup import Seat, Setup
from matches.host import node as nodes
from matches.host.fanout import Fanout
from matches.host.hosted import Hosted
from matches.host.place import Place
from protocol import messages as wire
from protocol.codec import CODECS
from tests.support.twin.loop import VirtualLoop

pack = msgspec.msgpack.encode


class Admitted:
    """Everybody is who he says, for as long as he likes."""

    def __init__(self, match: str, seat: int) -> None:
        self._ticket = Ticket(f"player{seat}", "", "match", match, seat)

    async def greet(self, token: str | None) -> Ticket:
        return self._ticket

    def renew(self) -> None:
        return


class Player:
    """A socket that has said hello. `heard`: what was sent to it since; `closed`: the code that ended it."""

    blocked = False

    def __init__(self, table: "Table", seat: int, session: int) -> None:
        self.table = table
        self.heard: list[bytes] = []
        self.closed: int | None = None
        admission = cast("Admission", Admitted(table.hosted.id, seat))
        codec = CODECS[wire.MSGPACK]
        self.consumer = MatchConsumer(table.hosted.id, codec, admission, self._write, self, self._end)
        hello = self.consumer.receive(pack(wire.Hello(1, session)))
        assert hello is not None
        table.loop.create_task(self.consumer.greet(hello))

    def send(self, payload: bytes) -> None:
        self.heard.append(payload)

    def write(self, opcode: int, payload: bytes) -> None:
        assert opcode == BINARY
        self.heard.append(payload)

    async def _write(self, payload: bytes) -> None:
        raise AssertionError("nothing waits here")

    def _end(self, code: int) -> None:
        self.closed = code

    @property
    def place(self) -> Place | None:
        """That of its seat, where its socket holds it."""
        assert self.consumer.viewer is not None
        return self.consumer.viewer.place

    def play(self, data: bytes | str) -> None:
        """A message on our own server."""
        self.table.loop.inside(lambda: self.consumer.play(data))

    def move(self, number: int, move: Any) -> None:
        self.play(pack([2, number, move]))


class Table:
    """The match `hosted`, begun, with a player on each seat; its records are in memory."""

    def __init__(self, game: str, mode: str, seats: int = 2) -> None:
        self.now = 1000.0
        self.loop = VirtualLoop(lambda: self.now)
        self.node, self.hosted = self.loop.inside(lambda: self._made(game, mode, seats))
        self.players = [self.enter(seat, 7) for seat in range(seats)]
        assert self.hosted.match.phase == "running"

    def _made(self, game: str, mode: str, count: int) -> tuple[nodes.Node, Hosted]:
        node = nodes._current[self.loop] = nodes.Node("here", "")
        node.host.spawn = lambda work: work.close()  # type: ignore[method-assign]  # Redis is told nothing
        rules = registry.get(game)
        people = [f"player{seat}" for seat in range(count)]
        seats = [Seat(player, player, seat) for seat, player in enumerate(people)]
        setup = Setup("match", game, mode, rules.version, seats, bytes(32), False, 0)
        live = Live("match", "here", 5, game, mode, rules.version, list(people), False, 0, "open", "none")
        fanout = Fanout("match", [(5, 0)], node.host.send, here=node.host.here)
        return node, node.host.enter(live, Match.create(rules, setup), 0, fanout)

    def enter(self, seat: int, session: int) -> Player:
        """A socket more, let in."""
        player = self.loop.inside(lambda: Player(self, seat, session))
        self.run(0.1)
        player.heard.clear()
        return player

    def run(self, seconds: float = 0.0) -> None:
        """Let time pass, and do all that comes due."""
        end = self.now + seconds
        while (due := self.loop.due) is not None and due <= end:
            self.now = max(self.now, due)
            self.loop.run_due()
        self.now = end

    def end(self) -> None:
        self.loop.inside(self._leave)
        self.loop.end()

    def _leave(self) -> None:
        for player in self.players:
            player.consumer.leave()
