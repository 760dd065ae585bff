"""Who may have a match socket: judged at the handshake by a ticket, or at the hello by a resume token."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from arcade.security import handshake, origin, resume, tickets
from arcade.security.addresses import scope_ip
from arcade.security.sockets import SocketLease
from matches import entrance
from protocol.errors import ProtocolError

UNGREETED_MOST = 2000
UNGREETED_PER_ADDRESS = 400
"""Sockets without a ticket that have not yet shown a resume token, per process; a whole building may come
back at once.
"""

ungreeted: dict[str, int] = {}
"""Of these sockets, how many by address."""


class Admission:
    """One socket's right to be here, and its place among its player's sockets."""

    __slots__ = ("_address", "_lease", "_match", "_renewal", "_scope", "ticket")

    def __init__(self, match: str, scope: Mapping[str, Any]) -> None:
        self.ticket: tickets.Ticket | None = None
        self._match = match
        self._scope: Mapping[str, Any] | None = scope
        """Kept until it is known who it is."""
        self._address: str | None = None
        """Where it is counted among the ungreeted."""
        self._lease: SocketLease | None = None
        self._renewal: asyncio.Task[None] | None = None

    async def check(self, subprotocol: str | None, draining: bool) -> None:
        """Everything that is judged before the socket is accepted. Raises ProtocolError."""
        scope = self._scope or {}
        if not origin.allowed(scope):
            raise ProtocolError("origin", close=4010)
        if subprotocol is None:
            raise ProtocolError("subprotocol", close=4011)
        entrance.check_id(self._match)
        if draining:
            raise ProtocolError("draining", close=4002)
        secret = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("ticket", [""])[0]
        if not secret:
            self._count(scope_ip(scope))
            return
        await handshake.check_address(scope)
        ticket = await entrance.redeem(secret, self._match)
        self._lease = await handshake.check_player(scope, ticket.player)
        self.ticket, self._scope = ticket, None

    async def greet(self, token: str | None) -> tickets.Ticket:
        """The ticket, or what a resume token stands for. Raises ProtocolError."""
        if self.ticket is None:
            held = resume.read(token) if token else None
            if held is None or held[0] != self._match:
                raise ProtocolError("ticket-missing" if token is None else "ticket-unknown", close=4003)
            self._uncount()
            self._lease = await handshake.check_player(self._scope or {}, held[1])
            self.ticket, self._scope = tickets.Ticket(held[1], "", "match", self._match, held[2]), None
        return self.ticket

    def renew(self) -> None:
        """Keep the place; to be called every third of its lease."""
        if self._lease is not None:
            self._renewal = asyncio.get_running_loop().create_task(self._lease.renew())

    async def release(self) -> None:
        """The socket is gone."""
        self._uncount()
        if self._renewal is not None:
            await asyncio.gather(self._renewal, return_exceptions=True)
        if self._lease is not None:
            await self._lease.release()

    def _count(self, address: str) -> None:
        """Raises ProtocolError where there are too many already."""
        here = ungreeted.get(address, 0)
        if here >= UNGREETED_PER_ADDRESS or sum(ungreeted.values()) >= UNGREETED_MOST:
            raise ProtocolError("busy", close=4009, retry_after=1)
        ungreeted[address] = here + 1
        self._address = address

    def _uncount(self) -> None:
        if self._address is not None:
            ungreeted[self._address] -= 1
            if not ungreeted[self._address]:
                del ungreeted[self._address]
            self._address = None
