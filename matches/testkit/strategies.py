"""Random matches for Hypothesis, which then shrinks one that fails."""

from typing import Any

from hypothesis import strategies as st

from matches.engine.testing import Drive
from matches.testkit.roaming import Moves, Watch, random_match
from matches.testkit.rules import Rules


@st.composite
def matches(
    draw: st.DrawFn,
    game: Rules,
    *,
    mode: str | None = None,
    moves: Moves | None = None,
    leavers: bool = True,
    steps: int = 60,
    watch: Watch | None = None,
) -> Drive:
    """Matches of random legal moves; the arguments are those of `random_match`."""

    def choose(n: int) -> int:
        return draw(st.integers(0, n - 1))

    given: dict[str, Any] = {"mode": mode, "moves": moves, "leavers": leavers, "steps": steps, "watch": watch}
    return random_match(game, choose, **given)
