"""Invites, over all nodes: those to a player are one document, changed by compare-and-set: decided once.

The list of what a player has sent is a second document, for his own eyes: it follows the first, and whatever
a death has left in it is gone with its time.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from arcade.infra import keys
from lobby.documents import Documents
from lobby.invitings import Inviting, Person
from lobby.relations import Relations
from lobby.rules import invite as rules
from lobby.rules.invite import Inbox, Invite, Outcome
from lobby.store import Store
from matches.ids import new_id
from protocol.errors import ProtocolError

SECONDS = 3600.0
SENT = 20
"""Invites of one player that are not decided yet."""


class World(Protocol):
    """What the invites ask of the lobby around them."""

    @property
    def relations(self) -> Relations: ...
    def clock(self) -> float:
        """Unix seconds."""
        ...

    @property
    def name_of(self) -> Callable[[str], Awaitable[str | None]]:
        """What a player is called, None where there is none."""
        ...

    async def tell(self, player: str, event: str, **data: Any) -> None: ...


class Sent(msgspec.Struct, array_like=True, frozen=True):
    """An invite as its sender keeps it."""

    invite: Invite
    target: str
    name: str = ""


class Invites:
    """All that is asked raises ProtocolError where it is refused. `kinds`: what one can be invited to."""

    def __init__(self, world: World, store: Store, kinds: dict[str, Inviting]) -> None:
        self._world = world
        self._kinds = kinds
        self._inboxes = Documents(store, Inbox, SECONDS)
        self._sent = Documents(store, list[Sent], SECONDS)

    async def pending(self, player: str) -> tuple[Inbox, int]:
        """The invites to this player and the version. What ran out is ended by asking."""
        return await self._step(player, rules.Swept())

    async def sent(self, player: str) -> list[Sent]:
        """What this player has sent and that waits still."""
        now = self._world.clock()
        found, _ = await self._sent.get(keys.player_sent(player))
        return [one for one in found or [] if one.invite.until > now]

    async def send(self, sender: Person, kind: str, target: str, what: str = "") -> str:
        """Invite the target; returns the invite's id. The same again is the one that waits."""
        if target == sender.id:
            raise ProtocolError("forbidden")
        inviting = self._kind(kind)
        name = await self._world.name_of(target)
        if name is None or await self._world.relations.blocked(sender.id, target):
            raise ProtocolError("player-unknown")
        subject = await inviting.offer(sender, what, target)
        mine = await self.sent(sender.id)
        same = any((m.target, m.invite.kind, m.invite.what) == (target, kind, subject.what) for m in mine)
        if len(mine) >= SENT and not same:
            raise ProtocolError("too-many-invites")
        until = self._world.clock() + inviting.seconds
        invite = Invite(new_id(), kind, subject.what, *sender, subject.game, subject.mode, until)
        stands = await self._sending(target, invite)
        await self._note(sender.id, Sent(stands, target, name))
        inbox, _ = await self._inboxes.get(keys.player_invites(target))
        now = inbox.find(stands.id) if inbox else None
        if now is None or now.outcome is not Outcome.PENDING:  # answered before it was noted
            await self._note(sender.id, Sent(now or _over(stands), target, name))
        return stands.id

    async def accept(self, player: Person, id: str) -> Invite:
        """Accept, and carry it out; returns the invite. Raises why that was refused, each time the same."""
        (inbox, _), effects = await self._change(player.id, rules.Accepted(id))
        invite = inbox.find(id)
        if invite is None:
            raise ProtocolError("invite-over")
        for effect in effects:
            if isinstance(effect, rules.Carry):
                await self._carry(player, effect.invite)
        return invite

    async def decline(self, player: str, id: str) -> None:
        await self._step(player, rules.Declined(id))

    async def cancel(self, sender: str, target: str, id: str) -> None:
        """Take back what was sent to the target."""
        await self._step(target, rules.Cancelled(id, sender))

    async def parted(self, one: str, other: str) -> None:
        """One has blocked the other: what waits between them is taken back."""
        await self._step(one, rules.Parted(other))
        await self._step(other, rules.Parted(one))

    # --- one step -----------------------------------------------------------------------------------

    def _kind(self, kind: str) -> Inviting:
        if kind not in self._kinds:
            raise ProtocolError("malformed", "There are no invites of this kind.")
        return self._kinds[kind]

    async def _sending(self, target: str, invite: Invite) -> Invite:
        try:
            _, effects = await self._change(target, rules.Sent(invite))
        except ProtocolError as error:
            if error.code != "too-many-invites" or not await self._friends(invite.sender, target):
                raise
            _, effects = await self._change(target, rules.Sent(invite, friend=True))
        return next(effect.invite for effect in effects if isinstance(effect, rules.Stands))

    async def _friends(self, one: str, other: str) -> bool:
        return any(
            known.id == other and known.what == "friend" for known in await self._world.relations.of(one)
        )

    async def _carry(self, player: Person, invite: Invite) -> None:
        """Do what was accepted. Where Redis was lost, or too busy, who asks again tries again."""
        try:
            if await self._world.relations.blocked(invite.sender, player.id):
                raise ProtocolError("invite-over")
            sender = Person(invite.sender, invite.name)
            await self._kind(invite.kind).take(invite.what, sender, player)
        except ProtocolError as error:
            if error.code != "busy":
                await self._step(player.id, rules.Finished(invite.id, error.code))
            raise
        await self._step(player.id, rules.Finished(invite.id))

    async def _step(self, player: str, event: rules.Event) -> tuple[Inbox, int]:
        return (await self._change(player, event))[0]

    async def _change(self, player: str, event: rules.Event) -> tuple[tuple[Inbox, int], list[rules.Effect]]:
        """Apply an event, tell whom it concerns."""
        now = self._world.clock()

        def change(old: Inbox | None) -> tuple[Inbox | None, tuple[Inbox, bool, list[rules.Effect]]]:
            new, effects = rules.step(old or Inbox(), event, now)
            return (new if new != Inbox() else None), (new, new != (old or Inbox()), effects)

        try:
            done = await self._inboxes.change(keys.player_invites(player), change)
        except rules.Refused as refused:
            raise ProtocolError(refused.code, retry_after=refused.wait) from None
        (inbox, changed, effects), version = done
        if changed:
            await self._world.tell(player, "player.invites")
        for effect in effects:
            if isinstance(effect, rules.Decided):
                await self._decided(player, effect.invite)
        return (inbox, version), effects

    async def _decided(self, target: str, invite: Invite) -> None:
        await self._note(invite.sender, Sent(invite, target))
        if invite.outcome is not Outcome.CANCELLED:
            data = {"id": invite.id, "outcome": invite.outcome.value, "target": target}
            await self._world.tell(invite.sender, "invite.over", **data)

    async def _note(self, sender: str, sent: Sent) -> None:
        """Keep what waits, forget what does not."""
        now = self._world.clock()

        def change(old: list[Sent] | None) -> tuple[list[Sent] | None, None]:
            others = [one for one in old or [] if one.invite.id != sent.invite.id and one.invite.until > now]
            mine = [sent] if sent.invite.outcome is Outcome.PENDING else []
            return ([*others, *mine] or None), None

        await self._sent.change(keys.player_sent(sender), change)
        await self._world.tell(sender, "player.invites")


def _over(invite: Invite) -> Invite:
    return msgspec.structs.replace(invite, outcome=Outcome.EXPIRED)
