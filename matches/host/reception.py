"""What gateways bring to a host: sockets that come and go, and numbered messages, each taken once."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from arcade.infra.metrics import metrics
from arcade.security import resume
from matches import catalog
from matches.engine import inputs as inp
from matches.engine.errors import GameFault, StepTimeout
from matches.host import link
from matches.host.fanout import Watcher
from matches.host.hosted import MAX_INBOX, Hosted, Stage
from matches.host.link import Numbered
from matches.host.place import Place
from protocol import messages as wire
from protocol.errors import ERRORS

if TYPE_CHECKING:
    from matches.host.host import Host

WATCHER_LEASE = 15.0
"""Seconds after which sockets of another node count as gone when it renews them no more."""

REPEAT_SECONDS = 0.5
"""Between two answers to repeats of one socket; each is a whole keyframe."""

AHEAD_MS = 60_000
"""How far an epoch that a client has seen may be ahead of Redis' clock, which may have been set back."""
OUTBID_SECONDS = 10.0

decode: Callable[[bytes], Numbered] = msgspec.msgpack.Decoder(Numbered).decode


class Reception:
    """Turns notes into inputs of `Host`'s matches."""

    def __init__(self, host: "Host") -> None:
        self._host = host

    def receive(self, note: link.ToHost) -> None:
        """A note of a gateway, this node's or another's."""
        hosted = self._host.matches.get(note.match)
        if hosted is None:
            if isinstance(note, link.Attach):
                self._host.send(note.node, link.Cut(note.match, note.conn, 4000))
            elif isinstance(note, link.Renew):  # neither our farewell nor the new owner's word came through
                for conn in note.conns:
                    self._host.send(note.node, link.Cut(note.match, conn, 4000))
            return
        match note:
            case link.Attach():
                self._attach(hosted, note)
            case link.Detach():
                self.detach(hosted, note.node, note.conn)
            case link.Submit():
                self.submit(note.match, note.node, note.conn, decode(note.data), note.seq)
            case link.Again():
                hosted.asks[note.node, note.conn] = note.seq
                if not hosted.busy:
                    self.answer_asks(hosted)
            case link.Renew():
                self._renew(hosted, note)
            case link.Take():
                self._host.refilling.asked(hosted, note)

    def _attach(self, hosted: Hosted, note: link.Attach) -> None:
        seat = note.seat
        if seat is not None and (seat >= len(hosted.setup.seats) or hosted.match.holder(seat) != note.player):
            self._host.send(note.node, link.Cut(note.match, note.conn, _turned_away(hosted, note)))
            return
        for n, (waiting, waits) in enumerate(hosted.arrivals):
            if (waiting.node, waiting.conn, waiting.session) == (note.node, note.conn, note.session):
                hosted.arrivals[n] = (note, waits)  # it asks again, as nothing is confirmed: its place stays
                return
        if len(hosted.arrivals) >= MAX_INBOX:
            self._host.send(note.node, link.Cut(note.match, note.conn, 4009))
            return
        if seat is not None and _is_older(hosted, note):
            self._host.send(note.node, link.Cut(note.match, note.conn, 4005, hosted.epoch))
            return
        hosted.arrivals.append((note, seat is not None))
        if seat is not None:
            self._host.put(hosted, inp.Join(seat, note.session, self._host.at(hosted)))
        elif not hosted.busy:
            self.admit(hosted)

    def detach(self, hosted: Hosted, node: str, conn: int) -> None:
        """A socket is gone; its seat drops unless a newer socket has it."""
        watcher = hosted.fanout.watchers.get((node, conn))
        waiting = [note for note, _ in hosted.arrivals if (note.node, note.conn) == (node, conn)]
        hosted.arrivals = [pair for pair in hosted.arrivals if (pair[0].node, pair[0].conn) != (node, conn)]
        hosted.asks.pop((node, conn), None)
        if watcher is None and not waiting:
            return
        seat = watcher.seat if watcher is not None else waiting[0].seat
        hosted.fanout.remove(node, conn)
        holder = hosted.fanout.seats.get(seat) if seat is not None else None
        awaited = seat is not None and hosted.match.awaits(seat)
        if (
            waiting and holder is not None and not awaited
        ):  # the newer device never came in: the older one's session counts
            self._host.put(hosted, inp.Join(holder.seat or 0, holder.session, self._host.at(hosted)))
        if (
            seat is not None
            and seat not in hosted.fanout.seats
            and not any(note.seat == seat for note, _ in hosted.arrivals)
        ):
            self._host.put(hosted, inp.Drop(seat, self._host.at(hosted)))
        if hosted.stage is Stage.ENDED and not hosted.fanout.watchers:
            self._host.close_soon(hosted)

    def _renew(self, hosted: Hosted, note: link.Renew) -> None:
        """Sockets we do not know are sent to attach anew: our word to them was lost."""
        here = set(note.conns)
        for watcher in hosted.fanout.watchers.values():
            if watcher.node == note.node and watcher.conn in here:
                watcher.renewed = self._host.now()
                here.discard(watcher.conn)
        here -= {arrival.conn for arrival, _ in hosted.arrivals if arrival.node == note.node}
        for conn in here:
            self._host.send(note.node, link.Cut(hosted.id, conn, 4000))

    def sweep(self) -> None:
        """Drop the sockets of nodes that renew them no more. Called each few seconds."""
        late = self._host.now() - WATCHER_LEASE
        for hosted in list(self._host.matches.values()):
            for watcher in list(hosted.fanout.watchers.values()):
                if watcher.node != self._host.node and watcher.renewed < late:
                    self.detach(hosted, watcher.node, watcher.conn)

    def drop_absent(self, hosted: Hosted) -> None:
        """Some time after a takeover: whose socket has not come back counts as dropped."""
        if hosted.stage is not Stage.LIVE:
            return
        for seat, held in enumerate(hosted.match.state.seats):
            is_person = hosted.setup.seats[seat].bot is None
            coming = any(note.seat == seat for note, _ in hosted.arrivals)
            if is_person and held.status == "here" and seat not in hosted.fanout.seats and not coming:
                self._host.put(hosted, inp.Drop(seat, self._host.at(hosted)))

    # --- numbered messages --------------------------------------------------------------------------

    def submit(self, match: str, node: str, conn: int, message: Numbered, held: int | None) -> Place | None:
        """What a socket's seat says; nothing where match or socket are not here any more.

        Returns its place, which takes moves that are next without asking here.
        """
        hosted = self._host.matches.get(match)
        watcher = hosted.fanout.watchers.get((node, conn)) if hosted is not None else None
        if hosted is None or watcher is None:
            return None
        self._submit(hosted, watcher, message, held)
        return watcher.place

    def _submit(self, hosted: Hosted, watcher: Watcher, message: Numbered, held: int | None) -> None:
        """Taken if it is the session's next, answered if it is a repeat."""
        seat, place, number = watcher.seat, watcher.place, message.number
        if seat is None or place is None:
            self._error(hosted, watcher, number, "no-seat")
            return
        if hosted.fanout.seats.get(seat) is not watcher:
            return
        if number != place.next:
            place.look()
        if number < place.next:
            self._repeat(hosted, watcher, seat, number, held)
        elif number > place.next:
            self._error(hosted, watcher, number, "out-of-order")
        elif len(hosted.inbox) >= MAX_INBOX:
            self._error(hosted, watcher, number, "too-many", 0.2)
        else:
            place.next = number + 1
            metrics.moves.n += 1
            self._host.put(hosted, _input(message, seat, watcher.session, self._host.at(hosted)))

    def _repeat(self, hosted: Hosted, watcher: Watcher, seat: int, number: int, held: int | None) -> None:
        """A number used up already gets its first outcome again: its refusal, or just a keyframe's ack."""
        if hosted.busy or number > hosted.match.number(seat, watcher.session):
            return
        if self._host.now() - watcher.repeated < REPEAT_SECONDS:
            return
        watcher.repeated = self._host.now()
        self._guarded(hosted, lambda: hosted.fanout.again(watcher, hosted.match, held, repeat=True))

    def _error(
        self, hosted: Hosted, watcher: Watcher, number: int, code: str, retry_after: float | None = None
    ) -> None:
        metrics.errors.labels(code).inc()
        hosted.fanout.tell(watcher, wire.Error(None, code, ERRORS[code], retry_after, number))

    # --- letting in ---------------------------------------------------------------------------------

    def answer_asks(self, hosted: Hosted) -> None:
        """Keyframes for the sockets that asked. Only while no record is under way."""
        if hosted.asks and hosted.wakes():
            return
        asks, hosted.asks = hosted.asks, {}
        for who, held in asks.items():
            watcher = hosted.fanout.watchers.get(who)
            if watcher is not None:
                self._guarded(hosted, partial(hosted.fanout.again, watcher, hosted.match, held))

    def show_elsewhere(self) -> None:
        """A keyframe for each socket of another node: that it asked for one may be lost."""
        for hosted in list(self._host.matches.values()):
            asking = [w for w in hosted.fanout.watchers.values() if w.node != self._host.node]
            hosted.asks |= {(watcher.node, watcher.conn): 0 for watcher in asking}
            if asking and not hosted.busy:
                self.answer_asks(hosted)

    def show_anew(self, hosted: Hosted) -> None:
        """A keyframe for every socket, with all events that are still there: who missed some is not known."""
        for watcher in list(hosted.fanout.watchers.values()):
            self._guarded(hosted, partial(hosted.fanout.again, watcher, hosted.match, 0))
            watcher.ahead = False

    def _guarded(self, hosted: Hosted, do: Callable[[], None]) -> bool:
        """Something that asks the rules for a view; False where they failed."""
        try:
            with hosted.guard:
                do()
        except (GameFault, StepTimeout) as fault:
            self._host.broken(hosted, fault)
            return False
        return True

    def make_room(self, hosted: Hosted) -> None:
        """Before a step is shown: a device whose seat has gone to a newer one learns nothing of its acks."""
        for note, waits in hosted.arrivals:
            old = hosted.fanout.seats.get(note.seat) if note.seat is not None and not waits else None
            if old is not None and (old.node, old.conn) != (note.node, note.conn):
                hosted.fanout.cut(old, 4005)
                hosted.fanout.remove(old.node, old.conn)

    def admit(self, hosted: Hosted) -> None:
        """Let in who waits for no record any more. Only while no record is under way."""
        if hosted.arrivals and hosted.wakes():
            return
        ready = [note for note, waits in hosted.arrivals if not waits or note.seat is None]
        hosted.arrivals = [pair for pair in hosted.arrivals if pair[1] and pair[0].seat is not None]
        for note in ready:
            if not self._guarded(hosted, partial(self._let_in, hosted, note)):
                self._host.send(note.node, link.Cut(note.match, note.conn, 4013))

    def _let_in(self, hosted: Hosted, note: link.Attach) -> None:
        fanout, match, seat = hosted.fanout, hosted.match, note.seat
        if seat is not None and match.holder(seat) != note.player:
            self._host.send(note.node, link.Cut(note.match, note.conn, _turned_away(hosted, note)))
            return
        view = match.view_key(seat)
        watcher = Watcher(note, view, self._host.now())
        if seat is not None:
            old = fanout.seats.get(seat)
            if old is not None:
                if (old.node, old.conn) != (note.node, note.conn):  # else it asked twice
                    fanout.cut(old, 4005)
                fanout.remove(old.node, old.conn)
            fanout.seats[seat] = watcher
            watcher.place = Place(hosted, seat, note.session, self._host.mark_ready)
        held = note.seq if note.epoch else None
        fanout.add(watcher, match, _welcome(hosted, note), held, note.epoch)
        if note.epoch > hosted.epoch:
            self._outbid(hosted, note.epoch)
        if hosted.recorded is not None:
            fanout.tell(watcher, wire.Recorded(hosted.id, hosted.recorded))
            self._host.stay(hosted)
        if hosted.next_match:
            self._host.tell_next(hosted, watcher)

    def _outbid(self, hosted: Hosted, epoch: int) -> None:
        """An owner after us was forgotten by Redis: go above what it has shown.

        It is a client that says so: not often, and not far ahead of the time, which epochs follow.
        """
        now = self._host.now()
        if epoch > self._host.redis_ms() + AHEAD_MS or now - hosted.outbid < OUTBID_SECONDS:
            return
        hosted.above, hosted.outbid = epoch, now
        self._host.mend(hosted)


