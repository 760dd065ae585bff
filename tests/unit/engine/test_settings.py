"""What a room chooses of a game: declared, checked, seen by the rules, the same in a replay."""

from typing import Annotated, Any, Literal

import msgspec
import pytest

from matches.engine.errors import DeclarationError
from matches.engine.match import Match
from matches.engine.replay import replay
from matches.engine.settings import checked, settings_of
from matches.engine.setup import Setup
from matches.engine.testing import Drive, make_setup
from matches.games.arena import Arena
from matches.games.connect_four import ConnectFour
from tests.unit.engine.test_registry import Move, declare

GAME = Arena()


class Good(msgspec.Struct, frozen=True):
    fast: bool = False
    rounds: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3
    field: Literal["small", "large"] = "small"


class Thawed(msgspec.Struct):
    fast: bool = False


class Required(msgspec.Struct, frozen=True):
    fast: bool


class Boundless(msgspec.Struct, frozen=True):
    rounds: int = 3


class Wordy(msgspec.Struct, frozen=True):
    title: str = ""


class Outside(msgspec.Struct, frozen=True):
    rounds: Annotated[int, msgspec.Meta(ge=1, le=9)] = 10


def test_good_settings_may_be_declared() -> None:
    declare(Move, Settings=Good)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (Thawed, "frozen=True"),
        (dict, "frozen=True"),
        (Required, "fast has no default"),
        (Boundless, r"rounds must be a bool, a Literal, or an int with msgspec.Meta"),
        (Wordy, r"title must be"),
        (Outside, "a default is not allowed"),
    ],
)
def test_settings_that_no_room_could_choose_are_refused(kind: Any, says: str) -> None:
    with pytest.raises(DeclarationError, match=says):
        declare(Move, Settings=kind)


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"seconds": 29}, ">= 30"),
        ({"seconds": "90"}, "Expected `int`"),
        ({"seconds": 90.0}, "Expected `int`"),
        ({"second": 90}, "has no setting 'second'; it has seconds"),
    ],
)
def test_what_the_game_does_not_allow_is_refused(chosen: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        checked(GAME, chosen)
    with pytest.raises(ValueError, match="no settings"):
        settings_of(ConnectFour(), {"seconds": 90})


def test_only_what_differs_from_the_defaults_is_kept() -> None:
    assert checked(GAME, {"seconds": 90}) == {}
    assert checked(GAME, {"seconds": 30}) == {"seconds": 30}
    assert checked(ConnectFour(), {}) == {}


def test_a_match_is_as_long_as_the_room_chose_and_replays_so() -> None:
    drive = Drive(GAME, make_setup(GAME, "duel", settings={"seconds": 30}))
    drive.join()
    ended = 0
    while not drive.match.over:
        assert drive.step(after=50).seq < 700
        ended = drive.match.state.tick
    assert ended == 30 * drive.match.rate
    setup = msgspec.msgpack.decode(msgspec.msgpack.encode(drive.match.setup), type=Setup)
    assert setup.settings == {"seconds": 30}
    *_, (last, _) = replay(GAME, setup, drive.records)
    assert last.hash() == drive.match.hash()
    restored = Match.restore(GAME, drive.match.snapshot())
    assert restored.table.settings.seconds == 30


def test_a_setup_without_settings_is_written_as_before() -> None:
    plain = msgspec.msgpack.decode(msgspec.msgpack.encode(make_setup(GAME, "duel")))
    assert "settings" not in plain
