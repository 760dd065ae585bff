"""Who is online, as one node sees it: entries by (player, node) under a lease, and diffs for the sockets.

A player may have sockets on several nodes; each node's entry counts until it is taken back or its lease ends,
and the busiest status is shown: whoever is away at one device and not at another is not away. Times are Unix
seconds.
"""

from collections.abc import Iterable, Set
from itertools import islice

import msgspec

LEASE = 30.0
"""Seconds an entry lives unless it is renewed."""
SHOWN = 200
"""Players in the list that sockets are told; `online` counts all."""
STATUSES = ("away", "online", "room", "queue", "match")
"""From the idlest to the busiest."""
OFFLINE = "offline"
"""The status of who has no socket at all."""
SILENT = 300.0
"""Seconds in which a player asks for nothing, after which his socket counts as away."""


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


def told(statuses: Iterable[str], away: bool) -> str:
    """The status of a socket: the busiest of what its player does. Who plays or waits is there."""
    busiest = max(["online", *statuses], key=STATUSES.index)
    return "away" if away and busiest not in ("queue", "match") else busiest


class Roster:
    """All entries, and what the sockets were told last."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Entry]] = {}
        self._names: dict[str, str] = {}
        """To look for: without capitals."""
        self._told: dict[str, list[str]] = {}
        self._online = 0
        self._moved: set[str] = set()
        self.version = 0

    def __contains__(self, player: object) -> bool:
        return player in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def elsewhere(self, player: str, node: str) -> bool:
        """True if the player has sockets on a node other than this."""
        return any(name != node for name in self._entries.get(player, ()))

    def nodes(self, player: str) -> Iterable[str]:
        """The nodes that have sockets of the player."""
        return self._entries.get(player, {}).keys()

    def status(self, player: str) -> str:
        """The busiest status over all nodes, or `OFFLINE`."""
        return self._shown(player)[2] if player in self._entries else OFFLINE

    def find(self, text: str, most: int, hidden: Set[str]) -> list[list[str]]:
        """Players, as in `Diff.here`, whose names have this in them, however it is capitalised; by name.

        Of a crowd of that name, any; of "", nobody.
        """
        wanted = text.casefold()
        found = (p for p, name in self._names.items() if wanted in name and p not in hidden)
        some = list(islice(found, SHOWN)) if wanted else []
        return [self._shown(player) for player in sorted(some, key=lambda p: (self._names[p], p))[:most]]

    def without(self, diff: Diff, hidden: Set[str]) -> Diff:
        """The same for who is not told of these players."""
        there = sum(player in self._entries for player in hidden)
        if not there and hidden.isdisjoint(diff.gone) and hidden.isdisjoint(row[0] for row in diff.here):
            return diff
        here = [row for row in diff.here if row[0] not in hidden]
        gone = [player for player in diff.gone if player not in hidden]
        return Diff(diff.version, max(0, diff.online - there), here, gone)

    def here(self, entry: Entry) -> bool:
        """An entry was made or renewed; True where it tells something new."""
        nodes = self._entries.setdefault(entry.player, {})
        old = nodes.get(entry.node)
        nodes[entry.node] = entry
        news = old is None or (old.name, old.status) != (entry.name, entry.status)
        if news:
            self._moved.add(entry.player)
            self._names[entry.player] = entry.name.casefold()
        return news

    def gone(self, player: str, node: str) -> None:
        """An entry was taken back."""
        nodes = self._entries.get(player)
        if nodes is not None and nodes.pop(node, None) is not None:
            self._moved.add(player)
            if not nodes:
                del self._entries[player], self._names[player]

    def sync(self, entries: Iterable[Entry], own: str, now: float) -> None:
        """Take over what is kept for all nodes, but for our `own` node, which knows itself best."""
        kept = {(e.player, e.node): e for e in entries if e.until > now and e.node != own}
        for player, nodes in list(self._entries.items()):
            for node in list(nodes):
                if node != own and (player, node) not in kept:
                    self.gone(player, node)
        for entry in kept.values():
            self.here(entry)

    def moved(self) -> set[str]:
        """Whose entries have changed since the last flush."""
        return self._moved

    def flush(self) -> Diff | None:
        """The diff since the last flush, None where nothing changed."""
        if not self._moved:
            return None
        self._moved = set()
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
