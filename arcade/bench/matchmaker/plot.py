"""Wait against gap as SVG: a panel for each rate, a mark for each policy, both axes logarithmic."""

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

COLOURS = ("#c2255c", "#868e96", "#1971c2", "#2f9e44", "#e8590c", "#7048e8", "#0c8599", "#5c940d")
MARKS = (
    "M0-7L2-2 7-2 3 2 5 7 0 4-5 7-3 2-7-2-2-2Z", "M-4-4H4V4H-4Z", "M0-5L5 4H-5Z", "M0-6L6 0 0 6-6 0Z",
    "M-5-4H5L0 5Z", "M-5-5L5 5M5-5L-5 5", "M0-6V6M-6 0H6", "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z",
)  # fmt: skip
WIDTH, HEIGHT, LEFT, TOP, GAP = 300, 200, 58, 66, 76
WAITS, GAPS = (0.001, 200.0), (0.5, 2000.0)
Point = tuple[float | None, float | None]


def plot(title: str, panels: Sequence[tuple[str, Mapping[str, Point]]], names: Sequence[str]) -> str:
    """Each panel: its title, and the p90 of wait (seconds) and of gap (points) by policy. A wait that is not
    reached is drawn at the right edge, hollow."""
    columns = min(2, len(panels))
    width = LEFT + columns * (WIDTH + GAP) - 30
    height = TOP + math.ceil(len(panels) / columns) * (HEIGHT + GAP)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="11"><title>{escape(title)}</title>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="20" font-size="14" font-weight="600">{escape(title)}</text>',
        *_legend(names),
    ]
    for number, (name, points) in enumerate(panels):
        x, y = LEFT + number % columns * (WIDTH + GAP), TOP + number // columns * (HEIGHT + GAP)
        out.append(f'<g transform="translate({x},{y})">{"".join(_panel(name, points, names))}</g>')
    return "\n".join([*out, "</svg>", ""])


def _legend(names: Sequence[str]) -> list[str]:
    return [
        f'<g transform="translate({18 + 92 * n},40)">{_mark(n, False)}'
        f'<text x="11" y="4">{escape(name)}</text></g>'
        for n, name in enumerate(names)
    ]


def _mark(number: int, hollow: bool) -> str:
    colour = COLOURS[number % len(COLOURS)]
    fill = "none" if hollow else colour
    return f'<path d="{MARKS[number % len(MARKS)]}" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'


def _panel(name: str, points: Mapping[str, Point], names: Sequence[str]) -> list[str]:
    out = [
        f'<text y="-6" font-weight="600">{escape(name)}</text>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#adb5bd"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT + 32}" text-anchor="middle">wait p90, s</text>',
        f'<text transform="translate(-40,{HEIGHT / 2}) rotate(-90)" text-anchor="middle">gap p90</text>',
    ]
    for tick in (0.001, 0.01, 0.1, 1, 10, 100):
        x = _along(tick, WAITS) * WIDTH
        out.append(f'<path d="M{x:.1f} 0V{HEIGHT}" stroke="#e9ecef"/>')
        out.append(f'<text x="{x:.1f}" y="{HEIGHT + 15}" text-anchor="middle">{tick:g}</text>')
    for tick in (1, 10, 100, 1000):
        y = HEIGHT * (1 - _along(tick, GAPS))
        out.append(f'<path d="M0 {y:.1f}H{WIDTH}" stroke="#e9ecef"/>')
        out.append(f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for number, policy in reversed(list(enumerate(names))):
        wait, gap = points.get(policy, (None, None))
        if gap is None:
            continue
        x = WIDTH if wait is None else _along(wait, WAITS) * WIDTH
        y = HEIGHT * (1 - _along(gap, GAPS))
        tip = f"{policy}: {'not reached' if wait is None else f'{wait:.3g} s'}, {gap:.3g} points"
        out.append(
            f'<g transform="translate({x:.1f},{y:.1f})"><title>{escape(tip)}</title>'
            f"{_mark(number, wait is None)}</g>"
        )
    return out


def _along(value: float, axis: tuple[float, float]) -> float:
    low, high = axis
    return math.log(min(max(value, low), high) / low) / math.log(high / low)
