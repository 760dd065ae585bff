"""Matches that an older engine played: the same steps, to the bit, while the rules have this version.

A file is zlib over msgpack of `Kept`. One that no longer verifies is a change of the rules, which needs
another `version` of the game, or a defect; none is made anew to let a test pass. Where the state takes
another form, the hashes are reckoned from the states that the older engine makes, put into that form.
"""

import zlib
from pathlib import Path

import msgspec
import pytest

import matches.games  # noqa: F401
from matches.engine import registry
from matches.engine.replay import replay
from matches.engine.setup import Setup

FILES = sorted((Path(__file__).parent / "replays").glob("*.replay"))


class Kept(msgspec.Struct):
    """The log, and the state's hash after each of its steps."""

    setup: Setup
    records: list[bytes]
    hashes: list[str]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_still_verifies(file: Path) -> None:
    kept = msgspec.msgpack.decode(zlib.decompress(file.read_bytes()), type=Kept)
    game = registry.get(kept.setup.game)
    assert [match.hash() for match, _ in replay(game, kept.setup, kept.records)] == kept.hashes
    assert len(kept.hashes) > 5


def test_there_are_some_of_every_game() -> None:
    assert {file.stem for file in FILES} == {"arena-ffa", "arena-teams", "connect-four"}
