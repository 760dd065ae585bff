"""What the machine has found, as plain sequences."""

from collections.abc import Iterator

import pytest

from arcade.infra import keys
from matches.host import takeover
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


@pytest.mark.parametrize(("how", "seconds"), [("killed", 0.6), ("stopped", 1.2)])
def test_a_death_is_noticed_by_the_port_or_by_the_lease(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str, seconds: float
) -> None:
    """Long before a sweep finds what is left, and by whoever is in charge, without a second look."""
    match, dead = world.sit_down(first(world)), first(world)
    other = next(p for p in world.processes.values() if p is not dead)
    monkeypatch.setattr(takeover, "in_charge", lambda _, ids: dead.id if dead.id in ids else other.id)
    if how == "killed":
        world.kill(dead)
    else:
        dead.stopped = True
    world.run(seconds)
    assert other in world.hosting(match)


class Sleeper:
    """The first owner of a match was asleep while another one took it; the store has lost all since then."""

    def __init__(self, world: World, *, away: float = 0) -> None:
        self.world, self.away = world, away
        self.match = world.sit_down(first(world))
        self.process = first(world)
        self.near, self.far = sorted(world.players, key=lambda p: p._process is not self.process)
        self.process.stopped = True
        world.wire.hold(self.process.id)  # no word of the new owner comes through
        self.owner = until_taken(world, self.match, 2)
        assert self.owner is not self.process
        assert self.far.say(1)
        world.run(0.1)
        assert self.far.accepted == [1]
        assert away == 0 or self.far.say(2)  # on its way when the store dies
        world.wire.down()
        world.run(away)
        self.chain = world.truth.chains[keys.match_log(self.match).encode()]
        while self.chain.owners[self.chain.links[-1][0][0]] == self.owner.id:
            lose(world, 1)

    def wakes(self) -> None:
        assert not self.process.node.lease.holds()
        self.world.wire.let_go(self.process.id)
        self.process.stopped = False

    def judge(self) -> None:
        """Play goes on, and nothing is missing that was acknowledged."""
        self.world.run(3)
        assert self.far.say(4)
        self.world.run(3)
        said = self.chain.match.state.game.said
        assert (said[self.far.seat], said[self.near.seat]) == (self.far.accepted, self.near.accepted)


def test_an_owner_that_slept_lets_a_living_one_speak_first(world: World) -> None:
    """Who lives has nothing to say just now, but finds that the store was away."""
    sleeper = Sleeper(world)
    assert sleeper.owner.node.lease.holds()
    sleeper.wakes()
    assert sleeper.near.say(3)
    sleeper.judge()
    assert (sleeper.far.accepted, sleeper.near.accepted) == ([1, 4], [3])


def test_who_is_the_owner_no_more_by_the_word_of_the_store_alone_goes_first(world: World) -> None:
    """The store was away past every lease, and the last owner is the last to hear that it is back."""
    sleeper = Sleeper(world, away=1.5)
    world.wire.hold(sleeper.owner.id)
    sleeper.wakes()
    assert sleeper.near.say(3)
    world.run(0.3)
    world.wire.let_go(sleeper.owner.id)
    sleeper.judge()
    assert (sleeper.far.accepted, sleeper.near.accepted) == ([1, 2, 4], [3])


def test_an_owner_that_slept_waits_also_when_it_is_outbid(world: World) -> None:
    """A spectator comes who has seen the epoch of the owner after it."""
    sleeper = Sleeper(world)
    sleeper.wakes()
    host = sleeper.process.node.host
    later = sleeper.owner.node.host.matches[sleeper.match].epoch
    sleeper.process.call(lambda: host.reception._outbid(host.matches[sleeper.match], later))
    sleeper.judge()
    assert sleeper.far.accepted == [1, 4]
