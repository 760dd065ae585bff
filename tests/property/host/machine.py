"""Everything that may happen to nodes, their store and the way between, in any order, to one match."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from arcade.infra import keys
from tests.support.twin.player import Player
from tests.support.twin.wire import Fate
from tests.support.twin.world import Process, World

MOST_NODES = 3
ANY = st.integers(0, MOST_NODES - 1)
HEALING = 30
"""Seconds in which a match must go on when nothing stands in its way any more."""


class Life(RuleBasedStateMachine):
    """Two nodes to begin with, two players; each rule is one event, or lets some time pass."""

    world: World

    @initialize(snapshot_every=st.integers(2, 7))
    def begin(self, snapshot_every: int) -> None:
        self.world = World(snapshot_every=snapshot_every)
        self.match = self.world.sit_down(next(iter(self.world.processes.values())))
        self.key = keys.match_log(self.match).encode()
        self.spoken = 0
        self.failed = self.rotten = False

    # --- who is there ---------------------------------------------------------------------------------

    @property
    def alive(self) -> list[Process]:
        return [process for process in self.world.processes.values() if not process.dead]

    def some(self, which: int) -> Process | None:
        """A living node: 0 is the one that thinks the match is its own, if there is one."""
        owners = self.world.hosting(self.match)
        order = [*owners, *(process for process in self.alive if process not in owners)]
        return order[which % len(order)] if order else None

    # --- what players do ------------------------------------------------------------------------------

    @rule(seat=st.integers(0, 1), refused=st.booleans())
    def say(self, seat: int, refused: bool) -> None:
        self.spoken += 1
        self.world.players[seat].say(-self.spoken if refused else self.spoken)

    @rule(seat=st.integers(0, 1))
    def hang_up(self, seat: int) -> None:
        self.world.players[seat].leave()

    @rule(seconds=st.sampled_from([0.001, 0.02, 0.1, 0.3, 0.6, 1.2, 2.5, 6.0]))
    def wait(self, seconds: float) -> None:
        self.world.run(seconds)

    # --- the way to the store -------------------------------------------------------------------------

    @rule(which=ANY)
    def hold(self, which: int) -> None:
        if process := self.some(which):
            self.world.wire.hold(process.id)

    @rule(which=ANY)
    def let_go(self, which: int) -> None:
        if process := self.some(which):
            self.world.wire.let_go(process.id)

    @rule(which=ANY, at=st.integers(0, 3))
    def let_one_pass(self, which: int, at: int) -> None:
        process = self.some(which)
        waiting = self.world.wire.held.get(process.id) if process else None
        if waiting:
            self.world.wire.forward(waiting.pop(at % len(waiting)))

    @rule(which=ANY, ghost=st.booleans())
    def cut(self, which: int, ghost: bool) -> None:
        if process := self.some(which):
            self.world.wire.cut(process.id, ghost=ghost)

    @rule(which=ANY, fate=st.sampled_from(Fate))
    def spoil_next_append(self, which: int, fate: Fate) -> None:
        if process := self.some(which):
            self.world.wire.fates.setdefault(process.id, []).append(fate)

    @rule(which=st.integers(0, 3))
    def haunt(self, which: int) -> None:
        self.world.wire.haunt(which)

    # --- nodes ----------------------------------------------------------------------------------------

    @rule(which=ANY)
    def stop(self, which: int) -> None:
        if process := self.some(which):
            process.stopped = True

    @rule(which=ANY)
    def go_on(self, which: int) -> None:
        if process := self.some(which):
            process.stopped = False

    @rule(which=ANY)
    def kill(self, which: int) -> None:
        if process := self.some(which):
            self.world.kill(process)

    @rule(which=ANY)
    def drain(self, which: int) -> None:
        process = self.some(which)
        if process is not None and process.ready and not process.node.draining:
            process.start(process.leave())

    @precondition(lambda self: len(self.alive) < MOST_NODES)
    @rule(name=st.sampled_from("ab"))
    def boot(self, name: str) -> None:
        self.world.boot(name)

    # --- the store ------------------------------------------------------------------------------------

    @precondition(lambda self: self.world.wire.up)
    @rule()
    def store_dies(self) -> None:
        self.world.wire.down()

    @precondition(lambda self: not self.world.wire.up)
    @rule(writes=st.integers(0, 6))
    def store_comes_back(self, writes: int) -> None:
        self._lose(writes)

    @precondition(lambda self: self.world.wire.up)
    @rule(writes=st.integers(0, 6))
    def store_bounces(self, writes: int) -> None:
        """It comes back before anybody who is silent just now can notice."""
        self.world.wire.down()
        self._lose(writes)

    def _lose(self, writes: int) -> None:
        if self.world.store.lose(writes) if writes else 0:
            self.world.truth.lost()
        self.world.wire.up = True

    @precondition(lambda self: not self.rotten)
    @rule(place=st.integers(1, 30))
    def store_rots(self, place: int) -> None:
        """One record vanishes from the middle. Whoever restores must see it, or must not need it."""
        self.rotten = self.world.store.rot(self.key, place)

    @rule(full=st.booleans())
    def store_fills(self, full: bool) -> None:
        self.world.store.full = full

    # --- what must hold -------------------------------------------------------------------------------

    @invariant()
    def nothing_is_wrong(self) -> None:
        violations: list[str] = self.world.truth.violations
        self.failed = self.failed or bool(violations)
        assert not violations, violations[0]

    @invariant()
    def who_stands_at_the_top_is_what_the_log_says(self) -> None:
        chain = self.world.truth.chains[self.key]
        top = "{}-{}".format(*chain.links[-1][0])
        for process in self.world.hosting(self.match):
            hosted = process.node.host.matches[self.match]
            if hosted.prev == top and not hosted.busy:
                self.failed = True
                assert hosted.match.hash() == chain.match.hash()
                self.failed = False

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            if not self.failed:
                self._heal()
                self.nothing_is_wrong()
                self._judge()
        finally:
            self.world.end()

    def _heal(self) -> None:
        wire = self.world.wire
        wire.up, self.world.store.full = True, False
        wire.fates.clear()
        for node in list(wire.held):
            wire.let_go(node)
        for process in self.alive:
            process.stopped = False
        while wire.ghosts:
            wire.haunt(0)
        self.world.run(0.1)
        while all(process.node.draining for process in self.alive):
            self.world.boot("c")
            self.world.run(0.1)

    def _judge(self) -> None:
        world, chain = self.world, self.world.truth.chains[self.key]
        last: list[tuple[Player, int]] = []
        for _ in range(HEALING):
            world.run(1)
            self.nothing_is_wrong()
            if world.store.run(b"HGET", keys.match_meta(self.match).encode(), b"phase") == b"quarantined":
                deaths = world.store.run(b"HGET", keys.match_meta(self.match).encode(), b"deaths")
                assert self.rotten or int(deaths or 0) >= 3, "a log that was in order did not verify"
                return
            for player in world.players:
                if not any(who is player for who, _ in last) and len(world.hosting(self.match)) == 1:
                    self.spoken += 1
                    if player.say(self.spoken):
                        last.append((player, self.spoken))
            if len(last) == 2 and all(value in player.accepted for player, value in last):
                break
        else:
            owners = [process.id for process in world.hosting(self.match)]
            raise AssertionError(
                f"it does not go on: hosted by {owners}, {[p.session.pending for p in world.players]}"
            )
        assert len(world.hosting(self.match)) == 1
        for player in world.players:
            self._account(player, chain.match.state.game.said[player.seat], chain.gone)

    def _account(self, player: Player, final: list[int], gone: set[Any]) -> None:
        assert final == sorted(set(final)), f"out of order or twice: {final}"
        # the refusal of a move that was followed by others may be lost, not its acknowledgement
        accepted = [value for value in player.accepted if value >= 0]
        assert accepted == sorted(set(accepted)), f"acknowledged so: {accepted}"
        lost = [value for value in accepted if value not in final]
        assert all((player.seat, v) in gone for v in lost), f"acknowledged and lost: {lost} of {final}"
        assert not lost or player.rewound, f"{lost} were lost, and nobody said so"
        assert not set(player.refused) & set(final), "refused and applied"
