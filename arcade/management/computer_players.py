"""Computer players that come in through the front door: guests over HTTP, then sockets like anyone's."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from arcade_client import (
    Arcade,
    Closed,
    Found,
    HttpError,
    LobbyConnection,
    MatchConnection,
    Refused,
    RequestError,
    ResultRecorded,
    Viewed,
)

from matches.engine.declared import declared
from matches.engine.game import Game
from matches.engine.random import SeededRandom

FASTEST = 0.05
"""Seconds between two moves in a tick game."""

RECORD_SECONDS = 20.0
"""How long to wait for the news that a result is in the database."""

LATE_SECONDS = 5.0
"""How long to wait for the news of a match by a player who was taken out of the queue for one."""

TRIES = 3
"""Refused moves in a row until a player of a turn game resigns."""

SIGN_IN_TRIES = 10
PASSING = ("in-match", "busy", "too-many", "disconnected", "timeout")
"""Why a request for the queue may be refused and tried again, after its `retry_after`."""
MOST_IN_FLIGHT = 16


@dataclass
class Tally:
    """What all players together have done. `on_end` gets a line for each match that ended."""

    wanted: int
    on_end: Callable[[str], None]
    started: set[str] = field(default_factory=set)
    ended: dict[str, dict[str, Any]] = field(default_factory=dict)
    unrecorded: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    """As many matches as wanted have begun."""

    def start(self, match: str) -> None:
        self.started.add(match)
        if len(self.started) >= self.wanted:
            self.enough.set()

    def end(self, match: MatchConnection) -> None:
        """Called by each seat; the first counts."""
        if match.id in self.ended:
            return
        view = match.view
        self.ended[match.id] = view
        names = [seat["name"] for seat in match.welcome["seats"]]
        self.on_end(f"{match.id}  {view['phase']:8}  {told(view, names)}")
        if view["phase"] != "finished":
            self.fail(f"{match.id} was aborted: {(view['result'] or {}).get('reason', 'no reason given')}")

    def fail(self, what: str) -> None:
        self.failures.append(what)


def told(view: dict[str, Any], names: list[str]) -> str:
    """A result in words, best place first."""
    result = view["result"]
    if not result or not result.get("places"):
        return (result or {}).get("reason") or "no result"
    seats = sorted(range(len(names)), key=lambda seat: result["places"][seat])
    scores = result.get("scores")
    line = ", ".join(
        f"{result['places'][seat]}. {names[seat]}" + (f" ({scores[seat]})" if scores else "")
        for seat in seats
    )
    return f"{line} · {result['reason']}" if result.get("reason") else line


class ComputerPlayer:
    """One guest that queues for a game and plays what it gets, until the tally has enough."""

    def __init__(
        self, url: str, name: str, game: Game[Any, Any], mode: str, level: int, tally: Tally
    ) -> None:
        self.arcade = Arcade(url)
        self.name = name
        self.game = game
        self.mode = mode
        self.level = level
        self.tally = tally
        self.random = SeededRandom(secrets.token_bytes(32))
        self.view_type = declared(type(game)).view_type or Any

    async def run(self) -> None:
        """Returns when there are enough matches; whatever goes wrong for good is in the tally."""
        try:
            await self._sign_in()
            async with await self.arcade.lobby() as lobby:
                while not self.tally.enough.is_set():
                    await self._queue(lobby)
                    found = await self._found(lobby)
                    if found is not None:
                        self.tally.start(found.match)
                        await self._attend(found)
        except (HttpError, Closed, RequestError) as error:
            self.tally.fail(f"{self.name}: {error}")

    async def _sign_in(self) -> None:
        for attempt in range(1, SIGN_IN_TRIES + 1):
            try:
                await self.arcade.guest(self.name)
                return
            except HttpError as error:
                if not error.passing or attempt == SIGN_IN_TRIES:
                    raise
                await asyncio.sleep(error.retry_after or 1)

    async def _queue(self, lobby: LobbyConnection) -> None:
        """Enter the queue; a player whose last match is not yet put away waits a moment."""
        for attempt in range(60):
            try:
                await lobby.enqueue(self.game.name, self.mode)
                return
            except RequestError as error:
                if error.code not in PASSING or attempt == 59:
                    raise
                await asyncio.sleep(error.retry_after or 0.5)

    async def _found(self, lobby: LobbyConnection) -> Found | None:
        """The next match; None where the others had enough first."""
        enough = asyncio.create_task(self.tally.enough.wait())
        found = asyncio.create_task(lobby.match_found())
        try:
            await asyncio.wait((enough, found), return_when=asyncio.FIRST_COMPLETED)
            if not found.done():
                with contextlib.suppress(RequestError):
                    await lobby.dequeue()
                    return None
                await asyncio.wait((found,), timeout=LATE_SECONDS)
            return found.result() if found.done() else None
        finally:
            enough.cancel()
            found.cancel()
            await asyncio.gather(enough, found, return_exceptions=True)

    async def _attend(self, found: Found) -> None:
        async with await self.arcade.match(found) as match:
            await self._play(match)
            self.tally.end(match)
            if match.view["phase"] == "finished":
                await self._recorded(match)

    async def _recorded(self, match: MatchConnection) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RECORD_SECONDS):
                async for happening in match:
                    if isinstance(happening, ResultRecorded):
                        return
        self.tally.unrecorded.add(match.id)

    async def _play(self, match: MatchConnection) -> None:
        """Until the match has ended. Closed before that is a failure of this player."""
        ticks = match.welcome["pace"]["kind"] == "ticks"
        act = self._steer if ticks else self._take_turn
        self._wish, self._moved_at = b"", 0.0
        await act(match)
        async for happening in match:
            if isinstance(happening, Viewed):
                if match.view["phase"] in ("finished", "aborted"):
                    return
                await act(match)
        raise match.ended or Closed(None, "the match was left")

    async def _take_turn(self, match: MatchConnection) -> None:
        refused = 0
        while match.view["phase"] == "running" and match.view["turn"] in (None, match.seat):
            move = await asyncio.to_thread(self._think, match.view["game"], match.seat)
            if move is None:
                return
            try:
                await match.move(move)
                return
            except Refused as error:
                refused += 1
                if refused == TRIES:
                    self.tally.fail(f"{self.name} in {match.id}: {error}")
                    with contextlib.suppress(Refused):
                        await match.resign()
                    return

    async def _steer(self, match: MatchConnection) -> None:
        """In a tick game say what is wanted only when that changes, and not too often."""
        now = asyncio.get_running_loop().time()
        if match.view["phase"] != "running" or now - self._moved_at < FASTEST:
            return
        if not match.session.attached or len(match.session.pending) >= MOST_IN_FLIGHT:
            return
        move = self._think(match.view["game"], match.seat)
        wish = msgspec.msgpack.encode(move)
        if move is not None and wish != self._wish:
            self._wish, self._moved_at = wish, now
            match.send(move)

    def _think(self, view: Any, seat: int | None) -> dict[str, Any] | None:
        given = msgspec.convert(view, type=self.view_type)
        move = self.game.bot(given, seat or 0, self.random, self.level)
        plain: dict[str, Any] | None = msgspec.to_builtins(move)
        return plain
