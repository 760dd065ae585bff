"""Who is what to whom, kept for good: friends, requests, blocks, and who met in matches.

One suite of tests (tests/contract/test_relations.py) holds for both implementations: the database's and the
one in memory. Each change is one transaction by `lobby.rules.relation`.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

import msgspec

from lobby.rules.relation import Event

LOADED = 5000
"""Players of one player's relations that are read at most, the latest changed first."""
MET = 20
"""Players in a list of those recently met."""
LOOKED_AT = 50
"""Latest matches in which those recently met are looked for."""


class Known(msgspec.Struct, frozen=True):
    """Another player as one sees him: `what` as in `rules.relation.seen`; `hidden`: he blocks who looks."""

    id: str
    name: str
    what: str
    hidden: bool = False


class Met(msgspec.Struct, frozen=True):
    """A player met in a match of `game` that ended `at` (Unix seconds); the latest of them."""

    id: str
    name: str
    game: str
    match: str
    at: float


def hidden_of(known: Iterable[Known]) -> frozenset[str]:
    """Who is not shown in any list: blocked, or blocking."""
    return frozenset(one.id for one in known if one.hidden or one.what == "blocked")


class Relations(Protocol):
    """All raise ProtocolError `busy` while the database is away."""

    async def change(self, player: str, other: str, event: Event) -> bool:
        """Do this to the other; True if anything is different by it.

        Raises ProtocolError with the codes of the rules, `player-unknown`, and `forbidden` of oneself.
        """
        ...

    async def of(self, player: str) -> list[Known]:
        """All who are anything to this player, and those who block him."""
        ...

    async def blocked(self, one: str, other: str) -> bool:
        """True if either blocks the other."""
        ...

    async def blocked_by(self, players: Collection[str]) -> frozenset[tuple[str, str]]:
        """The pairs among these players in which either blocks the other, each with the lower id first."""
        ...

    async def blocks_of(self, player: str) -> frozenset[str]:
        """Whom this player blocks (not who blocks him); at most `rules.relation.BLOCKS`."""
        ...

    async def met(self, player: str) -> list[Met]:
        """With whom this player sat in matches lately, the latest first; no computers."""
        ...
