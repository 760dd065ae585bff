"""Every metric of a node, in one object. Read at /metrics; the list with its meaning is docs/metrics.md."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_WAITS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
_SHORT = (0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1)


class Tally(Collector):
    """A counter of the hot path, `n`: added to on the node's loop alone, without the lock of the others."""

    def __init__(self, name: str, text: str) -> None:
        self.n = 0
        self._name, self._text = name, text

    def collect(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily(self._name, self._text, value=self.n)


class Spread(Collector):
    """A histogram of the hot path, likewise. `bounds`: of its buckets, upwards; above them is one more."""

    def __init__(self, name: str, text: str, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0
        self._name, self._text = name, text

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def collect(self) -> Iterator[HistogramMetricFamily]:
        upto = [*map(floatToGoString, self._bounds), "+Inf"]
        buckets = list(zip(upto, accumulate(self._counts), strict=True))
        yield HistogramMetricFamily(self._name, self._text, buckets, self._sum)


class Pauses:
    """For `gc.callbacks`: how long each collection stops the process, on whatever thread it comes."""

    def __init__(self, pauses: Spread) -> None:
        self._pauses = pauses
        self._began = 0.0

    def __call__(self, phase: str, _: dict[str, Any]) -> None:
        if phase == "start":
            self._began = perf_counter()
        else:
            self._pauses.observe(perf_counter() - self._began)


class Metrics:
    """The metrics as attributes; a call site names none by a string."""

    def __init__(self) -> None:
        self.registry = r = CollectorRegistry()
        ProcessCollector(registry=r)
        GCCollector(registry=r)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"arcade_{name}", text, labels, registry=r)

        def tally(name: str, text: str) -> Tally:
            made = Tally(f"arcade_{name}", text)
            r.register(made)
            return made

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"arcade_{name}", text, labels, registry=r)

        def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"arcade_{name}", text, labels, registry=r, buckets=buckets)

        def spread(name: str, text: str, bounds: tuple[float, ...]) -> Spread:
            made = Spread(f"arcade_{name}", text, bounds)
            r.register(made)
            return made

        self.collector_seconds = spread(
            "collector_seconds", "How long one garbage collection stopped the process.", _SHORT
        )

        # sockets
        self.sockets = gauge("sockets", "Open sockets, by lobby or match.", "socket")
        self.handshakes = counter(
            "handshakes", "Handshakes, by outcome: accepted or an error code.", "outcome"
        )
        self.closes = counter("closes", "Sockets closed by this node, by close code.", "code")
        self.chat_lines = counter(
            "chat_lines", "Lines of chat that were said here, by kind of channel.", "kind"
        )
        self.errors = counter("errors", "Errors sent to clients, by error code.", "code")
        self.overflows = counter("overflows", "Bounded queues that were full, by overflow policy.", "policy")

        # matches
        self.matches = gauge("matches", "Matches hosted by this node.")
        self.moves = tally("moves", "Moves applied by hosted matches.")
        self.refused = counter("refused", "Moves refused by rules, by error code.", "code")
        self.steps = tally("steps", "Steps of hosted matches.")
        self.step_seconds = spread("step_seconds", "Duration of one step of one match.", _SHORT)
        self.tick_lateness = spread("tick_lateness_seconds", "How late a phase of ticks began.", _SHORT)
        self.overruns = counter("overruns", "Ticks that began later than one period after they were due.")
        self.frames = tally("frames", "Frames and keyframes handed to sockets.")
        self.finished = counter("finished", "Matches ended, by outcome: finished or aborted.", "outcome")
        self.faults = counter("faults", "Matches aborted because their rules failed, by game.", "game")

        self.placed = counter("placed", "Matches made for another node: adopted, refused, silent.", "how")
        self.takeovers = counter("takeovers", "Matches of other nodes: taken, quarantined or broken.", "how")
        self.rewinds = counter("rewinds", "Clients told that acknowledged steps were lost.")

        # log and results
        self.append_seconds = spread("append_seconds", "Time from append to confirmation.", _SECONDS)
        self.appends_failed = counter("appends_failed", "Appends not confirmed, by kind.", "kind")
        self.results_seconds = histogram("results_seconds", "Time to write one result.", _SECONDS)
        self.results_failed = counter(
            "results_failed", "Results whose transaction failed and is tried again."
        )

        # between nodes
        self.bus_out = counter("bus_out", "Messages published to other nodes.")
        self.bus_in = counter("bus_in", "Messages received from other nodes.")
        self.bus_dropped = counter("bus_dropped", "Messages from other nodes dropped as the queue was full.")

        # lobby
        self.queued = gauge(
            "queued", "Tickets waiting in the queues this node leads, by game and mode.", "game", "mode"
        )
        self.queue_wait = histogram(
            "queue_wait_seconds",
            "Time a ticket waited until its match existed, by game and mode.",
            _WAITS,
            "game",
            "mode",
        )
        self.paired = counter("paired", "Matches made by the matchmaker, by game and mode.", "game", "mode")

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def names(self) -> Iterator[str]:
        """Names of our own metrics, as they are exposed (a counter without its `_total`)."""
        for family in self.registry.collect():
            if family.name.startswith("arcade_"):
                yield family.name


metrics = Metrics()
