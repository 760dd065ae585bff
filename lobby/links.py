"""Links that invite whoever has them: a signed code in a URL, with an end, and revocable.

One link per player and party or room: its document holds the nonce that the code must have. It is dead as
soon as its player is no longer where it leads to.
"""

import secrets
from collections.abc import Callable

import msgspec

from arcade.infra import keys
from arcade.security import links as codes
from lobby.documents import Documents
from lobby.invitings import Linked, Person, Sight
from lobby.relations import Relations
from lobby.store import Store
from protocol.errors import ProtocolError

SECONDS = 24 * 3600.0
"""A link's life."""


class Link(msgspec.Struct, array_like=True, frozen=True):
    nonce: str
    name: str
    until: float


class Links:
    """`kinds`: what links may lead to. All raise ProtocolError; `clock` gives Unix seconds."""

    def __init__(
        self, store: Store, kinds: dict[str, Linked], relations: Relations, clock: Callable[[], float]
    ) -> None:
        self._kinds = kinds
        self._relations = relations
        self._clock = clock
        self._links = Documents(store, Link, SECONDS)

    async def make(self, player: Person, kind: str) -> tuple[str, float]:
        """The code and the end of this player's link to where he is; again, it is the same."""
        subject = await self._kind(kind).offer(player, "", None)
        now = self._clock()

        def change(old: Link | None) -> tuple[Link, Link]:
            link = old if old and old.until > now else Link(secrets.token_hex(6), player.name, now + SECONDS)
            return link, link

        link, _ = await self._links.change(keys.link(kind, subject.what, player.id), change)
        return codes.make(kind, subject.what, player.id, link.nonce), link.until

    async def revoke(self, player: Person, code: str) -> None:
        """End one's own link; again, it is as it was."""
        kind, what, maker, nonce = self._read(code)
        if maker != player.id:
            raise ProtocolError("forbidden")
        await self._links.change(
            keys.link(kind, what, maker), lambda old: (None if old and old.nonce == nonce else old, None)
        )

    async def look(self, player: Person, code: str) -> tuple[str, Person, Sight]:
        """Where the link leads, and whose it is; nobody goes anywhere."""
        kind, what, maker = await self._standing(player, code)
        return kind, maker, await self._kind(kind).look(what, maker)

    async def take(self, player: Person, code: str) -> tuple[str, str]:
        """Go where the link leads; returns kind and party or room. Again, it is as it was."""
        kind, what, maker = await self._standing(player, code)
        if maker.id != player.id:
            await self._kind(kind).take(what, maker, player)
        return kind, what

    async def _standing(self, player: Person, code: str) -> tuple[str, str, Person]:
        """Kind, party or room, and maker of a link that this player may take. Raises `invite-over`."""
        kind, what, maker, nonce = self._read(code)
        link, _ = await self._links.get(keys.link(kind, what, maker))
        if link is None or link.nonce != nonce or link.until <= self._clock():
            raise ProtocolError("invite-over")
        if maker != player.id and await self._relations.blocked(maker, player.id):
            raise ProtocolError("invite-over")
        if maker != player.id and await self._kind(kind).shut(what, player.id):
            raise ProtocolError("invite-over")
        return kind, what, Person(maker, link.name)

    def _read(self, code: str) -> tuple[str, str, str, str]:
        found = codes.read(code)
        if found is None:
            raise ProtocolError("invite-over")
        return found

    def _kind(self, kind: str) -> Linked:
        if kind not in self._kinds:
            raise ProtocolError("malformed", "There are no links to this.")
        return self._kinds[kind]
