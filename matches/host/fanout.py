"""Who sees a match, and what goes to them: one encode per distinct view, one message per interested node."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from arcade.infra.metrics import metrics
from matches.engine.history import History
from matches.engine.match import Match, Step
from matches.engine.view import Image
from matches.host.link import Attach, Attached, Cut, Direct, Fan, Fanned, ToGateway
from protocol.frames import encode_frame, growth
from protocol.messages import Keyframe, Message, Refused

if TYPE_CHECKING:
    from matches.host.place import Place

encode = msgspec.msgpack.Encoder().encode
Send = Callable[[str, ToGateway], None]
"""(node, note): a call on the same node, the bus to another."""

RING = 512
"""Events kept for those who come back."""


NOTHING = -1
"""The `prev` of a frame that follows nothing: whoever gets it asks for a keyframe."""


def _nobody(*_: object) -> None:
    raise AssertionError("There is no gateway on this node.")


NOWHERE: tuple[str, Fanned] = ("", _nobody)


class Shown(msgspec.Struct, frozen=True, gc=False):
    """What a view's frames go on from."""

    seq: int
    time: int
    acks: list[int]
    epoch: int
    image: Image


class Watcher:
    """A socket that sees the match."""

    __slots__ = ("age", "ahead", "conn", "node", "place", "renewed", "repeated", "seat", "session", "view")

    def __init__(self, note: Attach, view: str, now: float) -> None:
        self.node = note.node
        self.conn = note.conn
        self.seat = note.seat
        self.session = note.session
        self.place: Place | None = None
        """Where its moves go in, if it has a seat."""
        self.age = note.age
        self.ahead = False
        """It has seen a higher epoch than ours, and ignores what we show until ours is higher."""
        self.view = view
        self.renewed = now
        self.repeated = 0.0


