"""What the machine has found, as plain sequences."""

from collections.abc import Iterator

import pytest

from arcade.infra import keys
from tests.support.twin.world import Process, World

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def world() -> Iterator[World]:
    world = World(snapshot_every=50)
    yield world
    assert world.truth.violations == []
    world.end()


def first(world: World) -> Process:
    return next(iter(world.processes.values()))


def until_taken(world: World, match: str, by: int = 1) -> Process:
    """Let time pass until so many living nodes have it; the newest."""
    for _ in range(200):
        if len(world.hosting(match)) == by:
            return world.hosting(match)[-1]
        world.run(0.05)
    raise AssertionError("nobody took the match")


def lose(world: World, writes: int) -> None:
    world.wire.down()
    world.store.lose(writes)
    world.truth.lost()
    world.wire.up = True


def test_a_fence_that_the_store_lost_is_missed(world: World) -> None:
    """The new owner's first record must not stand where its fence has vanished: a restore would refuse it."""
    match = world.sit_down(first(world))
    world.kill(first(world))
    owner = until_taken(world, match)
    hosted = owner.node.host.matches[match]
    assert hosted.prev == f"{hosted.epoch}-0"
    chain = world.truth.chains[keys.match_log(match).encode()]
    while chain.links[-1][0][1] == 0:
        lose(world, 1)
    world.players[0].say(1)
    world.run(6)
    (owner,) = world.hosting(match)
    assert owner.node.host.matches[match].match.state.game.said == [[1], []]


def test_a_gateway_that_takes_its_own_node_for_the_owner_finds_out(world: World) -> None:
    """It was asked in the moment in which its host had lost the match and did not know yet."""
    match = world.sit_down(first(world))
    far = next(p for p in world.players if p._process is not first(world))
    assert far._process is not None
    assert far._viewer is not None
    far._viewer.node = far._process.id
    assert far.say(1)
    world.run(3)
    assert far.accepted == [1]
    assert world.hosting(match) == [first(world)]


def test_who_was_ahead_is_told_also_when_the_match_has_gone_on(world: World) -> None:
    """The tail and its owner are gone; the other player moves on before the first one is back."""
    match = world.sit_down(first(world))
    ahead, other = world.players
    for value in (1, 2, 3):
        assert ahead.say(value)
        world.run(0.02)
    assert ahead.accepted == [1, 2, 3]
    world.kill(first(world))
    lose(world, 2)
    ahead.away = True
    until_taken(world, match)
    world.run(1)
    for value in range(10, 16):
        assert other.say(value)
        world.run(0.02)
    ahead.away = False
    world.run(2)
    assert ahead.rewound
    assert ahead.say(4)
    world.run(2)
    assert ahead.accepted == [1, 2, 3, 4]
