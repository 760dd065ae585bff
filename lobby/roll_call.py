"""Who of a queue's players is there, by the list of who is online: of those who were lost without a word."""

from collections.abc import Callable, Iterator

from lobby.rules.queue import Queue
from lobby.rules.queue_events import Away, Back

CALL = 0.25
"""Seconds between two calls; all players are looked at within four."""
LEAST = 50
SURE = 1.5
"""Seconds until it is believed that one is away, or back, who did not say so: the list may be late."""


class RollCall:
    """`online` says whether a player has a socket on any node."""

    def __init__(self, online: Callable[[str], bool]) -> None:
        self._online = online
        self._left: list[str] = []
        self._odd: dict[str, float] = {}
        """Players of whom the list says otherwise than their tickets, since then."""

    def call(self, queue: Queue, now: float) -> Iterator[Away | Back]:
        """Look at some of the players."""
        if not self._left:
            self._left = [player for ticket in queue.tickets.values() for player in ticket.players]
            self._odd = {player: at for player, at in self._odd.items() if queue.of(player) is not None}
        count = max(LEAST, len(queue.tickets) // 4)
        called, self._left = self._left[:count], self._left[count:]
        for player in called:
            ticket = queue.of(player)
            if ticket is None or self._online(player) != (player in ticket.away):
                self._odd.pop(player, None)
            elif now - self._odd.setdefault(player, now) >= SURE:
                del self._odd[player]
                yield Back(player) if player in ticket.away else Away(player)
