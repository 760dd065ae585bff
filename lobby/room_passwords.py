"""Passwords of rooms: hashed as accounts' are, on threads of their own, and few attempts a minute."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import check_password, make_password

from arcade.infra import keys
from lobby.documents import Documents
from lobby.store import Store
from protocol.errors import ProtocolError

ATTEMPTS = 5
"""Of one player within `SECONDS`, over all rooms, those that he gives his own rooms too: each costs much."""
SECONDS = 60.0
WAITING = 16
"""Passwords hashed or waiting for it at once, on one node."""

_threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="room-password")


class Passwords:
    """`clock` gives Unix seconds."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._attempts = Documents(store, list[float], SECONDS)
        self._clock = clock
        self._waiting = 0

    async def hash(self, player: str, password: str) -> str:
        """Empty for no password. Raises ProtocolError `too-many`, `busy`."""
        if not password:
            return ""
        await self._count(player)
        return str(await self._run(make_password, password))

    async def check(self, player: str, password: str, hashed: str) -> bool:
        """Raises ProtocolError `too-many`, `busy`."""
        await self._count(player)
        return bool(await self._run(check_password, password, hashed))

    async def _count(self, player: str) -> None:
        now = self._clock()

        def change(old: list[float] | None) -> tuple[list[float], float]:
            lately = [at for at in old or [] if now - at < SECONDS]
            if len(lately) >= ATTEMPTS:
                return lately, lately[0] + SECONDS - now
            return [*lately, now], 0.0

        wait, _ = await self._attempts.change(keys.room_attempts(player), change)
        if wait:
            text = "Too many passwords were tried; wait retry_after seconds."
            raise ProtocolError("too-many", text, retry_after=round(wait, 1))

    async def _run(self, work: Callable[..., object], *args: str) -> object:
        if self._waiting >= WAITING:
            raise ProtocolError("busy", retry_after=1.0)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(_threads, work, *args)
        finally:
            self._waiting -= 1
