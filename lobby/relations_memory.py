"""Relations in memory: for tests, and the measure of the others."""

from collections import Counter
from collections.abc import Callable, Collection

from lobby.relations import Known, Met
from lobby.rules import relation as rules
from lobby.rules.relation import Event, Relation, Side
from protocol.errors import ProtocolError

Pair = tuple[str, str]


class MemoryRelations:
    """`names` are the players there are, None: whoever is named. `clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float], names: dict[str, str] | None = None) -> None:
        self._clock = clock
        self._names = names
        self._pairs: dict[Pair, Relation] = {}
        self.meetings: dict[str, list[Met]] = {}
        """What `met` tells of each player."""

    async def change(self, player: str, other: str, event: Event) -> bool:
        if player == other:
            raise ProtocolError("forbidden", "You cannot do this to yourself.")
        if self._names is not None and other not in self._names:
            raise ProtocolError("player-unknown")
        pair = _pair(player, other)
        before = self._pairs.get(pair, Relation())
        try:
            after = rules.step(before, event, Side(pair.index(player)), self._clock())
            rules.check(before, after, (self._counts(pair[0]), self._counts(pair[1])))
        except rules.Refused as refused:
            raise ProtocolError(refused.code, retry_after=refused.wait) from None
        self._pairs.pop(pair, None)
        self._pairs[pair] = after  # the latest changed last
        return after != before

    async def of(self, player: str) -> list[Known]:
        found = []
        for pair, relation in reversed(self._pairs.items()):
            if player in pair:
                side = Side(pair.index(player))
                what, hidden = rules.seen(relation, side), relation.blocks[side.other]
                if what or hidden:
                    other = pair[side.other]
                    found.append(Known(other, (self._names or {}).get(other, other.title()), what, hidden))
        return found

    async def blocked(self, one: str, other: str) -> bool:
        return any(self._pairs.get(_pair(one, other), Relation()).blocks)

    async def blocked_by(self, players: Collection[str]) -> frozenset[Pair]:
        wanted = set(players)
        return frozenset(p for p, relation in self._pairs.items() if any(relation.blocks) and {*p} <= wanted)

    async def blocks_of(self, player: str) -> frozenset[str]:
        return frozenset(known.id for known in await self.of(player) if known.what == "blocked")

    async def met(self, player: str) -> list[Met]:
        return list(self.meetings.get(player, []))

    def _counts(self, player: str) -> rules.Counts:
        count = Counter(
            rules.seen(relation, Side(pair.index(player)))
            for pair, relation in self._pairs.items()
            if player in pair
        )
        return rules.Counts(count["friend"], count["asked"], count["asks"], count["blocked"])


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
