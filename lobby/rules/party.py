"""A party: people who queue together, told by events that come in any order.

Its life is the table `PHASES`: the phase after each kind of event, by the phase before; None stays. What has
no entry is refused with the code in `NOT_NOW`, or changes nothing where the event comes from the queue, a
match or the clock and is late. On top of it, any change of who is in, what is played or who is ready takes
the party out of the queue, and `reason` tells everybody why.

    open ──Queued──> queued ──Matched──> playing ──Ended──> open
             ^         └──Stopped, Dropped, a change, away──> open
    any ──the last one leaves──> gone

The members stand in the order in which they came, so whoever follows an owner who left is the longest member.
Times are Unix seconds.
"""

from typing import TypeVar

import msgspec

from lobby.rules.party_events import (
    Answered,
    Ask,
    Asked,
    Chosen,
    Denied,
    Dropped,
    Effect,
    Ended,
    Enter,
    Event,
    In,
    Joined,
    Kicked,
    Left,
    Matched,
    Member,
    Out,
    Party,
    Phase,
    Promoted,
    Queued,
    Readied,
    Reason,
    Refused,
    Stopped,
    Swept,
    Withdraw,
)
from lobby.rules.wishes import Wish

S = TypeVar("S", bound=msgspec.Struct)

GRACE = 10.0
"""Seconds a queued party waits for a member who is away, then it leaves the queue."""
STAY = 180.0
"""Seconds until a member who is away is out of the party."""
ASKS = 8
"""Requests to join that wait."""
ASK_SECONDS = 120.0
OUT = 16
"""How many of those whom the owner put out are remembered: they may not ask any more."""


_STAY: dict[type[Event], Phase | None] = dict.fromkeys(
    (Joined, Left, Kicked, Promoted, Asked, Answered, Readied, Chosen, Swept)
)
PHASES: dict[Phase, dict[type[Event], Phase | None]] = {
    Phase.OPEN: {**_STAY, Queued: Phase.QUEUED},
    Phase.QUEUED: {**_STAY, Queued: None, Stopped: None, Dropped: None, Matched: Phase.PLAYING},
    Phase.PLAYING: {**_STAY, Ended: Phase.OPEN},
    Phase.GONE: {},
}
"""The phase after an event; None: as before, but for what takes the party out of the queue."""

NOT_NOW: dict[type[Event], str] = {Queued: "in-match", Stopped: "not-queued"}
_GONE: dict[type[Event], str] = {Joined: "party-unknown", Asked: "party-unknown"}


def founded(id: str, player: str, name: str, now: float) -> Party:
    """A new party of its owner alone."""
    return Party(id, player, [Member(player, name)], since=now)


def step(party: Party, event: Event, now: float) -> tuple[Party, list[Effect]]:
    """The party after the event and what is to be done. Raises `Refused`; the party is then as before."""
    if type(event) not in PHASES[party.phase]:
        if party.phase is Phase.GONE and not isinstance(event, Dropped | Matched | Ended | Swept):
            raise Refused(_GONE.get(type(event), "no-party"))
        if type(event) in NOT_NOW:
            raise Refused(NOT_NOW[type(event)])
        return party, []
    after, effects = _changed(party, event, now)
    phase = PHASES[party.phase][type(event)]
    if phase is not None and after is not party:
        after = _with(after, phase=phase, since=now)
    if not after.members:
        after = _with(after, phase=Phase.GONE, since=now, ticket="")
        if party.ticket:
            effects.insert(0, Withdraw(party.ticket))
    return after, effects


def _changed(party: Party, event: Event, now: float) -> tuple[Party, list[Effect]]:
    match event:
        case Joined(player, name):
            return _joined(party, player, name, now)
        case Left(player):
            _member(party, player)
            return _without(party, {player: "left"}, now)
        case Kicked(by, player):
            return _kicked(party, by, player, now)
        case Promoted(by, player):
            return _promoted(party, by, player), []
        case Asked(player, name):
            return _asked(party, player, name, now), []
        case Answered():
            return _answered(party, event, now)
        case Readied():
            return _readied(party, event, now)
        case Chosen(by, game, mode, size):
            return _chosen(party, by, game, mode, size, now)
        case Queued():
            return _queued(party, event)
        case Stopped(player):
            return _unqueued(party, Reason("stopped", player, _member(party, player).name), now)
        case Dropped(ticket, code, player):
            if ticket != party.ticket:
                return party, []
            who = party.member(player)
            return _unqueued(party, Reason(code, player, who.name if who else ""), now)
        case Matched(ticket, match):
            return (_with(party, ticket="", match=match) if ticket == party.ticket else party), []
        case Ended(match):
            members = [_with(m, ready=False) for m in party.members]
            return (_with(party, match="", members=members) if match == party.match else party), []
        case Swept(away, strayed):
            return _swept(party, away, strayed, now)


def _joined(party: Party, player: str, name: str, now: float) -> tuple[Party, list[Effect]]:
    known = party.member(player)
    if known is not None:
        return _put(party, _with(known, name=name, away=None)), []
    if len(party.members) >= party.size:
        raise Refused("party-full")
    asks = [ask for ask in party.asks if ask.player != player]
    out = [other for other in party.out if other != player]
    after = _with(party, members=[*party.members, Member(player, name)], asks=asks, out=out)
    after, effects = _unqueued(after, Reason("joined", player, name), now)
    return after, [*effects, In(player)]


