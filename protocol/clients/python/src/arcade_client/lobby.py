"""The lobby: who is online, queues, rooms, and the way to a match."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from arcade_client.areas import Requests
from arcade_client.happenings import Failed, Found, LobbyHappening, LobbyWelcomed, Replied
from arcade_client.lobby_core import LobbySession
from arcade_client.measure import measure
from arcade_client.socket import Closed, Socket

if TYPE_CHECKING:
    from arcade_client.client import Arcade

MAX_FOUND = 16
PATIENCE = 30.0
"""Seconds after which a request counts as lost: the server answers or the socket ends long before."""


class RequestError(Exception):
    """A request was not served. `code`: see the error table; `retry_after`: seconds, where waiting helps."""

    def __init__(self, code: str, text: str, retry_after: float | None = None) -> None:
        self.code = code
        self.text = text
        self.retry_after = retry_after
        super().__init__(f"{code}: {text}")


class LobbyConnection(Requests, Socket[LobbyHappening]):
    """Made by `Arcade.lobby`. `session` has player, games, players, queue, room, and what `areas` hold."""

    gives_way = 0.9

    def __init__(self, arcade: "Arcade") -> None:
        self.session = LobbySession()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._found: asyncio.Queue[Found | None] = asyncio.Queue(MAX_FOUND)
        super().__init__(arcade, self.session, None)

    async def match_found(self, timeout: float | None = None) -> Found:
        """The next match found; raises TimeoutError, or Closed."""
        async with asyncio.timeout(timeout):
            found = await self._found.get()
        if found is None:
            self._offer(None)
            raise self.ended or Closed(None, "closed")
        return found

    async def measure(self, names: Iterable[str] | None = None) -> dict[str, float]:
        """The `latencies` of a wish: ms to these regions (a mode's `queue["regions"]`; None: all)."""
        regions = self.session.regions
        wanted = {name: regions[name] for name in (regions if names is None else names) if name in regions}
        return await measure(wanted, self.arcade.http.base)

    async def _ask(self, kind: str, **fields: Any) -> Any:
        if self.ended is not None:
            raise self.ended
        if self.state != "connected":
            raise RequestError("disconnected", "The lobby is not connected.", 1)
        ref = self.session.request(kind, **fields)
        answer = self._answers[ref] = asyncio.get_running_loop().create_future()
        self.pump()
        try:
            async with asyncio.timeout(PATIENCE):
                return await answer
        except TimeoutError:
            raise RequestError("timeout", f"The server did not answer {kind} in {PATIENCE:g} s.", 1) from None
        finally:
            self._answers.pop(ref, None)

    async def where(self) -> Found:
        return await self.arcade.ticket("lobby")

    def took(self, happening: LobbyHappening) -> None:
        match happening:
            case LobbyWelcomed():
                self.greeted()
                self.ready()
            case Replied(ref, data):
                answer = self._answers.get(ref)
                if answer is not None and not answer.done():
                    answer.set_result(data)
            case Failed(ref, code, text, retry_after) if ref is not None:
                answer = self._answers.get(ref)
                if answer is not None and not answer.done():
                    answer.set_exception(RequestError(code, text, retry_after))
            case Found():
                self._offer(happening)

    def lost(self) -> None:
        self._fail(RequestError("disconnected", "The connection was lost.", 1))

    def left(self, closed: Closed) -> None:
        self._fail(closed)
        self._offer(None)

    def _offer(self, found: Found | None) -> None:
        if self._found.full():
            self._found.get_nowait()
        self._found.put_nowait(found)

    def _fail(self, error: Exception) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(error)