class Fanout:
    """The watchers of one match. Shows only what the host says is confirmed.

    `here`: this node and its gateway, to which a frame is a call; to others, and without it, all is sent.
    """

    def __init__(
        self,
        match_id: str,
        begun: list[tuple[int, int]],
        send: Send,
        ring: History | None = None,
        here: tuple[str, Fanned] = NOWHERE,
    ) -> None:
        self.match_id = match_id
        self.epoch = begun[-1][0]
        self._begun = begun
        """The epochs as far as the log tells, oldest first, and the seq that each went on from."""
        self.watchers: dict[tuple[str, int], Watcher] = {}
        self.seats: dict[int, Watcher] = {}
        self._views: dict[str, dict[str, int]] = {}
        """How many watchers by view and node."""
        self._send = send
        self._here, self._fan = here
        self._shown: dict[str, Shown] = {}
        self._ring = ring or History(most=RING)

    def begin(self, epoch: int, seq: int) -> None:
        """From here on it is this epoch, which goes on from `seq`."""
        self.epoch = epoch
        self._begun.append((epoch, seq))

    def kept(self, epoch: int, seq: int) -> bool:
        """Whether what was shown in `epoch` up to `seq` is still in the log."""
        known = [e for e, _ in self._begun]
        if epoch >= known[0] and epoch not in known:
            return False  # an epoch that Redis has forgotten
        return all(seq <= base for e, base in self._begun if e > epoch)

    def add(
        self, watcher: Watcher, match: Match, welcome: bytes, held: int | None, epoch: int | None = None
    ) -> None:
        """Let a socket in. `held`: the last seq it has, of `epoch`; None for a new one."""
        self.remove(watcher.node, watcher.conn)
        self.watchers[watcher.node, watcher.conn] = watcher
        nodes = self._views.setdefault(watcher.view, {})
        nodes[watcher.node] = nodes.get(watcher.node, 0) + 1
        watcher.ahead = epoch is not None and epoch > self.epoch
        rewound = held is not None and epoch is not None and not self.kept(epoch, held)
        keyframe = self._keyframe(match, watcher, held, rewound=rewound)
        note = Attached(
            self.match_id, watcher.conn, self.epoch, watcher.view, match.seq, welcome, keyframe,
            _refusals(match, watcher, 0 if rewound else held or 0),
        )  # fmt: skip
        self._send(watcher.node, note)

    def remove(self, node: str, conn: int) -> Watcher | None:
        """Forget a socket; a view nobody sees is no longer made."""
        watcher = self.watchers.pop((node, conn), None)
        if watcher is None:
            return None
        if watcher.place is not None:
            watcher.place.void()
        if watcher.seat is not None and self.seats.get(watcher.seat) is watcher:
            del self.seats[watcher.seat]
        nodes = self._views[watcher.view]
        nodes[watcher.node] -= 1
        if not nodes[watcher.node]:
            del nodes[watcher.node]
        if not nodes:
            del self._views[watcher.view]
            self._shown.pop(watcher.view, None)
        return watcher

    def again(self, watcher: Watcher, match: Match, held: int | None, *, repeat: bool = False) -> None:
        """A keyframe for one socket. `repeat`: it asks for the outcome of an older number."""
        data = self._keyframe(match, watcher, held, rewound=watcher.ahead)
        refused = _refusals(match, watcher, 0 if watcher.ahead or repeat else held or 0)
        self._send(watcher.node, Direct(self.match_id, watcher.conn, data, match.seq, refused, self.epoch))

    def frame(self, match: Match, step: Step) -> None:
        """A confirmed step to everyone."""
        seq, epoch = step.seq, self.epoch
        self._ring.add(seq, step.events)
        events = [[name, data] for name, data in step.events] if step.events else ()
        refused = self._refused(step) if step.refusals else {}
        for view, nodes in list(self._views.items()):
            old = self._shown.get(view)
            new = self._shown[view] = self._still(match, match.seat_of(view))
            prev = NOTHING if old is None else old.seq
            if old is None:
                data = encode_frame(seq, 0, new.acks, prev=prev)
            else:
                data = encode_frame(
                    seq,
                    new.time - old.time,
                    growth(old.acks, new.acks),
                    match.changes(old.image, new.image),
                    events,
                    0 if prev == seq - 1 else prev,
                    0 if old.epoch == epoch else epoch,
                )
            for node in list(nodes):
                metrics.frames.n += 1
                before = refused.get((node, view), []) if refused else []
                if node == self._here:
                    self._fan(self.match_id, view, seq, data, before, prev, epoch)
                else:
                    self._send(node, Fan(self.match_id, view, seq, data, before, prev, epoch))

    def _still(self, match: Match, seat: int | None) -> Shown:
        state = match.state
        return Shown(state.seq, state.time, match.acks, self.epoch, match.image(seat))

    def _refused(self, step: Step) -> dict[tuple[str, str], list[tuple[int, bytes]]]:
        """The step's refusals for the sockets that are still of that session, by (node, view).

        They travel with the frame that acknowledges them, so that both are lost or neither.
        """
        told: dict[tuple[str, str], list[tuple[int, bytes]]] = {}
        for refusal in step.refusals:
            metrics.refused.labels(refusal.code).inc()
            watcher = self.seats.get(refusal.seat)
            if watcher is not None and watcher.session == refusal.session:
                data = encode(Refused(refusal.number, refusal.code, refusal.text))
                told.setdefault((watcher.node, watcher.view), []).append((watcher.conn, data))
        return told

    def tell(self, watcher: Watcher, message: Message) -> None:
        data = encode(message)
        self._send(watcher.node, Direct(self.match_id, watcher.conn, data, epoch=self.epoch))

    def tell_all(self, message: Message) -> None:
        for watcher in self.watchers.values():
            self.tell(watcher, message)

    def cut(self, watcher: Watcher, code: int) -> None:
        self._send(watcher.node, Cut(self.match_id, watcher.conn, code, self.epoch))

    def cut_all(self, code: int) -> None:
        for node in {watcher.node for watcher in self.watchers.values()}:
            self._send(node, Cut(self.match_id, 0, code, self.epoch))
        self.void()
        self.watchers.clear()
        self.seats.clear()
        self._views.clear()

    def void(self) -> None:
        """Nobody puts a move into this match any more."""
        for watcher in self.seats.values():
            if watcher.place is not None:
                watcher.place.void()

    def recount(self) -> None:
        """A step broke: the numbers that it was given are free again."""
        for watcher in self.seats.values():
            if watcher.place is not None:
                watcher.place.recount()

    def _keyframe(self, match: Match, watcher: Watcher, held: int | None, *, rewound: bool = False) -> bytes:
        tree = match.view(watcher.seat)
        shown = self._shown.get(watcher.view)
        if shown is None or shown.seq < match.seq:
            self._shown[watcher.view] = self._still(match, watcher.seat)
        missed = self._ring.latest(held) if held is not None else []
        if rewound:
            metrics.rewinds.inc()
        return encode(Keyframe(self.epoch, match.seq, match.time, match.acks, tree, missed, rewound))


def _refusals(match: Match, watcher: Watcher, held: int) -> list[bytes]:
    """What was refused of a seat's session after step `held`; they go before the keyframe."""
    if watcher.seat is None:
        return []
    refusals = match.refusals(watcher.seat, watcher.session, held)
    return [encode(Refused(refusal.number, refusal.code, refusal.text)) for refusal in refusals]
