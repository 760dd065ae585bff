"""Bot clients: guests that queue, play with the game's own computer player, and go on through everything."""

import asyncio
import contextlib
import random
from collections.abc import Mapping

from arcade_client import Arcade, Closed, Found, HttpError, LobbyConnection, RequestError
from arcade_client.kinds import MAX_SAFE

from arcade.chaos import history as h
from arcade.chaos.mind import PACES, Mind
from arcade.chaos.recorder import RecordedMatch
from arcade.chaos.scene import Scene

RECORD_SECONDS = 10.0
FOUND_SECONDS = 6.0
READY_SECONDS = 30.0
PAUSE = 0.5
RESIGN_AGAIN = 3.0
REMATCHES = 3
LOOKS = 20


class Player:
    """One guest. `run` returns when the scene closes and its match is over."""

    def __init__(self, scene: Scene, kind: str, number: int) -> None:
        self.scene, self.kind, self.name = scene, kind, f"{kind} {number}"
        self.dice = random.Random(f"{scene.seed}/{self.name}")  # noqa: S311
        self.mind = Mind(kind, self.name, self.dice)
        urls = list(scene.urls)
        self.dice.shuffle(urls)
        self.arcade = Arcade(urls[0], others=urls[1:])
        self.id = ""
        self._done: set[str] = set()

    async def run(self) -> None:
        while not self.id:
            try:
                self.id = (await self.arcade.guest(self.name))["id"]
            except HttpError as error:
                self.scene.note(f"{self.name}: not signed in: {error}")
                await asyncio.sleep(PAUSE)
        while not self.scene.closing:
            try:
                async with await self.arcade.lobby() as lobby:
                    while not self.scene.closing:
                        found = await self._find(lobby)
                        if found is None:
                            break
                        await self._evening(found)
            except (Closed, HttpError, RequestError) as error:
                self.scene.note(f"{self.name}: the lobby: {error!r}")
            await asyncio.sleep(self.dice.uniform(0, PAUSE))
        await self._last_look()

    async def _last_look(self) -> None:
        """Out of the queue; a match that was made meanwhile is played, so that nobody waits in vain."""
        for _ in range(LOOKS):
            try:
                making = False
                async with await self.arcade.lobby() as lobby:
                    try:
                        await lobby.dequeue()
                    except RequestError as error:
                        making = error.code == "in-match"  # perhaps by a node that died over it
                    await asyncio.sleep(PAUSE)
                async with await self.arcade.lobby() as lobby:
                    there = lobby.session.match
                if there is not None and there["match"] not in self._done:
                    await self._evening(Found(there["match"], -1, "", ""))
                elif not making:
                    return
            except (Closed, HttpError, RequestError) as error:
                self.scene.note(f"{self.name}: the last look: {error!r}")

    async def _find(self, lobby: LobbyConnection) -> Found | None:
        """The next match; None where the lobby had better be entered anew."""
        there = lobby.session.match
        if there is not None and there["match"] not in self._done:
            return Found(there["match"], -1, "", "")
        try:
            await lobby.enqueue(self.mind.pace.game, self.mind.pace.mode)
        except RequestError as error:
            await asyncio.sleep(min(PAUSE, error.retry_after or PAUSE))
            return None
        while not self.scene.closing:
            try:
                found = await lobby.match_found(FOUND_SECONDS)
            except TimeoutError:
                return None  # the news may have been lost: a new lobby socket tells of the match there is
            if found.match not in self._done:
                return found
        return None

    async def _evening(self, found: Found) -> None:
        """A match and its rematches."""
        following: Found | None = found
        for _ in range(1 + REMATCHES):
            if following is None:
                return
            self._done.add(following.match)
            self.scene.matches.setdefault(following.match, self.kind)
            following = await self._attend(following)

    async def _attend(self, found: Found) -> Found | None:
        """Sit in a match until it is over and written down; a client that is thrown out comes back."""
        address: Found | None = found if found.ticket else None
        for _ in range(200):
            self.arcade.session = self.dice.randint(1, MAX_SAFE)
            spread = self.dice.randrange(len(self.arcade.http.bases)) if self.scene.spread else 0
            turn = self.arcade.http.turn + spread
            match = RecordedMatch(self.arcade, found.match, address, self.scene.clock, turn)
            address = None
            self.scene.live.setdefault(found.match, set()).add(match)
            try:
                over, following = await self._sit(match)
            except Closed as closed:
                self.scene.note(f"{self.name}: left {found.match}: {closed}")
                over, following = False, None
            finally:
                await match.close()
                self._keep(match)
            if over:
                return following
            if await self._written(found.match):
                self.scene.recorded.add(found.match)
                return None
            await asyncio.sleep(0.05 if match.ended and match.ended.code == 1000 else PAUSE)
        return None

    def _keep(self, match: RecordedMatch) -> None:
        there = self.scene.live[match.id]
        there.discard(match)
        if not there:
            del self.scene.live[match.id]
        history = match.history(self.id)
        if history is not None:
            self.scene.acked += sum(isinstance(e, h.Acked | h.Refused) for e in history.entries)
            h.save(history, self.scene.folder)

    async def _written(self, match: str) -> bool:
        """Whether the history has this match."""
        try:
            await self.arcade.http.get(f"/api/matches/{match}/")
        except HttpError:
            return False
        return True

    async def _sit(self, match: RecordedMatch) -> tuple[bool, Found | None]:
        """Play. (True, the rematch if there is one) after the end, (False, None) to come back as anew."""
        if not await match.until_shown(READY_SECONDS):
            self.scene.note(f"{self.name}: no way into {match.id}")
            return False, None
        loop = asyncio.get_running_loop()
        reload = loop.time() + self.dice.uniform(1, 15) if self.dice.random() < 0.1 else None
        tired = loop.time() + self.dice.uniform(15, 60) if self.mind.tires() else None
        due, resign_due = 0.0, 0.0
        match.urge = lambda: self.mind.move(match) if self.mind.may_move(match) else None
        while match.view["phase"] not in ("finished", "aborted"):
            if match.ended is not None:
                raise match.ended
            now = loop.time()
            if reload is not None and now > reload:
                return False, None
            wants_out = self.scene.resigning or (tired is not None and now > tired)
            if wants_out and match.view["phase"] == "running" and now >= resign_due and not match.resigning:
                resign_due = now + RESIGN_AGAIN
                match.session.resign()
                match.pump()
            elif now >= due and self.mind.may_move(match):
                due = now + self.mind.think()
                self.mind.move(match)
            elif due < now:
                due = now + self.mind.think()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.02, min(0.25, due - now))):
                    await match.changed.wait()
            match.changed.clear()
        match.urge = lambda: None
        return True, await self._after(match)

    async def _after(self, match: RecordedMatch) -> Found | None:
        """Wait for the news that it is written; sometimes play another."""
        again = self.dice.random() < 0.5
        until = asyncio.get_running_loop().time() + RECORD_SECONDS
        asked = False
        while match.ended is None and asyncio.get_running_loop().time() < until:
            if match.rematched is not None:
                return match.rematched
            if match.recorded:
                self.scene.recorded.add(match.id)
                if not again or self.scene.closing:
                    return None
                if not asked:
                    asked = True
                    until = asyncio.get_running_loop().time() + 2
                    match.session.rematch()
                    match.pump()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.25):
                    await match.changed.wait()
            match.changed.clear()
        return None


def cast(scene: Scene, matches: int, kinds: Mapping[str, int]) -> list[Player]:
    """Players for about so many matches (or so many of each of `kinds`) at once; some more, as some queue."""
    wanted = dict(kinds)
    if not wanted:
        wanted = {"slow": max(1, matches // 6), "duel": max(1, matches // 3), "ffa": max(1, matches // 12)}
        wanted["fast"] = max(1, matches - sum(wanted.values()))
    people = []
    for kind, count in wanted.items():
        seats = PACES[kind].seats
        extra = seats * max(1, count // 4) if kind in ("fast", "slow") else 0
        people += [Player(scene, kind, n + 1) for n in range(count * seats + extra)]
    return people
