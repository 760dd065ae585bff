"""One match on this host: the engine's match, where its log stands, who watches, what waits."""

import asyncio
import enum
import math
from typing import Any

import msgspec

from arcade.infra import keys
from matches.directory import Live
from matches.engine.inputs import Input
from matches.engine.match import Match, Step
from matches.engine.setup import Setup
from matches.host.fanout import Fanout
from matches.host.link import Attach
from matches.host.memory import Kept
from matches.host.watchdog import Guard

MAX_INBOX = 256
"""Inputs waiting for one step; beyond it a client is told to wait."""


class Stage(enum.Enum):
    """What the hosting of a match is at."""

    LIVE = "live"
    ENDED = "ended"
    """Over and waiting for its result to be written, or for a rematch."""
    DROPPED = "dropped"
    """No longer ours."""


class Hosted:
    """Plain data; `Host` works on it."""

    __slots__ = (
        "above", "appending", "arrivals", "asks", "committed", "computers", "confirmed", "deaths", "epoch",
        "fanout", "generation", "guard", "id", "idle", "inbox", "kept", "leaving", "linger", "live",
        "log_key", "match", "moving", "next_match", "next_tick", "origin", "outbid", "position", "prev",
        "recorded", "rewinding", "setup", "since_snapshot", "snapshot", "stage", "step", "stepping",
        "stood", "strikes", "thinking", "tick_slot", "under_way", "wake", "wake_at",
    )  # fmt: skip

    def __init__(self, live: Live, match: Match, time: int, fanout: Fanout, now: float, guard: Guard) -> None:
        self.id = live.match
        self.live = live
        self.setup = match.setup
        self.log_key = keys.match_log(live.match)
        self.computers = any(seat.bot is not None for seat in match.setup.seats)
        """Some seats are computer players'."""
        self.match = match
        self.fanout = fanout
        self.guard = guard
        """Around each call that may run its rules."""
        self.epoch = 0
        self.position = 0
        """n of the last confirmed record, `<epoch>-<n>`."""
        self.prev = ""
        self.appending = ""
        """The id of the record under way."""
        self.generation = 0
        """The log's connection on which the top of the stream is known to be `prev`; 0: none."""
        self._at_fence(live.epoch)
        self.kept = Kept(live.match, live.epoch) if live.durability == "none" else None
        """The records of a match whose durability is `none`."""
        self.stage = Stage.LIVE
        self.origin = now - time / 1000
        self.stood = 0.0
        """What `Standstill.total` was when it became ours."""
        self.committed: int | None = None
        self.inbox: list[Input] = []
        self.under_way: list[Input] = []
        """What the step under way took from the inbox."""
        self.arrivals: list[tuple[Attach, bool]] = []
        """Sockets to let in after the next confirmed step; True: they wait for their own join."""
        self.step: Step | None = None
        """The step whose record is under way; nothing of it is shown before it is confirmed.
        It stays until all is shown: who asks for a keyframe meanwhile waits, as guards do not nest."""
        self.snapshot: bytes | None = None
        self.since_snapshot = 0
        self.stepping = 0.0
        """Seconds that the steps since the last snapshot took."""
        self.asks: dict[tuple[str, int], int] = {}
        """Sockets that asked for a keyframe while a record was under way, and the seq they hold."""
        self.thinking: set[int] = set()
        self.strikes: dict[int, int] = {}
        self.moving: dict[int, tuple[int, int]] = {}
        """Computer players whose move is in a step to come, by seat: the epoch and seq of that step."""
        self.wake: asyncio.TimerHandle | None = None
        self.wake_at = 0.0
        """When that rings (the loop's clock); what is due then may be later by now."""
        self.linger: asyncio.TimerHandle | None = None
        self.next_tick: int | None = None
        """Match time of the next tick of a running tick game."""
        self.tick_slot: tuple[int, int] | None = None
        self.recorded: Any = None
        self.deaths = 0
        """1 after a takeover, until a step of ours is confirmed."""
        self.idle: asyncio.Event | None = None
        """Since a takeover nobody wanted anything, and the entry says so. Set when somebody does; until the
        entry says that, no rules are run."""
        self.confirmed = match.saved
        """The state after the last confirmed step, to go on from should the log lose its tail."""
        self.next_match: str | None = None
        self.leaving = False
        """It is being handed over: no further step here."""
        self.rewinding = False
        """Its log lost its tail and is being brought up to where the match stands."""
        self.above = 0
        """An epoch that a socket has seen although Redis has forgotten it; ours must be higher."""
        self.outbid = -math.inf
        """When we last went above such a one (s, the loop's clock)."""

    def restart(self, epoch: int) -> None:
        """The log goes on at `<epoch>-0`, where the match is now."""
        self.fanout.begin(epoch, self.match.seq)
        self._at_fence(epoch)
        if self.kept is not None:
            self.kept = Kept(self.id, epoch)

    def _at_fence(self, epoch: int) -> None:
        """Its first record was written on another connection than the log's: the top must be looked up."""
        self.epoch = epoch
        self.position = 0
        self.prev = f"{epoch}-0"
        self.generation = 0

    def when(self, time: float) -> float:
        """The loop's clock at a match time."""
        return self.origin + time / 1000

    def wakes(self) -> bool:
        """Somebody wants something of an idle match; True where it has to be written down first."""
        if self.idle is not None:
            self.idle.set()
        return self.idle is not None

    @property
    def sitting(self) -> Setup:
        """What it was made from, but with the players who sit there now."""
        return (
            msgspec.structs.replace(self.setup, seats=self.match.seats) if self.setup.refill else self.setup
        )

    @property
    def busy(self) -> bool:
        """A record is under way, or the log is being mended."""
        return self.step is not None or self.snapshot is not None or self.rewinding
