"""The measured part of docs/matchmaking.md, with its plots."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from arcade.bench.matchmaker.ours import OURS
from arcade.bench.matchmaker.plot import plot
from arcade.bench.matchmaker.report import TITLES, Told, number, numbers, summary

BEGIN = "<!-- measured by `manage.py bench matchmaker --write-docs` -->"
END = "<!-- end of the measured part -->"
PLAIN = 10
"""The rate, players a second, whose deciles and latencies the page shows."""


def write(told: Told, folder: Path) -> list[Path]:
    """The plots, and the page between its two marks; text around them stays. Gives what was written."""
    page = folder / "matchmaking.md"
    text = page.read_text() if page.exists() else f"# Matchmaking\n\n{BEGIN}\n{END}\n"
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    written = [page]
    for mode in _modes(told):
        picture = folder / f"matchmaking-{mode}.svg"
        picture.write_text(_picture(told, mode))
        written.append(picture)
    page.write_text(f"{head}{BEGIN}\n\n{_measured(told)}\n{END}{tail}")
    return written


def _modes(told: Told) -> list[str]:
    return list(dict.fromkeys(cell["mode"] for cell in told["cells"]))


def _picture(told: Told, mode: str) -> str:
    panels = [
        (
            f"{cell['rate']} a second",
            {name: (row["wait"]["p90"], row["gap"]["p90"]) for name, row in cell["policies"].items()},
        )
        for cell in told["cells"]
        if cell["mode"] == mode
    ]
    return plot(f"{TITLES[mode]}: p90 of wait and gap", panels, told["options"]["policies"])


def _measured(told: Told) -> str:
    parts = ["\n".join(f"- {line}" for line in summary(told)), _other_wins(told)]
    for mode in _modes(told):
        cells = [cell for cell in told["cells"] if cell["mode"] == mode]
        parts += [
            f"### {TITLES[mode]}",
            f"![{TITLES[mode]}: wait against gap](matchmaking-{mode}.svg)",
            _rates(cells),
        ]
        for cell in cells:
            if cell["rate"] == PLAIN:
                parts.append(_deciles(cell))
    for cell in told["cells"]:
        if (cell["mode"], cell["rate"]) == ("5v5", PLAIN):
            parts.append(_latency(cell))
    return "\n\n".join(parts) + "\n"


def _other_wins(told: Told) -> str:
    """Who is best in one of the two alone."""
    lines = [
        "Who has the shortest p90 wait and who the smallest p90 gap, in each cell:",
        _grid(
            ("cell", "shortest wait", "smallest gap", "ours: wait, gap"),
            (
                (
                    f"{TITLES[cell['mode']]} at {cell['rate']} a second",
                    _best(cell, "wait", "s"),
                    _best(cell, "gap", ""),
                    _mine(cell),
                )
                for cell in told["cells"]
            ),
        ),
    ]
    return "\n\n".join(lines)


def _mine(cell: Told) -> str:
    row = cell["policies"][OURS]
    return f"{number(row['wait']['p90'])} s, {number(row['gap']['p90'])}"


def _best(cell: Told, what: str, unit: str) -> str:
    rows = {name: row[what]["p90"] for name, row in cell["policies"].items() if row[what]["p90"] is not None}
    if not rows:
        return "–"
    name = min(rows, key=rows.__getitem__)
    return f"{name} {number(rows[name])} {unit}".strip()


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _bold(name: str) -> str:
    return f"**{name}**" if name == OURS else name


def _rates(cells: Sequence[Told]) -> str:
    head = (
        "a second",
        "",
        "wait p50 / p90 / p99, s",
        "gap p50 / p90",
        "team gap p90",
        "edge p50 / p90",
        "gave up",
        "µs",
    )
    return _grid(
        head,
        (
            (
                str(cell["rate"]) if first else "",
                _bold(name),
                numbers(row["wait"], "p50", "p90", "p99"),
                numbers(row["gap"], "p50", "p90"),
                number(row["team_gap"]["p90"]),
                numbers(row["edge"], "p50", "p90"),
                f"{row['abandoned']:.1%}",
                number(row["cpu_us"]),
            )
            for cell in cells
            for first, (name, row) in _firsts(cell["policies"].items())
        ),
    )


def _firsts(items: Iterable[Any]) -> Iterable[tuple[bool, Any]]:
    return ((n == 0, item) for n, item in enumerate(items))


def _deciles(cell: Told) -> str:
    head = ("decile", *("lowest" if n == 0 else "highest" if n == 9 else str(n + 1) for n in range(10)))
    rows = []
    for name, row in cell["policies"].items():
        tenths = row["deciles"]
        rows.append((f"{_bold(name)} wait", *(number(d["wait"]["p90"]) for d in tenths)))
        rows.append((f"{_bold(name)} gap", *(number(d["gap"]["p90"]) for d in tenths)))
    return f"By rating, at {cell['rate']} a second, p90:\n\n{_grid(head, rows)}"


def _latency(cell: Told) -> str:
    regions = list(cell["policies"][OURS]["latency"])
    head = (
        "",
        *(f"{region} p50 / p90, ms" for region in regions),
        *(f"{region}, nearest" for region in regions),
    )
    rows = []
    for name, row in cell["policies"].items():
        places = [row["latency"][region] for region in regions]
        near = [f"{p['nearest']:.0%}" if p["nearest"] is not None else "–" for p in places]
        rows.append((_bold(name), *(numbers(p, "p50", "p90") for p in places), *near))
    where = f"{TITLES[cell['mode']]} at {cell['rate']} a second"
    title = f"Latency to the match's server by home, and how many play at home; {where}"
    return f"### Regions\n\n{title}:\n\n{_grid(head, rows)}"
