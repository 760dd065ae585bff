"""One match: its view, its moves, its happenings."""

import asyncio
from typing import TYPE_CHECKING, Any

from arcade_client.core import MatchSession
from arcade_client.happenings import (
    Accepted,
    Found,
    MatchHappening,
    RefusedMove,
    Viewed,
    Welcomed,
)
from arcade_client.socket import Closed, Socket

if TYPE_CHECKING:
    from arcade_client.client import Arcade


class Refused(Exception):
    """The rules do not allow it; `code` is one of the error table."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code}: {text}")


class MatchConnection(Socket[MatchHappening]):
    """Made by `Arcade.match`. `async for` gives what happens until the match is left."""

    def __init__(self, arcade: "Arcade", match: str, address: Found | None, watch: bool = False) -> None:
        self.id = match
        self.session = self.make_session(arcade.session)
        self._watch = watch
        self._answers: dict[int, asyncio.Future[None]] = {}
        super().__init__(arcade, self.session, address)

    def make_session(self, session: int) -> MatchSession:
        """The core of this connection; for subclasses that want to overhear it."""
        return MatchSession(session)

    @property
    def view(self) -> dict[str, Any]:
        """The whole client view: phase, turn, seats, clocks, draw, rematch, result, game."""
        return self.session.view or {}

    @property
    def game(self) -> Any:
        """What the game shows this seat; None while the match is open."""
        return self.view.get("game")

    @property
    def seat(self) -> int | None:
        """This player's seat; None for a spectator."""
        return self.session.seat

    @property
    def welcome(self) -> dict[str, Any]:
        """What stays: game, mode, version, pace, seats, rated."""
        return self.session.welcome or {}

    @property
    def waiting(self) -> bool:
        """Whether something said here is not yet acknowledged, so that the view may be behind it."""
        return bool(self.session.pending)

    def clocks(self) -> list[int] | None:
        """Milliseconds that each seat's clock shows now."""
        return self.session.clocks(asyncio.get_running_loop().time())

    # Each of these returns when it was applied; raises Refused, or Closed where the match is left.

    async def move(self, move: dict[str, Any]) -> None:
        await self._say(self.session.move(move))

    async def resign(self) -> None:
        await self._say(self.session.resign())

    async def draw(self, action: str = "offer") -> None:
        await self._say(self.session.draw(action))

    async def abort(self) -> None:
        await self._say(self.session.abort())

    async def rematch(self, wanted: bool = True) -> None:
        await self._say(self.session.rematch(wanted))

    def send(self, move: dict[str, Any]) -> int:
        """A move that nobody waits for; its refusal comes as `RefusedMove`. Returns its id."""
        id_ = self.session.move(move)
        self.pump()
        return id_

    async def _say(self, id_: int) -> None:
        if self.ended is not None:
            raise self.ended
        answer = self._answers[id_] = asyncio.get_running_loop().create_future()
        self.pump()
        try:
            await answer
        finally:
            self._answers.pop(id_, None)

    async def where(self) -> Found:
        if self.session.welcome is not None and not self.stale and self.path:
            return Found(self.id, -1, "", self.path)
        return await self.arcade.ticket("watch" if self._watch else "match", self.id)

    def took(self, happening: MatchHappening) -> None:
        match happening:
            case Welcomed():
                self.greeted()
            case Viewed():
                self.ready()
            case Accepted(id_, _):
                answer = self._answers.get(id_)
                if answer is not None and not answer.done():
                    answer.set_result(None)
            case RefusedMove(refused, _, code, text) if refused is not None:
                answer = self._answers.get(refused)
                if answer is not None and not answer.done():
                    answer.set_exception(Refused(code, text))

    def left(self, closed: Closed) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(closed)
