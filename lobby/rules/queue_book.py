"""What a queue holds, indexed; and the parts it is kept as, so that a change writes only what it changed.

A part is a field with bytes: `t:<ticket>`, `p:<claim>` a proposal, `m:<claim>` a match being made,
`n:<player>` a penalty, `d:<ticket>` what is yet to be told of a ticket that was let go, `w` the waits of the
last matched, `s` the sum of all (`Summary`).
"""

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Mapping

import msgspec

from lobby.rules.matching import Matcher, QueueRules
from lobby.rules.queue_events import Dropped, Making, Penalty, Proposal, Ticket, Unfit


class Summary(msgspec.Struct, array_like=True, frozen=True):
    """Players and tickets that wait; `estimate`: seconds within which nine of ten of the last matched had
    their match, None where too few were."""

    players: int = 0
    tickets: int = 0
    estimate: float | None = None


class Change(msgspec.Struct, frozen=True):
    """Parts to write and to delete. `since`: of the tickets written, when their waiting began."""

    put: dict[str, bytes]
    gone: list[str]
    since: dict[str, float]

    def __bool__(self) -> bool:
        return bool(self.put or self.gone)


_encode = msgspec.msgpack.Encoder().encode
_tickets = msgspec.msgpack.Decoder(Ticket)
_proposals = msgspec.msgpack.Decoder(Proposal)
_makings = msgspec.msgpack.Decoder(Making)
_penalties = msgspec.msgpack.Decoder(Penalty)
_owed = msgspec.msgpack.Decoder(Dropped)
_waits = msgspec.msgpack.Decoder(list[float])
_summary = msgspec.msgpack.Decoder(Summary)


def ticket_of(part: bytes) -> Ticket:
    return _tickets.decode(part)


def proposal_of(part: bytes) -> Proposal:
    return _proposals.decode(part)


def waits_of(part: bytes) -> list[float]:
    return _waits.decode(part)


def summary_of(part: bytes) -> Summary:
    return _summary.decode(part)


