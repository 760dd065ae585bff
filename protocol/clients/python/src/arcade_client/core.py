"""One player's side of a match, without I/O: messages in, happenings out, messages to send when asked.

Times are seconds of any clock that only goes forward.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

from arcade_client.codec import check_plain
from arcade_client.delta import apply
from arcade_client.happenings import (
    Accepted,
    Failed,
    Found,
    Gap,
    Happened,
    MatchHappening,
    RefusedMove,
    Rematched,
    ResultRecorded,
    Viewed,
    Welcomed,
)
from arcade_client.kinds import Message

RESEND: Final = 1.0
RESEND_MOST: Final = 4.0
"""Seconds until a numbered message is said again: doubled each time, up to this."""
HEARTBEAT: Final = 10.0
MAX_PENDING: Final = 64
REPEATS: Final = 16
"""Numbered messages said again in a second, beyond all that may be pending: less than the budget of moves,
so that who plays on while the server stands still is not taken for a flood."""
KEPT: Final = ("out-of-order", "internal", "hello-first")
"""Errors after which a numbered message may still be taken: it is sent again."""


@dataclass(slots=True)
class _Waiting:
    id: int
    message: Message
    due: float = -math.inf
    pause: float = RESEND
    sent: bool = False


class MatchSession:
    """`session` is a number minted once per process or page, 1 to 2^53 - 1."""

    def __init__(self, session: int) -> None:
        self.session = session
        self.welcome: Message | None = None
        self.seat: int | None = None
        self.epoch = 0
        self.seq = 0
        self.time = 0
        """Match time (ms) of the view."""
        self.acks: list[int] = []
        """Per seat the last number applied."""
        self.view: dict[str, Any] | None = None
        self._spoken = 0
        """The epoch of what came last, believed or not."""
        self.attached = False
        self.number = 0
        self.pending: dict[int, _Waiting] = {}
        self._id = 0
        self._ref = 0
        self._queue: list[Message] = []
        self._heard = 0
        self._first = False
        self._resync_due: float | None = None
        self._seen_seq = 0
        self._seen_at = -math.inf
        self._received = 0.0
        self._ping_at = 0.0
        self._asked: float | None = None
        self._scolded = -math.inf
        self._repeats, self._repeated = float(MAX_PENDING), 0.0
        self._told = 0
        self._hole: int | None = None
        """The lowest number whose message will never do; the later ones move up once `_hold` is answered."""
        self._hold = 0
        """The ref of a ping: what its pong overtakes was said under the old numbers."""
        self._offset: float | None = None

    def opened(self, now: float) -> None:
        """A socket is open: hello goes first."""
        self._ref += 1
        self.attached = False
        token = self.welcome["token"] if self.welcome else None
        self._queue = [
            {
                "kind": "Hello",
                "ref": self._ref,
                "session": self.session,
                "epoch": self.epoch,
                "seq": self.seq,
                "token": token,
            }
        ]
        self._received = self._ping_at = now
        self._repeats, self._repeated = float(MAX_PENDING), now
        self._asked = None
        self._resync_due = self._offset = None

    def closed(self) -> None:
        """The socket is gone; what is unacknowledged waits for the next."""
        self.attached = False
        self._queue = []

    # Each of these returns the id with which `Accepted` or `RefusedMove` will answer.

    def move(self, move: Any) -> int:
        check_plain(move)
        return self._say({"kind": "Move", "move": move})

    def resign(self) -> int:
        return self._say({"kind": "Resign"})

    def draw(self, action: str = "offer") -> int:
        return self._say({"kind": "Draw", "action": action})

    def abort(self) -> int:
        return self._say({"kind": "Abort"})

    def rematch(self, wanted: bool = True) -> int:
        return self._say({"kind": "Rematch", "wanted": wanted})

    def outgoing(self, now: float) -> list[Message]:
        """What to send now: call it after each change and four times a second."""
        out, self._queue = self._queue, []
        if self.attached:
            for waiting in self.pending.values() if self._hole is None else ():
                if waiting.due <= now and (not waiting.sent or self._may_repeat(now)):
                    waiting.due = now + waiting.pause
                    waiting.pause = min(2 * waiting.pause, RESEND_MOST)
                    waiting.sent = True
                    out.append(waiting.message)
            if self._resync_due is not None and self._resync_due <= now:
                self._resync_due = now + 2 * RESEND
                self._ref += 1
                out.append({"kind": "Resync", "ref": self._ref, "epoch": self.epoch, "seq": self.seq})
            if self.seq > self._seen_seq and now - self._seen_at >= 1:
                self._seen_seq, self._seen_at = self.seq, now
                out.append({"kind": "Seen", "seq": self.seq})
        self._asked = (self._asked or now) if self.pending else None
        quick = self.live and (self.ticks or self._asked is not None)
        if now - max(self._ping_at, self._received if quick else 0) >= (1 if quick else HEARTBEAT):
            self._ping_at = now
            self._ref += 1
            out.append({"kind": "Ping", "ref": self._ref})
        return out

    @property
    def live(self) -> bool:
        return self.view is not None and self.view["phase"] == "running"

    @property
    def ticks(self) -> bool:
        return self.welcome is not None and self.welcome["pace"]["kind"] == "ticks"

    def silent(self, now: float) -> bool:
        """Whether the socket has been silent for so long that another should be tried."""
        if self.live and self.ticks:
            return now - self._received > 3
        asked = self._asked is not None and now - max(self._received, self._asked) > 3
        return asked or now - self._received > 2 * HEARTBEAT

    def receive(self, message: Message, now: float) -> list[MatchHappening]:
        """Take a message in; returns what happened."""
        self._received = now
        match message["kind"]:
            case "Welcome":
                return self._welcomed(message)
            case "Keyframe":
                return self._keyframe(message, now)
            case "Frame":
                return self._frame(message, now)
            case "Refused":
                return self._refused(message)
            case "Error":
                return self._error(message, now)
            case "Pong":
                self._tell(message["time"], now)
                if message["ref"] >= self._hold:
                    self._close_up()
            case "Recorded":
                return [ResultRecorded(message["match"], message["ratings"])]
            case "Next":
                found = Found(message["match"], message["seat"], message["ticket"], message["path"])
                return [Rematched(found)]
        return []

    def match_time(self, now: float) -> int | None:
        """Match time now, in ms; None before the first frame."""
        return None if self._offset is None else round(now * 1000 + self._offset)

    def clocks(self, now: float) -> list[int] | None:
        """Milliseconds that each seat's clock shows now; None without clocks."""
        clocks = self.view["clocks"] if self.view else None
        time = self.match_time(now)
        if clocks is None or time is None:
            return None
        left = list(clocks["left"])
        if clocks["running"] is not None:
            left[clocks["running"]] -= max(0, time - clocks["since"])
        return [max(0, ms) for ms in left]

    def _say(self, message: Message) -> int:
        if self.welcome is None:
            raise RuntimeError("wait for the welcome")
        if self.seat is None:
            raise RuntimeError("a spectator has no moves")
        if len(self.pending) >= MAX_PENDING:
            raise RuntimeError("too many moves without acknowledgement")
        self._id += 1
        self._wait(self._id, message)
        return self._id

    def _wait(self, id_: int, message: Message) -> None:
        self.number += 1
        numbered = {"kind": message["kind"], "number": self.number}
        self.pending[self.number] = _Waiting(id_, {**message, **numbered})

    def _welcomed(self, message: Message) -> list[MatchHappening]:
        self.welcome = message
        self.seat = message["seat"]
        self.attached = self._first = True
        self._close_up()
        self._rebase(message["number"])
        self._resend()
        return [Welcomed(message)]

    def _keyframe(self, message: Message, now: float) -> list[MatchHappening]:
        epoch, seq, rewound = message["epoch"], message["seq"], message["rewound"]
        self._spoken = epoch
        if epoch < self.epoch or (epoch == self.epoch and seq < self.seq and not rewound):
            return []
        changed = self._enter(epoch)
        view: dict[str, Any] = message["view"]
        self.view, self.seq, self.time, self.acks = view, seq, message["time"], message["acks"]
        self._resync_due = None
        self._tell(message["time"], now)
        if rewound:
            self._heard = self._seen_seq = 0
            if self.seat is not None:
                self._told = min(self._told, message["acks"][self.seat])
                self._close_up()
                self._rebase(message["acks"][self.seat])
        happenings: list[MatchHappening] = [Viewed(view, seq, message["time"], rewound)]
        happenings += self._happened([event for event in message["events"] if event[0] > self._heard])
        self._heard = max(self._heard, seq)
        # The keyframe that answers a hello settles nothing: a refusal may still answer a repeat.
        if not self._first and not changed:
            self._settle(happenings, message["acks"])
        self._first = False
        return happenings

    def _happened(self, events: list[list[Any]]) -> list[Happened]:
        """The events, each `[seq, name, data]`; a new player at a seat is from then on in the welcome."""
        for _, name, data in events:
            if name == "seat.taken" and self.welcome is not None:
                who = {key: data[key] for key in ("player", "name", "rating")}
                self.welcome["seats"][data["seat"]] |= who
        return [Happened(*event) for event in events]

    def _frame(self, message: Message, now: float) -> list[MatchHappening]:
        epoch, seq = message["epoch"] or self._spoken, message["seq"]
        self._spoken = epoch
        prev = message["prev"] or seq - 1
        if epoch < self.epoch or (epoch == self.epoch and seq <= self.seq):
            return []
        if prev != self.seq or self.view is None:
            return self._gap(prev, now)
        happenings: list[MatchHappening] = []
        if message["delta"] is not None:
            try:
                view: dict[str, Any] = apply(self.view, message["delta"])
            except ValueError:
                return self._gap(prev, now)
            self.view = view
            happenings.append(Viewed(view, seq, self.time + message["passed"]))
        self._enter(epoch)
        self.seq = seq
        self.time += message["passed"]
        self.acks = _grown(self.acks, message["acks"])
        self._tell(self.time, now)
        if seq > self._heard:
            happenings += self._happened([[seq, *event] for event in message["events"]])
            self._heard = seq
        self._settle(happenings, self.acks)
        return happenings

    def _gap(self, prev: int, now: float) -> list[MatchHappening]:
        if self._resync_due is not None:
            return []
        self._resync_due = now
        return [Gap(self.seq, prev)]

    def _error(self, message: Message, now: float) -> list[MatchHappening]:
        ref, code, retry_after = message["ref"], message["code"], message["retry_after"]
        number = message.get("number")
        if ref is None and retry_after is not None:
            for waiting in self.pending.values():
                waiting.due = max(waiting.due, now + retry_after)
        elif ref is None and code == "out-of-order":
            if now - self._scolded >= RESEND:
                self._scolded = now
                self._resend()
        elif number is not None and code not in KEPT:
            return self._drop(number, code, message["text"])
        return [Failed(ref, code, message["text"], retry_after)]

    def _drop(self, number: int, code: str, text: str) -> list[MatchHappening]:
        """This message will never do, and its number is free. Errors to those behind it may be under way."""
        waiting = self.pending.pop(number, None)
        if waiting is None:
            return []
        self._hole = min(number, self._hole or number)
        self._ref += 1
        self._hold = self._ref
        self._queue.append({"kind": "Ping", "ref": self._ref})
        return [RefusedMove(waiting.id, number, code, text)]

    def _close_up(self) -> None:
        """The messages behind one that was dropped take its number and those after it."""
        if self._hole is None:
            return
        behind = [number for number in self.pending if number > self._hole]
        self.number, self._hole = self._hole - 1, None
        for waiting in [self.pending.pop(number) for number in behind]:
            self._wait(waiting.id, waiting.message)

    def _refused(self, message: Message) -> list[MatchHappening]:
        number = message["number"]
        waiting = self.pending.pop(number, None)
        if waiting is None and number <= self._told:
            return []  # the latest are said again where this client may not have had them
        self._told = max(self._told, number)
        return [RefusedMove(waiting.id if waiting else None, number, message["code"], message["text"])]

    def _rebase(self, applied: int) -> None:
        """What the server applied last counts: after lost steps, or with an old session, go on from there."""
        oldest = next(iter(self.pending), None)
        if oldest <= applied + 1 if oldest is not None else self.number <= applied:
            self.number = max(self.number, applied)
            return
        waiting = list(self.pending.values())
        self.pending = {}
        self.number = applied
        for each in waiting:
            self._wait(each.id, each.message)

    def _resend(self) -> None:
        for waiting in self.pending.values():
            waiting.due, waiting.pause = -math.inf, RESEND

    def _may_repeat(self, now: float) -> bool:
        self._repeats = min(self._repeats + (now - self._repeated) * REPEATS, MAX_PENDING)
        self._repeated = now
        if self._repeats < 1:
            return False
        self._repeats -= 1
        return True

    def _enter(self, epoch: int) -> bool:
        if epoch == self.epoch:
            return False
        changed = self.epoch != 0
        self.epoch = epoch
        self._offset = None
        self._resend()
        return changed

    def _settle(self, happenings: list[MatchHappening], acks: list[int]) -> None:
        if self.seat is None:
            return
        for number in list(self.pending):
            if number > acks[self.seat]:
                break
            happenings.append(Accepted(self.pending.pop(number).id, number))

    def _tell(self, time: int, now: float) -> None:
        offset = time - now * 1000
        if self._offset is None or offset > self._offset:
            self._offset = offset


def _grown(acks: list[int], told: int | list[int]) -> list[int]:
    """The last numbers after a frame that says by how much they grew, two bits a seat, or what they are."""
    return told if isinstance(told, list) else [was + (told >> 2 * seat & 3) for seat, was in enumerate(acks)]
