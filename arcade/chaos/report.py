"""What a run came to: read from what it left behind, judged, and summed up."""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from arcade.chaos import checker, gateways, history, on_stores, rows, times
from arcade.chaos.options import Options
from arcade.chaos.violation import KINDS, Outages, Violation
from matches.engine import registry


class Report(msgspec.Struct):
    """`numbers` is what `--json` prints."""

    numbers: dict[str, Any]
    violations: list[Violation]
    folder: Path | None
    failures: list[str]

    @property
    def passed(self) -> bool:
        return not self.violations and not self.failures


def judge(
    folder: Path,
    options: Options,
    blows: list[times.Blow],
    outages: Outages,
    ended: float,
    failures: list[str],
) -> Report:
    """Read what the run left behind and say what it came to."""
    kept = rows.load(folder / "rows.msgpack")
    games = {game.name: game for game in registry.all()}
    samples, sockets = times.Samples(), gateways.Gateways()
    seen: set[str] = set()

    def matches() -> Any:
        for match, histories in history.by_match(folder / "histories"):
            seen.add(match)
            samples.add(match, histories, blows)
            sockets.add(match, histories, blows, outages)
            yield match, histories

    violations: list[Violation] = []
    acked = takeovers = 0
    for verdict in checker.judge(matches(), kept, games, outages, ended):
        violations += verdict.violations
        acked += verdict.acked
        takeovers += verdict.takeovers
    violations += sockets.violations
    rewinds = sum(v.kind == "rewound" for v in violations)
    if options.appendfsync != "always" or set(options.nemesis) & set(on_stores.LOSING):
        violations = [v for v in violations if v.kind != "rewound"]
    if set(options.nemesis) & set(on_stores.LOSING):  # what the lobby told somebody may be lost as well
        waited = {row.id for row in kept.matches if row.reason == "no-show"}
        violations = [v for v in violations if v.match not in waited or v.kind not in ("aborted", "stuck")]
    counts = Counter(v.kind for v in violations)
    kills = [b for b in blows if b.counts]
    numbers = {
        "kills": len(kills),
        "matches": len(seen | {row.id for row in kept.matches}),
        "moves_acked": acked,
        **{name: counts[name] for name in KINDS},
        "takeovers": takeovers,
        **times.summary(samples),
        **sockets.summary(),
        "moves_per_kill": round(acked / len(kills)) if kills else None,
        "hosted": times.told([float(len(b.matches)) for b in kills]),
        "sockets": times.told([float(b.sockets) for b in kills]),
        "in_flight": times.told([float(b.in_flight) for b in kills]),
        "away_ms": times.told([to - since for since, to in outages.spans]),
        "rewinds": rewinds,
        "blows": dict(Counter(b.kind for b in blows)),
        "seconds": round(ended / 1000, 1),
        "seed": options.seed,
        "failures": failures,
    }
    return Report(numbers, violations, folder, failures)