class Book:
    """A ticket that may be matched is in the matcher, and only then. `soon` holds when which of the parts is
    to be looked at; one that has changed since is found in order."""

    def __init__(self, rules: QueueRules, turn: int = 0) -> None:
        self.rules = rules
        self.tickets: dict[str, Ticket] = {}
        self.proposals: dict[str, Proposal] = {}
        self.makings: dict[str, Making] = {}
        self.penalties: dict[str, Penalty] = {}
        self.owed: dict[str, Dropped] = {}
        self.waits: list[float] = []
        self.players = 0
        self.matcher = Matcher(rules, turn)
        self._of: dict[str, str] = {}
        self._claimed: defaultdict[str, set[str]] = defaultdict(set)
        self._soon: list[tuple[float, int, str]] = []
        self._count = itertools.count()
        self._dirty: set[str] = set()
        self._summary = Summary()

    def load(self, parts: Mapping[str, bytes], now: float) -> None:
        """Take in what was kept."""
        for part, raw in parts.items():
            id = part[2:]
            match part[:2]:
                case "t:":
                    self.put(_tickets.decode(raw), now, crowd=True)
                case "p:":
                    self.propose(_proposals.decode(raw))
                case "m:":
                    self.makings[id] = _makings.decode(raw)
                case "n:":
                    self.penalties[id] = _penalties.decode(raw)
                case "d:":
                    self.owed[id] = _owed.decode(raw)
                case "w":
                    self.waits = _waits.decode(raw)
                case "s":
                    self._summary = _summary.decode(raw)
        self._dirty.clear()

    # --- tickets --------------------------------------------------------------------------------------

    def of(self, player: str) -> Ticket | None:
        """The player's ticket."""
        id = self._of.get(player)
        return self.tickets[id] if id is not None else None

    def claimed(self, claim: str) -> list[Ticket]:
        """The tickets of a claim, who waits longest first."""
        found = [self.tickets[id] for id in self._claimed.get(claim, ())]
        return sorted(found, key=lambda t: (t.since, t.id))

    def put(self, new: Ticket, now: float, crowd: bool = False) -> None:
        """Take a ticket in, or have it as it is now. Raises `Unfit`, and then nothing has changed."""
        old = self.tickets.get(new.id)
        free = new.free(now) and new.size <= self.rules.largest
        if new.id in self.matcher and not (free and old is not None and old.blocks == new.blocks):
            self.matcher.remove(new.id)
        if free and new.id not in self.matcher:
            try:
                self.matcher.add(new.wish(), now, crowd)
            except ValueError as error:
                raise Unfit(str(error)) from None
        if old is not None:
            self._unlink(old)
        self.tickets[new.id] = new
        self.players += new.size
        for player in new.players:
            self._of[player] = new.id
        if new.claim:
            self._claimed[new.claim].add(new.id)
        self._dirty.add(f"t:{new.id}")

    def drop(self, ticket: Ticket) -> None:
        self._unlink(self.tickets.pop(ticket.id))
        self.matcher.remove(ticket.id)
        self._dirty.add(f"t:{ticket.id}")

    def _unlink(self, ticket: Ticket) -> None:
        self.players -= ticket.size
        for player in ticket.players:
            if self._of.get(player) == ticket.id:
                del self._of[player]
        if ticket.claim:
            self._claimed[ticket.claim].discard(ticket.id)
            if not self._claimed[ticket.claim]:
                del self._claimed[ticket.claim]

    # --- the rest -------------------------------------------------------------------------------------

    def propose(self, proposal: Proposal) -> None:
        self.proposals[proposal.claim] = proposal
        self._dirty.add(f"p:{proposal.claim}")
        self.plan(proposal.until, f"p:{proposal.claim}")

    def unpropose(self, claim: str) -> Proposal:
        self._dirty.add(f"p:{claim}")
        return self.proposals.pop(claim)

    def making(self, making: Making) -> None:
        self.makings[making.claim] = making
        self._dirty.add(f"m:{making.claim}")

    def made(self, claim: str) -> None:
        """It is made, or not any more."""
        if self.makings.pop(claim, None) is not None:
            self._dirty.add(f"m:{claim}")

    def punish(self, player: str, penalty: Penalty | None, until: float = math.inf) -> None:
        """None forgives; `until`: when it is forgotten."""
        if penalty is None:
            self.penalties.pop(player, None)
        else:
            self.penalties[player] = penalty
            self.plan(until, f"n:{player}")
        self._dirty.add(f"n:{player}")

    def owe(self, dropped: Dropped) -> None:
        """It is to be told, by whoever leads the queue, until it was."""
        self.owed[dropped.ticket.id] = dropped
        self._dirty.add(f"d:{dropped.ticket.id}")

    def told(self, ticket: str) -> None:
        if self.owed.pop(ticket, None) is not None:
            self._dirty.add(f"d:{ticket}")

    def waited(self, waits: list[float]) -> None:
        self.waits = waits
        self._dirty.add("w")

    # --- times ----------------------------------------------------------------------------------------

    def plan(self, at: float, part: str) -> None:
        """Look at the part then."""
        if at < math.inf:
            heapq.heappush(self._soon, (at, next(self._count), part))

    def due(self) -> float:
        """When something is to be looked at or may fit; infinite for never."""
        return min(self._soon[0][0] if self._soon else math.inf, self.matcher.due())

    def planned(self, now: float) -> list[str]:
        """The parts to be looked at by now, each once."""
        found: dict[str, None] = {}
        while self._soon and self._soon[0][0] <= now:
            found[heapq.heappop(self._soon)[2]] = None
        return list(found)

    # --- what has changed -----------------------------------------------------------------------------

    def changes(self, estimate: float | None) -> Change:
        """What changed since the last call."""
        summary = Summary(self.players, len(self.tickets), estimate)
        if summary != self._summary:
            self._summary = summary
            self._dirty.add("s")
        put, gone, since = {}, [], {}
        for part in self._dirty:
            held = self._held(part)
            if held is None:
                gone.append(part)
                continue
            put[part] = _encode(held)
            if isinstance(held, Ticket):
                since[part] = held.since
        self._dirty.clear()
        return Change(put, gone, since)

    def _held(self, part: str) -> object | None:
        id = part[2:]
        match part[:2]:
            case "t:":
                return self.tickets.get(id)
            case "p:":
                return self.proposals.get(id)
            case "m:":
                return self.makings.get(id)
            case "n:":
                return self.penalties.get(id)
            case "d:":
                return self.owed.get(id)
            case "w":
                return self.waits
        return self._summary
