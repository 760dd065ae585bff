"""Who says whether a match has a log, and how records in memory are confirmed."""

import asyncio
from typing import Any

import pytest

from matches.engine import registry
from matches.engine.declared import durability_of
from matches.engine.game import Durability, Mode
from matches.host.append import Outcome
from matches.host.memory import Kept, MemoryLog


@pytest.mark.parametrize(
    ("game", "mode", "counts"),
    [(None, None, None), ("none", None, "none"), (None, "none", "none"), ("none", "log", "log")],
)
def test_the_mode_counts_before_the_game(
    game: Durability | None, mode: Durability | None, counts: Durability | None
) -> None:
    class Declared:
        durability = game

    rules: Any = Declared()
    assert durability_of(rules, Mode(durability=mode)) == counts


def test_our_games_leave_it_to_the_server() -> None:
    for game in registry.all():
        assert {durability_of(game, mode) for mode in game.modes.values()} == {None}


async def test_a_record_is_confirmed_on_the_next_pass_in_order() -> None:
    memory = MemoryLog(lambda work: pytest.fail("nothing is to be moved"))
    kept = Kept("m", 7)
    told: list[tuple[int, Outcome]] = []
    for n in range(3):
        memory.append(kept, bytes([n]), lambda outcome, n=n: told.append((n, outcome)))  # type: ignore[misc]
    assert told == []
    await asyncio.sleep(0)
    assert told == [(n, Outcome.CONFIRMED) for n in range(3)]


async def test_one_that_fails_to_settle_holds_up_no_other(capfd: Any) -> None:
    memory = MemoryLog(lambda work: pytest.fail("nothing is to be moved"))
    kept, told = Kept("m", 7), []

    def fails(_: Outcome) -> None:
        raise RuntimeError("on purpose")

    memory.append(kept, b"a", fails)
    memory.append(kept, b"b", told.append)
    await asyncio.sleep(0)
    assert told == [Outcome.CONFIRMED]


def test_records_are_told_by_their_ids() -> None:
    kept = Kept("m", 7)
    kept.records += [b"a", b"bb", b"c"]
    kept.bytes = 4
    assert kept.until("7-2") == {"7-1": b"a", "7-2": b"bb"}
    assert kept.until("6-9") == {}
    kept.let_go(3)
    assert (kept.bytes, kept.until("7-3")) == (1, {"7-3": b"c"})
    assert kept.until("7-2") == {}