def _turned_away(hosted: Hosted, note: link.Attach) -> int:
    """The close code of who has not the seat he asks for: who had it once is told so."""
    had = any(seat.player == note.player for seat in hosted.setup.seats)
    return 4014 if had or any(who.seat.player == note.player for who in hosted.match.leavers) else 4003


def _is_older(hosted: Hosted, note: link.Attach) -> bool:
    """A gateway that was asleep brings back a socket whose player has come in by another since."""
    holder = hosted.fanout.seats.get(note.seat or 0)
    others = [(holder.node, holder.conn, holder.age)] if holder is not None else []
    others += [(n.node, n.conn, n.age) for n, _ in hosted.arrivals if n.seat == note.seat]
    return any(age > note.age for node, conn, age in others if (node, conn) != (note.node, note.conn))


def _input(message: Numbered, seat: int, session: int, at: int) -> inp.Input:
    number = message.number
    if isinstance(message, wire.Move):
        return inp.Moved(seat, session, number, at, bytes(message.move))
    match message:
        case wire.Resign():
            return inp.Resigned(seat, session, number, at, True)
        case wire.Draw():
            return inp.DrawSaid(seat, session, number, at, message.action)
        case wire.Abort():
            return inp.AbortAsked(seat, session, number, at)
        case wire.Rematch():
            return inp.RematchSaid(seat, session, number, at, message.wanted)


def _welcome(hosted: Hosted, note: link.Attach) -> bytes:
    """The answer to a hello."""
    setup, match, seat = hosted.sitting, hosted.match, note.seat
    message = wire.Welcome(
        ref=note.ref,
        match=setup.match,
        seat=seat,
        session=note.session,
        number=match.number(seat, note.session) if seat is not None else 0,
        game=setup.game,
        mode=setup.mode,
        version=setup.version,
        pace=catalog.told_pace(match.pace),
        seats=[
            {"player": s.player, "name": s.name, "team": s.team, "bot": s.bot, "rating": s.rating}
            for s in setup.seats
        ],
        rated=setup.rated,
        token=resume.make(setup.match, note.player, seat),
    )
    return msgspec.msgpack.encode(message)