def _without(party: Party, codes: dict[str, str], now: float) -> tuple[Party, list[Effect]]:
    """Take these players out, each for a reason; an owner's place goes to the longest of those who stay."""
    gone = [m for m in party.members if m.player in codes]
    stay = [m for m in party.members if m.player not in codes]
    owner = party.owner if party.owner not in codes or not stay else stay[0].player
    after, effects = _with(party, members=stay, owner=owner), list[Effect]()
    if stay:
        first = gone[0]
        after, effects = _unqueued(after, Reason(codes[first.player], first.player, first.name), now)
    return after, [*effects, *[Out(m.player, codes[m.player]) for m in gone]]


def _kicked(party: Party, by: str, player: str, now: float) -> tuple[Party, list[Effect]]:
    """Said again, it is as it was. The owner leaves, nobody puts him out."""
    _owner(party, by)
    if party.member(player) is None:
        if player in party.out:
            return party, []
        raise Refused("not-member")
    if player == by:
        raise Refused("forbidden")
    after, effects = _without(party, {player: "kicked"}, now)
    return _with(after, out=[*after.out, player][-OUT:]), effects


def _promoted(party: Party, by: str, player: str) -> Party:
    """Said again by who was the owner, it is as it was."""
    _member(party, by)
    if party.owner == player:
        return party
    _owner(party, by)
    if party.member(player) is None:
        raise Refused("not-member")
    return _with(party, owner=player)


def _asked(party: Party, player: str, name: str, now: float) -> Party:
    if player in party.out:
        raise Refused("party-unknown")
    if party.member(player) is not None:
        return party
    if len(party.members) >= party.size:
        raise Refused("party-full")
    asks = [ask for ask in party.asks if ask.until > now]
    if any(ask.player == player for ask in asks):
        return party
    if len(asks) >= ASKS:
        raise Refused("too-many-invites")
    return _with(party, asks=[*asks, Ask(player, name, now + ASK_SECONDS)])


def _answered(party: Party, event: Answered, now: float) -> tuple[Party, list[Effect]]:
    """Said again, it is as it was: who was let in is a member, who was not has not asked any more."""
    _owner(party, event.by)
    if party.member(event.player) is not None:
        return party, []
    ask = next((a for a in party.asks if a.player == event.player and a.until > now), None)
    if ask is None:
        if event.let:
            raise Refused("invite-over")
        return party, []
    after = _with(party, asks=[a for a in party.asks if a.player != event.player])
    if not event.let:
        return after, [Denied(event.player)]
    if not event.free:
        raise Refused("invite-over")
    return _joined(after, ask.player, ask.name, now)


def _readied(party: Party, event: Readied, now: float) -> tuple[Party, list[Effect]]:
    member = _member(party, event.player)
    wish = event.wish if event.ready else member.wish
    after = _put(party, _with(member, ready=event.ready, away=None, wish=wish))
    if event.ready:
        return after, []
    return _unqueued(after, Reason("unready", member.player, member.name), now)


def _chosen(party: Party, by: str, game: str, mode: str, size: int, now: float) -> tuple[Party, list[Effect]]:
    """What somebody asked of another queue holds no longer, so he is to say anew that he is ready."""
    _owner(party, by)
    if (game, mode) == (party.game, party.mode):
        return party, []
    if len(party.members) > size:
        raise Refused("party-too-large")
    name = _member(party, by).name
    members = [_with(m, ready=False, wish=Wish()) if m.wish != Wish() else m for m in party.members]
    party = _with(party, game=game, mode=mode, size=size, members=members)
    return _unqueued(party, Reason("changed", by, name), now)


def _queued(party: Party, event: Queued) -> tuple[Party, list[Effect]]:
    """The owner is ready by saying so; of the others each must be, and be here."""
    owner = _owner(party, event.by)
    if party.phase is Phase.QUEUED:
        return party, []
    if not party.game:
        raise Refused("game-unknown")
    if any(m.away is not None or not (m.ready or m is owner) for m in party.members):
        raise Refused("not-ready")
    party = _put(party, _with(owner, wish=event.wish))
    return _with(party, ticket=event.ticket, reason=None), [Enter(event.ticket)]


def _unqueued(party: Party, reason: Reason, now: float) -> tuple[Party, list[Effect]]:
    """Out of the queue, if it is in it."""
    if party.phase is not Phase.QUEUED:
        return party, []
    after = _with(party, phase=Phase.OPEN, since=now, ticket="", reason=reason)
    return after, [Withdraw(party.ticket)]


def _swept(
    party: Party, away: frozenset[str], strayed: frozenset[str], now: float
) -> tuple[Party, list[Effect]]:
    members = [_seen(m, m.player in away, now) for m in party.members]
    asks = [ask for ask in party.asks if ask.until > now]
    after = (
        party if (members, asks) == (party.members, party.asks) else _with(party, members=members, asks=asks)
    )
    gone = {m.player: "away" for m in members if _late(m, STAY, now) and party.phase is not Phase.PLAYING}
    gone |= {m.player: "left" for m in members if m.player in strayed}
    if gone:
        return _without(after, gone, now)
    late = [m for m in members if _late(m, GRACE, now)]
    return _unqueued(after, Reason("away", late[0].player, late[0].name), now) if late else (after, [])


def _late(member: Member, seconds: float, now: float) -> bool:
    return member.away is not None and now - member.away >= seconds


def _seen(member: Member, away: bool, now: float) -> Member:
    return member if away == (member.away is not None) else _with(member, away=now if away else None)


def _member(party: Party, player: str) -> Member:
    member = party.member(player)
    if member is None:
        raise Refused("no-party")
    return member


def _owner(party: Party, player: str) -> Member:
    member = _member(party, player)
    if party.owner != player:
        raise Refused("not-owner")
    return member


def _put(party: Party, member: Member) -> Party:
    return _with(party, members=[member if m.player == member.player else m for m in party.members])


def _with(struct: S, **changes: object) -> S:
    return msgspec.structs.replace(struct, **changes)
