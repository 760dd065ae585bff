"""Numbers of many rounds: medians, spreads, ratios, and a table for people."""

import os
import platform
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from arcade import COMPILED

Row = dict[str, Any]
Spread = dict[str, float]


def spread(values: Iterable[float | None]) -> Spread | None:
    """Median, lowest and highest; None where there is nothing."""
    given = sorted(value for value in values if value is not None)
    if not given:
        return None
    return {"median": _short(median(given)), "low": given[0], "high": given[-1]}


def _short(value: float) -> float:
    return round(value, 3 if abs(value) < 10 else 2)


def ratio(ours: Sequence[Row], theirs: Sequence[Row], key: str) -> Spread | None:
    """Ours to theirs round by round, of the rounds in which both count."""
    by_round = {row["round"]: row for row in theirs if not row["void"]}
    pairs = [(row, by_round[row["round"]]) for row in ours if not row["void"] and row["round"] in by_round]
    return spread(round(a[key] / b[key], 3) for a, b in pairs if b[key])


def cell(rows: Sequence[Row], keys: Sequence[str]) -> Row:
    """The rounds of one setting: how many count, and the spread of each figure."""
    good = [row for row in rows if not row["void"]]
    head = {"rounds": len(good), "void": len(rows) - len(good)}
    return head | {key: spread(row.get(key) for row in good) for key in keys}


def machine(cores: tuple[int, int]) -> Row:
    """What was measured on; `cores`: the server's and the load's."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "compiled": COMPILED,
        "cores": os.cpu_count(),
        "server_core": cores[0],
        "load_core": cores[1],
    }


def shown(value: Spread | float | None) -> str:
    """For a table."""
    if value is None:
        return "–"
    if isinstance(value, dict):
        return f"{value['median']:g} ({value['low']:g} – {value['high']:g})"
    return f"{value:g}"


def table(head: Sequence[str], lines: Sequence[tuple[str, Sequence[Any]]]) -> str:
    """A title and a column for each of `head`."""
    width = max(len(title) for title, _ in lines) + 2
    columns = [max(len(name), *(len(shown(cells[n])) for _, cells in lines)) for n, name in enumerate(head)]
    out = [" " * width + "".join(f"{name:>{w + 2}}" for name, w in zip(head, columns, strict=True))]
    for title, cells in lines:
        row = "".join(f"{shown(c):>{w + 2}}" for c, w in zip(cells, columns, strict=True))
        out.append(f"{title:{width}}{row}")
    return "\n".join(out)
