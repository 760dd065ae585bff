"""The checks as a test case of its own: `class TestMine(GameChecks, unittest.TestCase)`."""

from collections.abc import Sequence
from typing import Any, ClassVar

from matches.engine.game import Game, Random
from matches.testkit import checks
from matches.testkit.rules import rules_of


class GameChecks:
    """To be mixed into a `unittest.TestCase` that names its `game`.

    `matches` are those that each check plays. `moves` gives moves worth trying, where bots and chance find
    too few. A game that overrides `view` says with `swap` what each seat must not know.
    """

    game: ClassVar[type[Game[Any, Any]]]
    matches: ClassVar[int] = 50
    follow: ClassVar[bool] = True
    """Whether the next move of another may show nothing either: see `checks.tells_no_secrets`."""

    def moves(self, view: Any, seat: int) -> Sequence[Any]:
        """Moves worth trying from what `Game.view` gives this seat."""
        raise NotImplementedError

    def swap(self, state: Any, seat: int | None, random: Random) -> None:
        """Change in the state what this seat (None: who watches) must not know."""
        raise NotImplementedError

    def test_it_replays_exactly(self) -> None:
        checks.replays_exactly(self.game, matches=self.matches, moves=self._moves)

    def test_it_tells_no_secrets(self) -> None:
        if type(self).swap is GameChecks.swap:
            hides = type(rules_of(self.game)).view is not Game.view
            assert not hides, f"{self.game.__name__} has a view of its own: define swap() in this test"
            return
        checks.tells_no_secrets(
            self.game, self.swap, matches=self.matches, moves=self._moves, follow=self.follow
        )

    def test_it_stays_in_bounds(self) -> None:
        checks.stays_in_bounds(self.game, matches=self.matches, moves=self._moves)

    def test_its_bots_play_legally(self) -> None:
        checks.bots_play_legally(self.game, matches=max(1, self.matches // 3))

    @property
    def _moves(self) -> Any:
        return None if type(self).moves is GameChecks.moves else self.moves
