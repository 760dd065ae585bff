"""What became of the sockets that a killed node held for matches of other nodes, as their clients saw it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from arcade.chaos import history as h
from arcade.chaos.times import ENDS, Blow, told
from arcade.chaos.violation import STUCK_MS, Outages, Violation


class Fate(msgspec.Struct, frozen=True):
    """Of such a socket's client: `back`, with a frame on its own seat at `at` (ms), or gone by then."""

    back: bool
    at: float


class Gateways(msgspec.Struct):
    """Of a whole run. `back`: ms per client; `left`: clients that went by themselves meanwhile."""

    kills: set[float] = set()
    back: list[float] = []
    left: int = 0
    violations: list[Violation] = []

    def add(
        self, match: str, histories: Sequence[h.History], blows: Iterable[Blow], outages: Outages
    ) -> None:
        """Take in what a match's clients saw of the blows."""
        for blow in blows:
            if blow.kind not in ENDS or match in blow.matches:
                continue
            for history in histories:
                found = fate(history, blow)
                if found is None:
                    continue
                self.kills.add(blow.at)
                if found.back:
                    self.back.append(found.at - blow.at)
                else:
                    self.left += 1
                self.violations += [Violation("stuck", match, text) for text in late(history, blow, outages)]

    def summary(self) -> dict[str, Any]:
        """`gateway_kills`: of nodes that held at least one such socket; `back_ms`: until it was back."""
        return {"gateway_kills": len(self.kills), "back_ms": {**told(self.back), "left": self.left}}


def fate(history: h.History, blow: Blow) -> Fate | None:
    """None for who did not sit there when the blow fell, or had seen the end of the match."""
    before = [entry for entry in history.entries if entry.at <= blow.at]
    after = history.entries[len(before) :]
    if not _sat(before, blow.port):
        return None
    opened = seated = False
    for entry in after:
        match entry:
            case h.Opened():
                opened, seated = True, False
            case h.Welcomed(_, _, seat):
                seated = opened and seat == history.who.seat
            case h.Seen(at) if seated:
                return Fate(True, at)
            case h.Left(at):
                return Fate(False, at)
            case _:
                pass
    return Fate(False, after[-1].at if after else blow.at)


def late(history: h.History, blow: Blow, outages: Outages) -> Iterator[str]:
    """What is wrong where a client was longer on its way back than a match may stand still."""
    found = fate(history, blow)
    if found is not None and outages.up(blow.at, found.at) > STUCK_MS:
        seconds, what = (found.at - blow.at) / 1000, "back only" if found.back else "not back"
        who = f"seat {history.who.seat}, session {history.who.session}"
        yield f"{who}: {what} {seconds:.1f} s after its gateway died"


def _sat(entries: Sequence[h.Entry], port: int) -> bool:
    """Whether a client that has seen so much sits at this port, in a match that goes on."""
    if any(isinstance(entry, h.Ended) for entry in entries):
        return False
    greeted = False
    for entry in reversed(entries):
        match entry:
            case h.Opened(_, opened):
                return greeted and opened == port
            case h.Welcomed():
                greeted = True
            case h.Lost() | h.Left():
                return False
            case _:
                pass
    return False
