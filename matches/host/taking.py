"""Asking for a leaver's seat, from any node: said again until the match's owner, whoever that is, answers."""

import asyncio
from collections.abc import Callable

from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from matches import directory
from matches.engine.setup import Seat
from matches.host import link

log = get_logger(__name__)

DEADLINE_MS = 5_000
"""After it no owner gives the seat any more."""
ASK_SECONDS = 0.5
GIVE_UP_SECONDS = 8.0
"""Three seconds more than the deadline: by then a dead owner's match has another, who knows."""


class Taking:
    """Of one node. `to_host(node, note)` sends to a host; `redis_ms` gives Redis time."""

    def __init__(
        self, node: str, to_host: Callable[[str, link.ToHost], None], redis_ms: Callable[[], int]
    ) -> None:
        self._node = node
        self._to_host = to_host
        self._redis_ms = redis_ms
        self._asking: dict[str, asyncio.Future[int | None]] = {}

    async def take(self, match: str, seat: int, claim: str, who: Seat) -> bool:
        """Whether the seat is his now. False also where nobody answered: then it is awaiting him at most."""
        loop = asyncio.get_running_loop()
        note = link.Take(
            match, self._node, claim, seat, who.player or "", who.name, who.rating,
            self._redis_ms() + DEADLINE_MS,
        )  # fmt: skip
        answer = self._asking[claim] = loop.create_future()
        until = loop.time() + GIVE_UP_SECONDS
        try:
            while loop.time() < until:
                if not await self._ask(note):
                    return False
                await asyncio.wait([answer], timeout=ASK_SECONDS)
                if answer.done():
                    return answer.result() is not None
        finally:
            self._asking.pop(claim, None)
        log.warning("seat.unanswered", match=match, seat=seat)
        return False

    async def _ask(self, note: link.Take) -> bool:
        """False where the match is over."""
        try:
            live = await directory.get(note.match)
        except (RedisError, OSError) as error:
            log.warning("seat.cannot_ask", match=note.match, error=repr(error))
            return True
        if live is None or live.phase not in ("open", "running"):
            return False
        if live.node:
            self._to_host(live.node, note)
        return True

    def took(self, note: link.Took) -> None:
        """An owner's answer; the first counts, as all say the same."""
        answer = self._asking.get(note.claim)
        if answer is not None and not answer.done():
            answer.set_result(note.seat)
