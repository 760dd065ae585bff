"""What changed between two views, told without making either: the patch that the whole views would give."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from matches.engine.game import Game
from matches.engine.random import SeededRandom
from protocol.delta import apply, diff
from tests.property.engine.test_every_game import a_drive, every_game, keyed


def wire(value: Any) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(value))


@every_game
@settings(keyed, max_examples=12)
@given(key=st.binary(min_size=32, max_size=32))
def test_changes_are_those_of_the_whole_views(game: Game[Any, Any], mode: str, key: bytes) -> None:
    choose = SeededRandom(key).below
    drive = a_drive(game, mode, choose)
    match = drive.match
    views = [None, *range(len(match.teams))]
    before = {seat: (match.image(seat), wire(match.view(seat))) for seat in views}
    for _ in range(60):
        after = (0, 10, 50, 3_000)[choose(4)]
        drive.step(*(drive.anything(choose, after) for _ in range(choose(4))), after=after)
        for seat in views:
            image, whole = match.image(seat), wire(match.view(seat))
            old, was = before[seat]
            patch = match.changes(old, image)
            assert wire(patch) == wire(diff(was, whole))
            assert (was if patch is None else apply(was, wire(patch))) == whole
            if choose(3):  # else a frame that this seat's socket has missed
                before[seat] = image, whole
