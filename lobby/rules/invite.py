"""The invites to one player: what waits for his answer, and what has been decided.

    –        ──Sent──> pending         refused while cooling down, and where too many wait
    pending  ──Accepted──> accepted    whoever is first; it is carried out, and `Finished` says how it went
    pending  ──Declined, Cancelled, its time──> declined, cancelled, expired
    accepted ──Accepted──> accepted    carried out again where nobody said `Finished` for `CARRY` seconds

What is decided is kept for `KEPT` seconds, at most `DECIDED` of it: the same answer again has the same reply,
another has `invite-over`. After one that came to nothing its sender may not invite this player for `COOL`
seconds; one that nobody answered came to nothing when its time was over, whenever that is noticed.
Times are Unix seconds.
"""

import enum

import msgspec

PENDING = 20
"""Invites that wait for one player."""
OF_ONE = 4
"""How many of them may be of one sender."""
COOL = 30.0
COOLS = 100
"""Senders who are remembered to wait."""
KEPT = 600.0
DECIDED = 50
CARRY = 5.0
LOST = 60.0
"""Seconds within which what was accepted, and that a death left undone, is still wanted."""


class Outcome(enum.StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Invite(msgspec.Struct, array_like=True, frozen=True):
    """`kind` is `party`, `room` or `rematch`, `what` the id or code of it. `until`: its end; once decided,
    when it was. `code`: how the carrying out went, None not yet, "" well.
    """

    id: str
    kind: str
    what: str
    sender: str
    name: str
    game: str
    mode: str
    until: float
    outcome: Outcome = Outcome.PENDING
    code: str | None = None


class Cool(msgspec.Struct, array_like=True, frozen=True):
    sender: str
    until: float


class Inbox(msgspec.Struct, array_like=True, frozen=True):
    """The document of the player who is invited."""

    invites: list[Invite] = []
    cools: list[Cool] = []

    @property
    def pending(self) -> list[Invite]:
        return [one for one in self.invites if one.outcome is Outcome.PENDING]

    @property
    def undone(self) -> list[Invite]:
        """Accepted, and being carried out; or a death has kept it from that."""
        return [one for one in self.invites if one.outcome is Outcome.ACCEPTED and one.code is None]

    def find(self, id: str) -> Invite | None:
        return next((one for one in self.invites if one.id == id), None)


class Sent(msgspec.Struct, frozen=True):
    """The same invite of the same sender, while it waits, is the one that waits.

    `friend`: of one for whom there is room where too many of others wait: theirs that waited longest goes.
    """

    invite: Invite
    friend: bool = False


class Accepted(msgspec.Struct, frozen=True):
    id: str


class Declined(msgspec.Struct, frozen=True):
    id: str


class Cancelled(msgspec.Struct, frozen=True):
    """`by`, who sent it, takes it back."""

    id: str
    by: str


class Finished(msgspec.Struct, frozen=True):
    """It was carried out, or could not be, because of `code`."""

    id: str
    code: str = ""


class Parted(msgspec.Struct, frozen=True):
    """The player and `other` have nothing more to do with each other: what waits of him is taken back."""

    other: str


class Swept(msgspec.Struct, frozen=True):
    """Time has passed."""


Event = Sent | Accepted | Declined | Cancelled | Finished | Parted | Swept


class Stands(msgspec.Struct, frozen=True):
    """Effect: this is the invite that waits."""

    invite: Invite


class Carry(msgspec.Struct, frozen=True):
    """Effect: carry this invite out, and say `Finished`."""

    invite: Invite


class Decided(msgspec.Struct, frozen=True):
    """Effect: tell who sent it."""

    invite: Invite


Effect = Stands | Carry | Decided


class Refused(Exception):
    """The event is not allowed; `code` is one of the protocol's, `wait` the seconds after which it may be."""

    def __init__(self, code: str, wait: float | None = None) -> None:
        self.code = code
        self.wait = wait
        super().__init__(code)


def step(inbox: Inbox, event: Event, now: float) -> tuple[Inbox, list[Effect]]:
    """The invites after the event and what is to be done. Raises `Refused`; all is then as before."""
    inbox, effects = _passed(inbox, now)
    match event:
        case Sent(invite, friend):
            inbox, done = _sent(inbox, invite, friend, now)
        case Accepted(id):
            inbox, done = _accepted(inbox, _known(inbox, id), now)
        case Declined(id):
            inbox, done = _ended(inbox, _known(inbox, id), Outcome.DECLINED, now)
        case Cancelled(id, by):
            found = _known(inbox, id)
            if found.sender != by:
                raise Refused("invite-over")
            inbox, done = _ended(inbox, found, Outcome.CANCELLED, now)
        case Finished(id, code):
            one = inbox.find(id)
            open = one is not None and one.outcome is Outcome.ACCEPTED and one.code is None
            inbox, done = (_put(inbox, _with(one, code=code)) if one and open else inbox), []
        case Parted(other):
            inbox, done = _parted(inbox, other, now)
        case Swept():
            done = []
    return inbox, effects + done


def _passed(inbox: Inbox, now: float) -> tuple[Inbox, list[Effect]]:
    """End what is too old, forget what was decided long ago."""
    effects: list[Effect] = []
    for one in inbox.pending:
        if one.until <= now:
            inbox, done = _ended(inbox, one, Outcome.EXPIRED, one.until)
            effects += done
    decided = sorted((one.until for one in inbox.invites if one.outcome is not Outcome.PENDING), reverse=True)
    oldest = max([now - KEPT, *decided[DECIDED : DECIDED + 1]])
    kept = [one for one in inbox.invites if one.outcome is Outcome.PENDING or one.until > oldest]
    cools = [cool for cool in inbox.cools if cool.until > now]
    same = len(kept) == len(inbox.invites) and len(cools) == len(inbox.cools)
    return (inbox if same else Inbox(kept, cools)), effects


def _sent(inbox: Inbox, invite: Invite, friend: bool, now: float) -> tuple[Inbox, list[Effect]]:
    for one in inbox.pending:
        if (one.kind, one.what, one.sender) == (invite.kind, invite.what, invite.sender):
            return inbox, [Stands(one)]
    cool = next((cool for cool in inbox.cools if cool.sender == invite.sender), None)
    if cool is not None:
        raise Refused("too-many", cool.until - now)
    mine = [one for one in inbox.pending if one.sender == invite.sender]
    full = len(inbox.pending) >= PENDING
    if len(mine) >= OF_ONE or (full and not friend):
        raise Refused("too-many-invites")
    effects: list[Effect] = [Stands(invite)]
    if full:
        longest = next(one for one in inbox.pending if one.sender != invite.sender)
        inbox, done = _ended(inbox, longest, Outcome.EXPIRED, now)
        effects += done
    return Inbox([*inbox.invites, invite], inbox.cools), effects


def _accepted(inbox: Inbox, one: Invite, now: float) -> tuple[Inbox, list[Effect]]:
    if one.outcome is Outcome.PENDING:
        taken = _with(one, outcome=Outcome.ACCEPTED, until=now)
        return _put(inbox, taken), [Carry(taken), Decided(taken)]
    if one.outcome is not Outcome.ACCEPTED:
        raise Refused("invite-over")
    if one.code is not None:
        if one.code:
            raise Refused(one.code)
        return inbox, []
    if now - one.until < CARRY:
        raise Refused("busy", CARRY - (now - one.until))
    again = _with(one, until=now)
    return _put(inbox, again), [Carry(again)]


def _ended(inbox: Inbox, one: Invite, outcome: Outcome, now: float) -> tuple[Inbox, list[Effect]]:
    if one.outcome is outcome:
        return inbox, []
    if one.outcome is not Outcome.PENDING:
        raise Refused("invite-over")
    over = _with(one, outcome=outcome, until=now)
    others = [cool for cool in inbox.cools if cool.sender != one.sender]
    after = _put(inbox, over)
    return Inbox(after.invites, [*others, Cool(one.sender, now + COOL)][-COOLS:]), [Decided(over)]


def _parted(inbox: Inbox, other: str, now: float) -> tuple[Inbox, list[Effect]]:
    effects: list[Effect] = []
    for one in inbox.pending:
        if one.sender == other:
            inbox, done = _ended(inbox, one, Outcome.CANCELLED, now)
            effects += done
    return inbox, effects


def _known(inbox: Inbox, id: str) -> Invite:
    found = inbox.find(id)
    if found is None:
        raise Refused("invite-over")
    return found


def _put(inbox: Inbox, invite: Invite) -> Inbox:
    return Inbox([invite if one.id == invite.id else one for one in inbox.invites], inbox.cools)


def _with(invite: Invite, **changes: object) -> Invite:
    return msgspec.structs.replace(invite, **changes)
