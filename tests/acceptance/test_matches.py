"""Whole matches of real clients on real servers, under each server and over one node and two."""

import asyncio
import json
from typing import Any

import pytest
from arcade_client import Arcade, Refused, RequestError

from tests.acceptance.conftest import World
from tests.support.waiting import auntil

Join = Any


async def history(world: World, path: str) -> dict[str, Any]:
    """What is told of a match over HTTP, once its result is written."""

    def ask() -> Any:
        status, _, body = world.servers[0].get(f"/api/matches/{path}")
        return json.loads(body) if status == 200 else None

    found: dict[str, Any] = await auntil(lambda: asyncio.to_thread(ask))
    return found


async def pair(world: World, join: Join, game: str, mode: str) -> list[Any]:
    """Two players in one match, each on a node of his own where there are two; seat 0 first."""
    players = [await join(world.url, name) for name in ("Ada", "Bob")]
    for player in players:
        await player.lobby.enqueue(game, mode)
    await asyncio.gather(*(player.sit() for player in players))
    players.sort(key=lambda player: player.match.seat)
    return players


async def test_two_players_are_matched_and_play_to_the_end(world: World, join: Join) -> None:
    one, two = await pair(world, join, "connect-four", "standard")
    for column in (0, 1, 0, 1, 0, 1):
        await (one, two)[column].move(column=column)
    await one.move(column=0)
    for player in (one, two):
        assert (await player.over())["places"] == [1, 2]
        assert player.match.game["line"] == [[0, 0], [0, 1], [0, 2], [0, 3]]
    row = await history(world, f"{one.match.id}/")
    assert [p["player"] for p in row["participants"]] == [one.id, two.id]
    assert row["rated"]
    before, after = ([p[f"rating_{when}"] for p in row["participants"]] for when in ("before", "after"))
    assert after[0] > before[0]
    assert after[1] < before[1]
    assert (await history(world, f"{one.match.id}/replay"))["verified"] is True


async def test_what_the_rules_refuse_is_told_and_changes_nothing(world: World, join: Join) -> None:
    one, two = await pair(world, join, "connect-four", "standard")
    with pytest.raises(Refused, match="not-your-turn"):
        await two.match.move({"column": 0})
    with pytest.raises(Refused, match="illegal-move"):
        await one.match.move({"column": 7})
    with pytest.raises(Refused, match="bad-move"):
        await one.match.move({"column": "left"})
    assert one.match.game["board"] == [[]] * 7
    await two.match.draw()
    await one.match.draw()
    assert (await two.over())["reason"] == "agreed"


async def test_the_arena_runs_for_players_and_computers(world: World, join: Join) -> None:
    player = await join(world.url, "Ada")
    await player.lobby.play_bot("arena", "ffa", 1, 4)
    await player.sit()
    seat = player.match.seat
    await player.until(lambda m: m.game)
    start = [dict(runner) for runner in player.match.game["runners"]]
    await player.match.move({"dx": 1 if start[seat]["x"] < 8000 else -1, "dy": 0})
    await player.until(
        lambda m: all(
            (a["x"], a["y"]) != (b["x"], b["y"]) for a, b in zip(m.game["runners"], start, strict=True)
        )
    )
    with pytest.raises(Refused, match="bad-move"):
        await player.match.move({"dx": 2, "dy": 0})
    watcher = await join(world.url, "Eve")
    seen = await watcher.watch(player.match.id)
    assert len(seen.game["runners"]) == 4
    assert seen.seat is None
    await player.match.resign()
    assert (await history(world, f"{player.match.id}/"))["rated"] is False


async def test_a_room_with_a_code_a_bot_and_a_rematch(world: World, join: Join) -> None:
    one, two = [await join(world.url, name) for name in ("Ada", "Bob")]
    code = (await one.lobby.create_room("connect-four", "blitz"))["code"]
    with pytest.raises(RequestError, match="room-unknown"):
        await two.lobby.join_room("ZZZZZZ")
    await two.lobby.join_room(code)
    await one.lobby.ready_up()
    await two.lobby.ready_up()
    await asyncio.gather(one.sit(), two.sit())
    await one.match.resign()
    await one.over()
    first = one.match.id
    await history(world, f"{first}/")
    await asyncio.gather(one.match.rematch(), two.match.rematch())
    await asyncio.gather(one.follow(), two.follow())
    assert one.match.id == two.match.id != first
    await (one if one.match.seat == 0 else two).move(column=3)


async def test_a_cut_line_is_mended_without_a_word_lost(world: World, join: Join) -> None:
    one, two = await pair(world, join, "connect-four", "standard")
    await one.move(column=3)
    two.cut()
    await two.move(column=3)
    await one.until(lambda m: m.game["board"][3] == [0, 1])
    one.cut()
    await one.move(column=3)
    await two.until(lambda m: m.game["board"][3] == [0, 1, 0])
    await two.match.resign()
    assert (await one.over())["places"] == [1, 2]


async def test_a_player_may_come_back_on_another_node(world: World, join: Join) -> None:
    one, two = await pair(world, join, "connect-four", "standard")
    await one.move(column=3)
    elsewhere = Arcade(world.url, token=two.arcade.token)
    async with await elsewhere.match(two.match.id) as again:
        assert again.seat == two.match.seat
        assert again.game["board"][3] == [0]
        await again.move({"column": 2})
        await one.until(lambda m: m.game["board"][2] == [1])
        await again.resign()
    assert (await one.over())["reason"] == "resigned"


async def test_hidden_hands_stay_hidden(world: World, join: Join) -> None:
    one, two = await pair(world, join, "high-card", "standard")
    await one.until(lambda m: m.game)
    await two.until(lambda m: m.game)
    dealt = [player.match.game["hand"] for player in (one, two)]
    assert not set(dealt[0]) & set(dealt[1])
    await one.move(index=0)
    await two.move(index=0)
    for player, hand in zip((one, two), dealt, strict=True):
        await player.until(lambda m: any(m.game["points"]))  # both have laid
        assert player.match.game["hand"] == hand[1:]
    watcher = await join(world.url, "Eve")
    assert (await watcher.watch(one.match.id)).game["hand"] == []
    await one.match.resign()
    await two.over()


async def test_a_move_that_cannot_be_read_makes_way_for_the_next(world: World, join: Any) -> None:
    player = await join(world.url, "Ada")
    await player.lobby.play_bot("arena", "duel")
    await player.sit()
    await player.until(lambda m: m.view["phase"] == "running")
    for dx in ("x" * 2000, "y" * 2000, 1):
        player.match.send({"dx": dx, "dy": 0})
    with pytest.raises(Refused, match="move-too-large"):
        await player.match.move({"dx": "z" * 2000, "dy": 0})
    await player.match.move({"dx": 0, "dy": 1})
    runner = player.match.game["runners"][player.match.seat]
    assert (runner["dx"], runner["dy"]) == (0, 1)
    assert player.match.session.number == 2
    await player.match.resign()
