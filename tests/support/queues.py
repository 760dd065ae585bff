"""A queue as a plain value: each step is taken by a queue that was just loaded from its parts."""

import msgspec

from lobby.rules import queue as rules
from lobby.rules.matching import QueueRules
from lobby.rules.queue_events import Effect, Event, Making, Penalty, Proposal, Ticket


class Queue(msgspec.Struct, frozen=True):
    """All that a queue holds; tickets by waiting."""

    tickets: list[Ticket] = []
    proposals: list[Proposal] = []
    penalties: dict[str, Penalty] = {}
    waits: list[float] = []
    makings: list[Making] = []

    def proposal(self, claim: str) -> Proposal | None:
        return next((p for p in self.proposals if p.claim == claim), None)


def step(queue: Queue, event: Event, declared: QueueRules, now: float) -> tuple[Queue, list[Effect]]:
    live = loaded(queue, declared, now)
    effects = live.step(event, now)
    return held(live), effects


def loaded(queue: Queue, declared: QueueRules, now: float) -> rules.Queue:
    """By way of the parts, as another node has it."""
    live = rules.Queue(declared)
    live.load(parts_of(queue), now)
    return live


def held(live: rules.Queue) -> Queue:
    tickets = sorted(live.tickets.values(), key=lambda t: (t.since, t.id))
    proposals = sorted(live.proposals.values(), key=lambda p: p.claim)
    makings = sorted(live.makings.values(), key=lambda m: m.claim)
    return Queue(tickets, proposals, dict(live.penalties), list(live.waits), makings)


def parts_of(queue: Queue) -> dict[str, bytes]:
    encode = msgspec.msgpack.encode
    return {
        **{f"t:{t.id}": encode(t) for t in queue.tickets},
        **{f"p:{p.claim}": encode(p) for p in queue.proposals},
        **{f"m:{m.claim}": encode(m) for m in queue.makings},
        **{f"n:{player}": encode(penalty) for player, penalty in queue.penalties.items()},
        "w": encode(queue.waits),
    }
