"""A player in the lobby: the real client, which writes down what it asks and what it is told."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from arcade_client import Arcade, Closed, HttpError, RequestError
from arcade_client.areas import Invites, Party
from arcade_client.areas.invites import InviteDecided, InvitesChanged
from arcade_client.areas.party import PartyChanged
from arcade_client.happenings import Found, LobbyHappening, LobbyWelcomed, QueueChanged, Unqueued

from arcade.chaos.games import GAME, MODE
from arcade.chaos.lobby import notes as n
from arcade.chaos.lobby.hall import Hall
from arcade.chaos.lobby.line import Line

DECLINES, MISSES, LEAVES, DROPS = 0.008, 0.006, 0.01, 0.03
"""How often a player answers a proposed match so, or drops his socket over it."""
STRAYS = 0.01
"""How often, in each second, a socket drops for nothing."""
GONE_SECONDS = (0.0, 0.0, 0.2, 1.5, 7.0)
ASK_SECONDS = 12.0


class Guest:
    """`live` keeps him in the lobby until it is cancelled; `squad`: those he queues with."""

    def __init__(self, hall: Hall, squad: int, number: int) -> None:
        self.hall, self.name = hall, f"guest {squad}.{number}"
        self.dice = random.Random(f"{hall.seed}/{self.name}")  # noqa: S311
        urls = list(hall.urls)
        self.dice.shuffle(urls)
        self.arcade = Arcade(urls[0], others=urls[1:])
        self.story = n.Story("", self.name, squad)
        self.line: Line | None = None
        self.inviters: set[str] = set()
        """Whose invites to a party he takes."""
        self.match = ""
        self.out = False
        """He was told that he is out of the queue, since he came."""
        self._over: asyncio.Event | None = None
        self._answered: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def id(self) -> str:
        return self.story.player

    def note(self, note: n.Note) -> None:
        self.story.notes.append(note)

    @property
    def party(self) -> dict[str, Any] | None:
        return self.line.session.area(Party).party if self.line is not None else None

    @property
    def waiting(self) -> bool:
        return self.line is not None and self.line.session.queue is not None

    @property
    def playing(self) -> bool:
        return self._over is not None and not self._over.is_set()

    async def sign_in(self) -> None:
        while not self.id:
            try:
                self.story.player = (await self.arcade.guest(self.name))["id"]
            except HttpError as error:
                self.hall.note(f"{self.name}: not signed in: {error}")
                await asyncio.sleep(0.3)

    async def live(self) -> None:
        """Be there, drop now and then, come back at another node."""
        try:
            while True:
                try:
                    async with await self.enter() as line:
                        self.line = line
                        while line.ended is None and self.line is line:
                            await asyncio.sleep(1)
                            if not self.hall.stopping and self.dice.random() < STRAYS:
                                await self.stray()
                except (Closed, HttpError) as error:
                    self.hall.note(f"{self.name}: the lobby: {error!r}")
                await asyncio.sleep(0.2)
        finally:
            for task in self._tasks:
                task.cancel()

    async def enter(self) -> Line:
        return await Line(self, self.dice.randrange(len(self.hall.urls))).until_ready()

    async def stray(self) -> None:
        """Lose the socket; it comes back by itself at another node, or after a while as a new one."""
        self.hall.counts["drops"] += 1
        line, seconds = self.line, self.dice.choice(GONE_SECONDS)
        if line is None:
            return
        line.drop()
        if seconds:
            self.line = None
            await line.close()
            await asyncio.sleep(seconds)

    async def ask(self, what: str, call: Callable[[Line], Awaitable[Any]], arg: str = "") -> str:
        """Ask for something and note how it went: "" done, else the code. `retry` says how long to wait."""
        line = self.line
        if line is None or line.state != "connected":
            await asyncio.sleep(0.1)
            return "disconnected"
        port, about_party = line.port, what not in ("enqueue", "dequeue", "accept", "decline")
        asked = self.hall.clock()
        self.note(n.Asked(asked, what, arg))
        self.hall.commands[port] += about_party
        if about_party:
            self.hall.happens(f"command {port}")
        code, self.retry = "", 0.0
        try:
            async with asyncio.timeout(ASK_SECONDS):
                told = await call(line)
                if what == "create" and isinstance(told, dict):
                    arg = told["party"]
                if what == "invite accept" and isinstance(told, dict):
                    arg = f"{arg} {told['what']}"
                if what == "invite" and isinstance(told, dict):
                    arg = told["id"]
        except RequestError as error:
            code, self.retry = error.code, error.retry_after or 0.0
        except (Closed, TimeoutError):
            code = "closed"
        finally:
            self.hall.commands[port] -= about_party
        self.note(n.Answered(self.hall.clock(), what, arg, code, asked))
        self.hall.counts[f"{what}{' refused' if code else ''}"] += 1
        return code

    retry = 0.0

    # --- what he is told ----------------------------------------------------------------------------

    def heard(self, happening: LobbyHappening, port: int) -> None:
        at = self.hall.clock()
        match happening:
            case LobbyWelcomed(_, match):
                self.note(n.Online(at, port))
                if match is not None:
                    self._found(at, match["match"])
            case QueueChanged(None):
                self.note(n.Idle(at))
            case QueueChanged(queue) if queue is not None:
                told = n.waits(at, queue)
                self.note(told)
                if told.claim and not queue["asked"]["mine"]:
                    self._proposed(told.claim)
            case Unqueued(_, _, code, mine):
                self.out = True
                self.note(n.Unqueued(at, code, mine))
                self.hall.counts[f"out: {code}"] += 1
            case Found(match):
                self._found(at, match)
            case PartyChanged(party, code):
                self.note(n.partied(at, party, code))
            case InviteDecided(id, outcome):
                self.note(n.Decided(at, id, outcome))
            case InvitesChanged(invites):
                for invite in invites:
                    if invite["player"] in self.inviters and invite["id"] not in self._answered:
                        self._answered.add(invite["id"])
                        self._spawn(self._invited(invite["id"]))

    def _found(self, at: float, match: str) -> None:
        self.note(n.Found(at, match))
        if match != self.match:
            self.match = match
            self._over = self.hall.found(match, self)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _proposed(self, claim: str) -> None:
        key = f"{claim} {self.id}"
        if self.id in self.hall.asked[claim] and key in self._answered:
            return
        self.hall.asked[claim].add(self.id)
        self._answered.add(key)
        self.hall.happens("asked")
        self._spawn(self._answer(claim, key))

    async def _answer(self, claim: str, key: str) -> None:
        await asyncio.sleep(self.dice.uniform(0.02, 0.8))
        chance = self.dice.random() if not self.hall.stopping else 1.0
        if chance < DECLINES:
            await self.ask("decline", lambda line: line.decline_match(claim), claim)
            return
        if chance < DECLINES + MISSES:
            return
        if chance < DECLINES + MISSES + LEAVES:
            party = self.party
            if party is None or len(party["members"]) == 1:
                await self.ask("dequeue", lambda line: line.dequeue())
            else:
                await self.ask("stop", lambda line: line.stop_party())
            return
        if chance < DECLINES + MISSES + LEAVES + DROPS:
            self._answered.discard(key)  # asked again where he comes back
            await self.stray()
            return
        self.hall.accepted[claim].add(self.id)
        self.hall.happens(f"accept {len(self.hall.accepted[claim])}")
        code = await self.ask("accept", lambda line: line.accept_match(claim), claim)
        if code in n.UNKNOWN:
            self._answered.discard(key)

    async def _invited(self, id: str) -> None:
        await asyncio.sleep(self.dice.uniform(0, 0.2))
        chance = self.dice.random()
        if chance < 0.06:
            await self.ask("invite decline", lambda line: line.decline_invite(id), id)
            return
        twice = 2 if chance < 0.3 else 1
        codes = await asyncio.gather(
            *(self.ask("invite accept", lambda line: line.accept_invite(id), id) for _ in range(twice))
        )
        if any(code in n.UNKNOWN for code in codes):
            self._answered.discard(id)

    @property
    def invites(self) -> list[dict[str, Any]]:
        return self.line.session.area(Invites).invites if self.line is not None else []


async def enqueue(guest: Guest) -> str:
    """Look for a match alone."""
    guest.out = False
    return await guest.ask("enqueue", lambda line: line.enqueue(GAME, MODE))
