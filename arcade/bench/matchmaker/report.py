"""The told object for people."""

from typing import Any

from arcade.bench.matchmaker.ours import OURS

TITLES = {"1v1": "1v1", "2v2": "2v2", "5v5": "5v5", "ffa12": "Free-for-all of twelve"}
Told = dict[str, Any]


def number(value: float | None) -> str:
    """Two or three digits that count; a dash for what is not reached."""
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 99.5 else f"{value:.2g}" if abs(value) < 10 else f"{value:.1f}"


def numbers(row: Told, *keys: str) -> str:
    return " / ".join(number(row[key]) for key in keys)


def summary(told: Told) -> list[str]:
    """In which cells a peer is at least as good, in sentences; then speed."""
    peers, seeds = len(told["options"]["policies"]) - 1, told["options"]["seeds"]
    over = "one seed" if seeds == 1 else f"medians over {seeds} seeds"
    lines = [
        f"{told['dominated_cells']} of {told['measured_cells']} cells have a peer, of {peers}, that is at or "
        f"below ours in both p90 of the wait and p90 of the gap ({over})."
    ]
    lines += [line for cell in told["cells"] for line in _beaten(cell, "dominated_by", "gap")]
    lines.append(
        f"With the team gap in the gap's place: {told['dominated_cells_by_team_gap']} of "
        f"{told['measured_cells']}."
    )
    lines += [line for cell in told["cells"] for line in _beaten(cell, "dominated_by_team_gap", "team_gap")]
    speed = told["throughput"]
    lines.append(
        f"{speed['waiting']} waiting tickets, 5v5 with parties: {told['tickets_per_second']:.0f} tickets a "
        f"second matched on one core ({speed['matched']} of them)."
    )
    live = told["live"]
    lines.append(
        f"The same through a queue in service, each change written: {live['tickets_per_second']:.0f} a "
        f"second of a core ({live['matched']} of {live['waiting']}), {live['enter_ms']} ms for one to enter."
    )
    return lines


def _beaten(cell: Told, by: str, gap: str) -> list[str]:
    mine, lines = cell["policies"][OURS], []
    for name in cell[by]:
        row = cell["policies"][name]
        lines.append(
            f"{TITLES[cell['mode']]} at {cell['rate']} a second: {name} beats ours, wait "
            f"{number(row['wait']['p90'])} s to {number(mine['wait']['p90'])} s, {gap.replace('_', ' ')} "
            f"{number(row[gap]['p90'])} to {number(mine[gap]['p90'])}."
        )
    return lines


def table(told: Told) -> str:
    """For the terminal, after the cells' own lines."""
    return "\n".join(summary(told))
