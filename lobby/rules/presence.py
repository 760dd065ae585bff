"""Who is online, as one node sees it: entries by (player, node) under a lease, and diffs for the sockets.

A player may have sockets on several nodes; each node's entry counts until it is taken back or its lease ends,
and the busiest status is shown. Times are Unix seconds.
"""

from collections.abc import Iterable

import msgspec

LEASE = 30.0
"""Seconds an entry lives unless it is renewed."""
SHOWN = 200
"""Players in the list that sockets are told; `online` counts all."""
STATUSES = ("online", "room", "queue", "match")
"""From the idlest to the busiest."""


class Entry(msgspec.Struct, array_like=True, frozen=True):
    """A player's sockets on one node."""

    player: str
    node: str
    name: str
    status: str
    until: float


class Diff(msgspec.Struct, frozen=True):
    """What sockets are told; `here` are `[id, name, status]`."""

    version: int
    online: int
    here: list[list[str]]
    gone: list[str]


class Roster:
    """All entries, and what the sockets were told last."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Entry]] = {}
        self._told: dict[str, list[str]] = {}
        self._online = 0
        self._changed = False
        self.version = 0

    def __contains__(self, player: object) -> bool:
        return player in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def elsewhere(self, player: str, node: str) -> bool:
        """True if the player has sockets on a node other than this."""
        return any(name != node for name in self._entries.get(player, ()))

    def here(self, entry: Entry) -> None:
        """An entry was made or renewed."""
        nodes = self._entries.setdefault(entry.player, {})
        old = nodes.get(entry.node)
        nodes[entry.node] = entry
        if old is None or (old.name, old.status) != (entry.name, entry.status):
            self._changed = True

    def gone(self, player: str, node: str) -> None:
        """An entry was taken back."""
        nodes = self._entries.get(player)
        if nodes is not None and nodes.pop(node, None) is not None:
            self._changed = True
            if not nodes:
                del self._entries[player]

    def sync(self, entries: Iterable[Entry], own: str, now: float) -> None:
        """Take over what is kept for all nodes, but for our `own` node, which knows itself best."""
        kept = {(e.player, e.node): e for e in entries if e.until > now and e.node != own}
        for player, nodes in list(self._entries.items()):
            for node in list(nodes):
                if node != own and (player, node) not in kept:
                    self.gone(player, node)
        for entry in kept.values():
            self.here(entry)

    def flush(self) -> Diff | None:
        """The diff since the last flush, None where nothing changed."""
        if not self._changed:
            return None
        self._changed = False
        shown = {player: self._shown(player) for player in self._told if player in self._entries}
        for player in self._entries:
            if len(shown) >= SHOWN:
                break
            if player not in shown:
                shown[player] = self._shown(player)
        here = [row for player, row in shown.items() if self._told.get(player) != row]
        gone = [player for player in self._told if player not in shown]
        if not here and not gone and self._online == len(self._entries):
            return None
        self._told, self._online = shown, len(self._entries)
        self.version += 1
        return Diff(self.version, self._online, here, gone)

    def full(self) -> Diff:
        """What `flush` has told so far, whole: the next diff follows on it."""
        return Diff(self.version, self._online, list(self._told.values()), [])

    def _shown(self, player: str) -> list[str]:
        busiest = max(self._entries[player].values(), key=lambda e: STATUSES.index(e.status))
        return [player, busiest.name, busiest.status]
