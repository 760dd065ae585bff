"""What a run came to: read from what it left behind, judged, and summed up."""

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from arcade.chaos import checker, gateways, history, rows, times
from arcade.chaos.options import Options
from arcade.chaos.violation import KINDS, Outages, Violation
from matches.engine import registry

LONG_MS = 15_000
"""An outage in which a match may end before its players could come."""


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
    if options.appendfsync != "always" or outages.losing:
        violations = [v for v in violations if v.kind != "rewound"]
    apart = _apart(violations, kept, outages)
    violations = [v for v in violations if v.match not in apart or v.kind not in apart[v.match]]
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
        "gone": sum("gone" in kinds for kinds in apart.values()),
        "no_shows": sum("aborted" in kinds for kinds in apart.values()),
        "blows": dict(Counter(b.kind for b in blows)),
        "seconds": round(ended / 1000, 1),
        "seed": options.seed,
        "failures": failures,
    }
    return Report(numbers, violations, folder, failures)


def _apart(violations: list[Violation], kept: rows.Rows, outages: Outages) -> dict[str, tuple[str, ...]]:
    """By match the kinds of violations that break no promise: it was made or told of when something was lost,
    or before an outage about as long as the time there is for coming."""
    apart: dict[str, tuple[str, ...]] = {}
    if outages.losing or any(to - since > LONG_MS for since, to in outages.spans):
        apart |= {row.id: ("aborted", "stuck") for row in kept.matches if row.reason == "no-show"}
    there = {row.id for row in kept.matches}
    for violation in violations:
        if violation.kind == "gone":
            apart[violation.match] = (
                ("gone",) if violation.match in there else ("gone", "stuck", "unfinished")
            )
    return apart
