"""The judge: sees each record enter a log, and each frame that is shown, and knows what may not be."""

from typing import Any

from matches.engine import registry
from matches.engine.match import Match
from matches.engine.record import Fenced, Header, Snapshotted, Stepped, decode_record
from tests.support.twin.keys import Id, show_id
from tests.support.twin.store import Store

Said = frozenset[tuple[int, int]]
"""(seat, value) of moves that were applied."""


def said(match: Match) -> Said:
    game = match.state.game
    return (
        frozenset((seat, value) for seat, values in enumerate(game.said) for value in values)
        if game
        else Said()
    )


class Chain:
    """One log, replayed as it grows."""

    def __init__(self, key: bytes, violations: list[str]) -> None:
        self.key = key
        self._violations = violations
        self.links: list[tuple[Id, Match]] = []
        """Each record's id, and the match after it."""
        self.owners: dict[int, str] = {}
        """Who wrote in which epoch, in all the past."""
        self.truths: dict[tuple[int, int], tuple[list[int], Any]] = {}
        """Acks and view that may be shown under (epoch, seq)."""
        self.gone: set[tuple[int, int]] = set()
        """Moves that the store lost, with nobody there who knew them."""
        self._lost: Said | None = None
        self._lost_a_fence = False

    @property
    def match(self) -> Match:
        return self.links[-1][1]

    def blame(self, text: str) -> None:
        self._violations.append(f"{self.key.decode()}: {text}")

    def added(self, entry: Id, data: bytes, actor: str) -> None:
        epoch, n = entry
        record = decode_record(data)
        before = show_id(self.links[-1][0]).decode() if self.links else ""
        if record.prev != before:
            self.blame(f"{actor} wrote {show_id(entry)!r} after {record.prev}, the top was {before}")
        if n == 0 and epoch <= max(self.owners, default=0):
            self.blame(f"{actor} was given the epoch {epoch} a second time")
        owner = self.owners.setdefault(epoch, actor)
        if owner != actor:
            self.blame(f"{actor} wrote {show_id(entry)!r} in the epoch of {owner}")
        match = self._after(record, entry)
        self._judge_loss(record, match)
        self.links.append((entry, match))
        truth = (list(match.acks), match.view(None))
        if self.truths.setdefault((epoch, match.seq), truth) != truth:
            self.blame(f"{show_id(entry)!r} is another step {match.seq} of epoch {epoch} than one before")

    def _after(self, record: Header | Stepped | Snapshotted | Fenced, entry: Id) -> Match:
        if isinstance(record, Header):
            return Match.create(registry.get(record.setup.game), record.setup)
        match = Match.restore(self.match.game, self.match.snapshot())
        if isinstance(record, Stepped):
            if record.seq != match.seq + 1:
                self.blame(f"{show_id(entry)!r} is step {record.seq}, after {match.seq}")
            match.step(record.time, record.inputs, record.committed)
        elif isinstance(record, Snapshotted):
            match = Match.restore(self.match.game, record.snapshot)
            if not record.forced and match.hash() != self.match.hash():
                self.blame(f"the snapshot {show_id(entry)!r} is of another state than the log")
            if (list(match.acks), match.view(None)) not in self.truths.values():
                self.blame(f"the snapshot {show_id(entry)!r} is of a state that never was")
        return match

    def _judge_loss(self, record: Header | Stepped | Snapshotted | Fenced, match: Match) -> None:
        if self._lost is None:
            return
        missing, self._lost = self._lost - said(match), None
        if isinstance(record, Fenced) or self._lost_a_fence:
            self.gone |= missing
        self._lost_a_fence = False

    def cut(self, ids: list[Id]) -> None:
        """The store has lost what came after the last of these."""
        kept = [link for link in self.links if link[0] <= ids[-1]]
        if len(kept) == len(self.links):
            return
        known = self._lost or Said()
        self._lost = (known | said(self.match)) - said(kept[-1][1])
        self._lost_a_fence = self._lost_a_fence or any(n == 0 for (_, n), _ in self.links[len(kept) :])
        self.links = kept


class Truth:
    """All logs of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.violations: list[str] = []
        self.chains: dict[bytes, Chain] = {}
        store.added.append(self._added)

    def _added(self, key: bytes, entry: Id, data: bytes) -> None:
        chain = self.chains.setdefault(key, Chain(key, self.violations))
        chain.added(entry, data, self._store.actor)

    def lost(self) -> None:
        """The store lost what it wrote last."""
        for key, chain in self.chains.items():
            chain.cut([entry for entry, _ in self._store.stream(key)])

    def shown(self, key: bytes, message: dict[str, Any], view: Any, node: str) -> None:
        """A frame or keyframe left the gateway of `node`; `view`: None where it cannot be told."""
        epoch, seq, acks = message["epoch"], message["seq"], message["acks"]
        chain = self.chains[key]
        truth = chain.truths.get((epoch, seq))
        if truth is None:
            chain.blame(f"{node} showed step {seq} of epoch {epoch}, which is in no log")
        elif truth[0] != acks:
            chain.blame(f"{node} showed {acks} as acknowledged at {epoch}/{seq}, the log has {truth[0]}")
        elif view is not None and truth[1] != view:
            chain.blame(f"{node} showed another view at {epoch}/{seq} than the log has")
