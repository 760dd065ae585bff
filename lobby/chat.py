"""Chat: what is said, read, muted and reported, by whom it may be.

Lines are kept by `lobby/lines.py`, what a player has read and whom he has muted in one document of his, so a
node's death loses neither. Whoever says a line again, by its session and number, says it once.

What is muted is kept there and not in the database: it concerns nobody but the player, is read with the rest
that chat must know of him, and a guest's cookie lives no longer than it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from arcade.infra import keys
from arcade.infra.log import get_logger
from arcade.infra.metrics import metrics
from lobby.documents import Documents
from lobby.gate import Gate
from lobby.hub import Hub, pack, read, told
from lobby.lines import Due, Lines
from lobby.rules import chat as rules
from lobby.rules import talks as talk_rules
from lobby.rules.chat import Channel, Line
from lobby.rules.talks import Talk, Talks
from lobby.store import Store
from protocol.errors import ProtocolError

SECONDS = 180 * 24 * 3600.0
"""A player's document outlives his last change as long as a guest's cookie does."""
PAGE = 50
"""Lines of history told at once."""
MISSED = 100
"""Lines told at most to who comes back."""
AROUND = 20
"""Lines before and after a reported one that staff sees."""

log = get_logger(__name__)
Filter = Callable[[str, str, str], str | None]
"""(kind of channel, player, text) -> the text as it may be said, or None. Called on the event loop."""


class Report(Protocol):
    """Keeps a report for staff; the same one again changes nothing. Raises ProtocolError `busy`."""

    def __call__(
        self, reporter: str, channel: str, line: Line, around: list[Line], reason: str, text: str
    ) -> Awaitable[None]: ...


class World(Protocol):
    def clock(self) -> float:
        """Unix seconds."""
        ...

    async def tell(self, player: str, event: str, **data: Any) -> None: ...


class Chat:
    """Channels are named as on the wire. All raise ProtocolError: `no-channel`, and what is said there."""

    def __init__(
        self,
        world: World,
        store: Store,
        lines: Lines,
        gate: Gate,
        hub: Hub,
        report: Report,
        judge: Filter | None,
    ) -> None:
        self._world = world
        self._lines = lines
        self._gate = gate
        self._report = report
        self._judge = judge
        self._documents = Documents(store, Talks, SECONDS)
        self.hub = hub

    async def say(self, player: str, name: str, named: str, once: tuple[int, int], text: str) -> int:
        """Write a line; returns its number. `once`: session and number, by which it is said once.

        Raises `bad-line`, `filtered`, `too-many`.
        """
        channel, other = await self._allowed(player, named)
        try:
            plain = rules.clean(text)
        except rules.Refused as refused:
            raise ProtocolError(refused.code, refused.text) from None
        line = Line(0, int(self._world.clock() * 1000), player, name, self._judged(channel, player, plain))
        kind = channel.rules
        rates = [
            Due(who, rate.seconds, rate.burst)
            for who, rate in ((f"p.{player}", kind.each), ("all", kind.all))
        ]
        receipt = f"{player}:{once[0]}:{once[1]}"
        raw = pack(line.at, player, name, line.text)
        written = await self._lines.write(channel.name, raw, receipt, kind.lines, kind.seconds, rates)
        if not written.seq:
            raise ProtocolError("too-many", retry_after=round(written.wait, 3))
        if not written.again:
            metrics.chat_lines.labels(channel.kind).inc()
        if channel.kind == "direct":
            await self._direct(channel, line, other, written.seq, written.before, again=written.again)
        elif not written.again:
            self.hub.told(channel)
        return written.seq

    async def history(self, player: str, named: str, before: int = 0) -> tuple[list[Line], bool]:
        """The latest lines before this one, that the player hears, and whether there are earlier ones."""
        channel, _ = await self._allowed(player, named)
        return await self._page(player, channel, before)

    async def since(self, player: str, channel: Channel, after: int) -> tuple[list[Line], int, bool]:
        """What was said after line `after` (0: lately), as `history`, and the number up to which it is.

        The channel was checked.
        """
        most = MISSED if after else PAGE
        kept = await self._lines.after(channel.name, after, most + 1)
        upto = kept[-1][0] if kept else after
        return await self._heard(player, channel, kept[-most:]), upto, len(kept) > most or bool(after)

    async def check(self, player: str, named: str) -> Channel:
        """The channel, which is open to this player."""
        return (await self._allowed(player, named))[0]

    async def hidden(self, player: str) -> frozenset[str]:
        """Whom this player does not hear. Raises `busy`."""
        talks = await self._talks(player)
        return (await self._gate.blocked(player)).union(talks.muted)

    async def read_upto(self, player: str, channel: Channel) -> int:
        return (await self._talks(player)).unread_after(channel.name)

    async def mark(self, player: str, named: str, seq: int) -> None:
        """The player has read up to this line."""
        channel, _ = await self._allowed(player, named)
        (last,) = await self._lines.last([channel.name])
        seq = min(seq, last)
        if await self._step(player, talk_rules.Marked(channel.name, seq)):
            await self._world.tell(player, "chat.marked", channel=named, seq=seq)

    async def mute(self, player: str, other: str, muted: bool) -> None:
        """Hear this player no more, or again. Raises `forbidden`, `player-unknown`, `too-many-muted`."""
        if other == player:
            raise ProtocolError("forbidden", "You cannot do this to yourself.")
        if muted and not await self._gate.known(other):
            raise ProtocolError("player-unknown")
        if await self._step(player, talk_rules.Muted(other, muted)):
            await self._world.tell(player, "chat.muted", other=other, muted=muted)

    async def talks(self, player: str) -> dict[str, Any]:
        """His direct channels with what is new in them, and whom he has muted; plain values for the wire."""
        kept = await self._talks(player)
        hidden = (await self._gate.blocked(player)).union(kept.muted)
        found = [self._talk(player, talk, kept) for talk in kept.talks if talk.player not in hidden]
        return {"talks": await asyncio.gather(*found), "muted": kept.muted}

    async def report(self, player: str, named: str, seq: int, reason: str, text: str) -> None:
        """Show a line to staff, with those around it. Raises `line-gone`; `forbidden` for one's own.

        A direct one also where the two have nothing more to do with each other: who blocks may report.
        """
        channel = self._named(player, named)
        if channel.kind != "direct" or not await self._gate.known(channel.id):
            await self._gate.check(player, channel)
        before = await self._lines.before(channel.name, seq + 1, AROUND + 1)
        after = (await self._lines.after(channel.name, seq, channel.rules.lines))[:AROUND]
        around = rules.fresh(read([*before, *after]), channel.rules, self._world.clock())
        line = next((line for line in around if line.seq == seq), None)
        if line is None:
            raise ProtocolError("line-gone")
        if line.player == player:
            raise ProtocolError("forbidden", "This line is your own.")
        await self._report(player, channel.name, line, around, reason, text)

    # ----------------------------------------------------------------------------------------------------

    def _named(self, player: str, named: str) -> Channel:
        try:
            return rules.channel(player, named)
        except rules.Refused as refused:
            raise ProtocolError(refused.code, refused.text) from None

    async def _allowed(self, player: str, named: str) -> tuple[Channel, str]:
        channel = self._named(player, named)
        return channel, await self._gate.check(player, channel)

    def _judged(self, channel: Channel, player: str, text: str) -> str:
        """By the operator's filter; one that fails lets nothing through."""
        if self._judge is None:
            return text
        try:
            allowed = self._judge(channel.kind, player, text)
            if allowed is not None:
                return rules.clean(allowed)
        except Exception:
            log.exception("word filter failed", kind=channel.kind, player=player)
            raise ProtocolError("internal") from None
        raise ProtocolError("filtered")

    async def _direct(
        self, channel: Channel, line: Line, other: str, seq: int, before: int, again: bool
    ) -> None:
        """Tell both; said again, what a dead node may have left undone is done."""
        mine = talk_rules.Wrote(Talk(channel.name, channel.id, other, line.at))
        theirs = talk_rules.Wrote(Talk(channel.name, line.player, line.name, line.at))
        await self._step(line.player, mine)
        if line.player not in (await self._talks(channel.id)).muted:
            await self._step(channel.id, theirs)
        if not again:
            event = {"before": before, "line": [seq, *told(line)[1:]]}
            await self._world.tell(line.player, "chat.direct", peer=channel.id, **event)
            await self._world.tell(channel.id, "chat.direct", peer=line.player, **event)

    async def _page(self, player: str, channel: Channel, before: int) -> tuple[list[Line], bool]:
        end = before or rules.NEVER
        kept = await self._lines.before(channel.name, end, PAGE + 1)
        return await self._heard(player, channel, kept[-PAGE:]), len(kept) > PAGE

    async def _heard(self, player: str, channel: Channel, kept: list[tuple[int, bytes]]) -> list[Line]:
        lines = rules.fresh(read(kept), channel.rules, self._world.clock())
        hidden = await self.hidden(player) if lines else frozenset[str]()
        return [line for line in lines if line.player not in hidden]

    async def _talk(self, player: str, talk: Talk, kept: Talks) -> dict[str, Any]:
        mark = kept.unread_after(talk.channel)
        kind = rules.KINDS["direct"]
        lines = read(await self._lines.after(talk.channel, mark, kind.lines))
        theirs = [line for line in lines if line.player != player]
        at = max([talk.at, *(line.at for line in lines[-1:])])
        last = lines[-1].seq if lines else mark
        named = f"direct/{talk.player}"
        told = {"channel": named, "player": talk.player, "name": talk.name, "at": at}
        return {**told, "last": last, "read": mark, "unread": len(theirs)}

    async def _talks(self, player: str) -> Talks:
        return (await self._documents.get(keys.player_talks(player)))[0] or Talks()

    async def _step(self, player: str, event: talk_rules.Event) -> bool:
        """True where it changed anything."""

        def change(old: Talks | None) -> tuple[Talks | None, bool]:
            new = talk_rules.step(old or Talks(), event)
            return (old, False) if new == (old or Talks()) else (new, True)

        try:
            return (await self._documents.change(keys.player_talks(player), change))[0]
        except rules.Refused as refused:
            raise ProtocolError(refused.code, refused.text) from None
