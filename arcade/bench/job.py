"""What a load generator is told to do, and what it measured."""

import msgspec

from arcade.bench.machine import Cpu
from arcade.bench.sample import Latency

LOAD_MOST = 0.85
"""Of its core; a load generator that is busier may be what limits the figures."""
LEAST = 0.99
"""Of the rate: a round below it is void."""


class Job(msgspec.Struct, frozen=True):
    """`kind`: `ticks` (players send one move per tick), `turns` (as fast as both sides answer), `idle`
    (sockets that are only there), `lobby` (sign-in to first frame, `clients` at a time), `presence`
    (sockets in the lobby that come, go, do something else and write).

    `dialect`: whom to talk to: `arcade`, `colyseus`, `channels` or `picows`. `pids`: whose CPU to count, by
    name. `rate`: ticks a second, 0 where there are none. `apart`: seats of a match are on different nodes.
    `warm`, `seconds`: before and in the window. `idle`: what is opened: `seat`, `watch` or `lobby`.
    """

    kind: str
    dialect: str
    clients: int
    ports: list[int] = []
    pids: dict[str, int] = {}
    core: int = 0
    seats: int = 8
    game: str = "arena"
    mode: str = "ffa"
    durability: str = "log"
    rate: int = 20
    watchers: int = 0
    apart: bool = False
    idle: str = "seat"
    warm: float = 3.0
    seconds: float = 10.0

    @property
    def sockets(self) -> int:
        """That frames go to."""
        return self.clients + self.watchers


class Outcome(msgspec.Struct):
    """One window. `frames`, `frame_bytes`: what came to all sockets; `fewest`: frames a second of the socket
    that got fewest. `answered`: moves whose frame came; `latency`: from sending a move to that frame.
    `lines`: from a line of chat to who hears it. `uneven`: how far each interval between two frames of a
    socket is from the period. `lag`: how late the load's own loop was. `late`: how late the node's ticks
    began, by its own account (p99, ms). `cpu`: by the name of the process; `load`: the load's own. `rss`:
    bytes that each socket added to the node. `connects`: sockets a second; `done`: lobby passages. `at`:
    sockets opened at each node. `codes`: with which codes sockets were closed, `said`: the first refusal.
    `failed`: why there was no window at all.
    """

    failed: str = ""
    seconds: float = 0
    cpu: dict[str, Cpu] = {}
    load: Cpu = Cpu(0, 0)
    lag: Latency = Latency(0, 0, 0)
    frames: int = 0
    frame_bytes: int = 0
    keyframes: int = 0
    fewest: float = 0
    moves: int = 0
    answered: int = 0
    refused: int = 0
    closed: int = 0
    codes: dict[int, int] = {}
    said: str = ""
    latency: Latency = Latency(0, 0, 0)
    lines: Latency = Latency(0, 0, 0)
    uneven: Latency = Latency(0, 0, 0)
    late: float | None = None
    rss: float = 0
    connects: float = 0
    done: int = 0
    at: list[int] = []

    @property
    def load_busy(self) -> float:
        """Share of its core that the load needed."""
        return self.load.both / self.seconds if self.seconds else 0.0

    def cpu_us(self, per: int) -> dict[str, Cpu]:
        """Microseconds of CPU of each process for one of so many."""
        scale = 1e6 / per if per else 0.0
        return {name: Cpu(cpu.user * scale, cpu.system * scale) for name, cpu in self.cpu.items()}


def void(job: Job, outcome: Outcome) -> str:
    """Why this window counts for nothing; empty where it counts."""
    if outcome.failed:
        return outcome.failed
    if outcome.closed or outcome.refused:
        codes = ", ".join(f"{code}: {count}" for code, count in sorted(outcome.codes.items()))
        why = f"{outcome.closed} sockets were closed ({codes or 'none'}), {outcome.refused} messages refused"
        return f"{why}: {outcome.said}" if outcome.said else why
    if outcome.load_busy > LOAD_MOST:
        return f"the load was busy for {outcome.load_busy:.0%} of the time"
    if job.kind == "ticks":
        frames = job.sockets * job.rate * outcome.seconds
        moves = job.clients * job.rate * outcome.seconds
        if outcome.frames < LEAST * frames or outcome.moves < LEAST * moves:
            came = f"{outcome.frames} frames and {outcome.moves} moves"
            return f"{came} where {frames:.0f} and {moves:.0f} were due"
    if job.kind == "turns" and not outcome.answered:
        return "no move was answered"
    if job.kind == "presence" and not outcome.answered:
        return "no change was told"
    if job.kind == "lobby" and not outcome.done:
        return "nobody came through"
    return ""
