"""What the load is told to do, and what it measured."""

from collections.abc import Sequence

import msgspec

from arcade.bench.machine import Cpu

LOAD_MOST = 0.9
"""Of its core; a load generator that is busier may be what limits the figures."""

LEAST = 0.99
"""Of the rate: a round below it is void."""


class Load(msgspec.Struct, frozen=True):
    """`matches` of `seats` players each. `rate`: moves a second and player, in a tick game; 0 in a turn game,
    where each player moves `think` seconds after his turn began. `warm`, `seconds`: before and in the window.
    """

    game: str
    mode: str
    durability: str
    matches: int
    seats: int
    rate: int
    think: float
    warm: float
    seconds: float
    port: int
    node_pid: int
    store_pid: int
    core: int

    @property
    def clients(self) -> int:
        return self.matches * self.seats


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds."""

    p50: float
    p99: float
    most: float


class Sample(msgspec.Struct, frozen=True):
    """One window. `frames`: those that came to all clients; `latency`: at the client, from sending a move
    to the frame that acknowledges it; `lag`: how late the load's own loop was; `node`, `store`, `load`: the
    CPU that each process used.
    """

    durability: str
    clients: int
    rate: int
    seconds: float
    frames: int
    frame_bytes: int
    moves: int
    acked: int
    refused: int
    closed: int
    latency: Latency
    lag: Latency
    node: Cpu
    store: Cpu
    load: Cpu

    @property
    def load_busy(self) -> float:
        """Share of its core that the load needed."""
        return self.load.both / self.seconds

    @property
    def void(self) -> str:
        """Why this window counts for nothing; empty where it counts."""
        due = self.clients * self.rate * self.seconds
        if self.closed or self.refused:
            return f"{self.closed} sockets were closed, {self.refused} moves refused"
        if self.load_busy > LOAD_MOST:
            return f"the load was busy for {self.load_busy:.0%} of the time"
        if not self.frames or not self.acked:
            return "nothing came"
        if due and min(self.frames, self.moves) < LEAST * due:
            return f"{self.frames} frames and {self.moves} moves where {due:.0f} were due"
        return ""

    def per_frame(self, cpu: Cpu) -> dict[str, float]:
        """Microseconds for each frame that came to a client."""
        scale = 1e6 / self.frames if self.frames else 0.0
        return {"user": cpu.user * scale, "system": cpu.system * scale, "both": cpu.both * scale}


def latency(seconds: Sequence[float]) -> Latency:
    """The percentiles of some durations; zeros where there are none."""
    if not seconds:
        return Latency(0, 0, 0)
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)

    return Latency(at(0.5), at(0.99), at(1))
