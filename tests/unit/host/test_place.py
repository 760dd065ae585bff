"""A seat's place in its match: who may use it, for how long, and which number it takes next."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from matches import directory
from matches.engine import inputs as inp
from matches.engine.match import Match
from matches.host import link
from matches.host.append import Outcome
from matches.host.hosted import MAX_INBOX
from matches.host.place import VOID, Place
from tests.support.table import Player, Table, pack

RUN = {"dx": 1, "dy": 0}
SAID = {"value": 1}


@pytest.fixture
def tables() -> Iterator[Callable[..., Table]]:
    made: list[Table] = []

    def make(game: str = "arena", mode: str = "duel") -> Table:
        made.append(Table(game, mode))
        return made[-1]

    yield make
    for table in made:
        table.end()


def at_play(table: Table) -> tuple[Player, Place]:
    """The first player, whose first move has been applied."""
    player = table.players[0]
    player.move(1, RUN if table.hosted.match.rate else SAID)
    table.run(0.1)
    place = player.place
    assert place is not None
    assert table.hosted.match.acks[0] == 1
    return player, place


def numbers(table: Table) -> list[int]:
    """Those that wait for the next step."""
    return [said.number for said in table.hosted.inbox if isinstance(said, inp.Moved)]


# --- the short way ------------------------------------------------------------------------------------


def test_a_move_that_is_next_asks_nobody(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tables()
    player, _ = at_play(table)
    asked: list[Any] = []
    monkeypatch.setattr(table.node.gateway, "submit", lambda *what: asked.append(what))
    for number in range(2, 300):
        player.move(number, RUN)
        table.run(0.05)
    assert player.consumer.heard == table.now - 0.05
    assert table.hosted.match.acks[0] == 299
    assert player.closed is None
    assert not asked


def test_a_map_is_no_number(tables: Any) -> None:
    """It begins with the byte that follows those of the small numbers."""
    table = tables()
    player, place = at_play(table)
    place.next = 0x80
    player.play(b"\x93\x02\x80" + pack(RUN))
    assert table.hosted.inbox == []


def test_who_is_being_closed_is_heard_no_more(tables: Any) -> None:
    table = tables()
    player, place = at_play(table)
    player.consumer.close(4000)
    player.move(2, RUN)
    assert (table.hosted.inbox, place.next) == ([], 2)


def test_it_comes_at_its_time_and_never_after_the_tick(tables: Any) -> None:
    table = tables()
    player, _ = at_play(table)
    tick = table.hosted.next_tick
    player.move(2, RUN)
    table.now += 0.004
    player.move(3, RUN)
    table.now += 5
    player.move(4, RUN)
    times = [said.at for said in table.hosted.inbox]
    assert times[1] == times[0] + 4 < tick
    assert times[2] == tick


def test_a_turn_game_steps_in_the_same_pass(tables: Any) -> None:
    table = tables("tally", "standard")
    player, _ = at_play(table)
    player.move(2, SAID)
    table.run()
    assert table.hosted.match.state.game.said[0] == [1, 1]


def test_an_idle_match_is_woken(tables: Any) -> None:
    """Of a match that was taken over nothing may run before its entry says that somebody wants it."""
    import asyncio

    table = tables()
    player, _ = at_play(table)
    idle = table.hosted.idle = asyncio.Event()
    player.move(2, RUN)
    assert idle.is_set()


# --- void ---------------------------------------------------------------------------------------------


def leaves(table: Table, player: Player) -> None:
    player.consumer.leave()


def newer_device(table: Table, player: Player) -> None:
    table.players[0] = table.enter(0, 8)
    assert player.closed == 4005


def same_session_again(table: Table, player: Player) -> None:
    table.players[0] = table.enter(0, 7)


def fenced(table: Table, player: Player) -> None:
    table.node.host._settled(table.hosted, Outcome.FENCED)


def handed_over(table: Table, player: Player) -> None:
    table.node.host.forget(table.hosted)


def over_and_left(table: Table, player: Player) -> None:
    table.node.host._close(table.hosted)


def not_renewed(table: Table, player: Player) -> None:
    viewer = player.consumer.viewer
    assert viewer is not None
    table.node.host.reception.detach(table.hosted, "here", viewer.conn)


def cut(table: Table, player: Player) -> None:
    viewer = player.consumer.viewer
    assert viewer is not None
    table.node.gateway.receive(link.Cut(table.hosted.id, viewer.conn, 4000))
    assert player.place is None


def moved(table: Table, player: Player) -> None:
    table.node.gateway.moved(table.hosted.id, "there", table.hosted.epoch + 1)
    assert player.place is None


ENDS = [leaves, newer_device, same_session_again, fenced, handed_over, over_and_left, not_renewed, cut, moved]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("game", "mode", "move"), [("arena", "duel", RUN), ("tally", "standard", SAID)])
def test_it_is_void_at_once_when(tables: Any, game: str, mode: str, move: Any, end: Any) -> None:
    table = tables(game, mode)
    sent: list[Any] = []
    table.node.bus.send = lambda node, data: sent.append((node, link.decode(data)))
    player, place = at_play(table)
    table.loop.inside(lambda: end(table, player))
    waiting = list(table.hosted.inbox)
    player.move(2, move)
    assert table.hosted.inbox == waiting
    if end is moved:
        assert (sent[-1][0], type(sent[-1][1])) == ("there", link.Submit)
    elif end is not cut:
        assert place.next == VOID
        assert not table.loop.inside(lambda: place.take(2, pack(move), table.now))
    place.recount()
    assert end in (cut, moved) or place.next == VOID


def test_who_goes_on_past_a_full_inbox_has_it_counted_once_a_step(
    tables: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An overloaded node must not have more to do for each message than for one it takes."""
    table = tables("arena", "duel")
    player, place = at_play(table)
    counted: list[int] = []
    match = table.hosted.match
    number_of = match.number
    monkeypatch.setattr(match, "number", lambda *whose: (counted.append(place.next), number_of(*whose))[1])
    step = table.hosted.step = object()  # the log does not answer
    first = place.next
    for number in range(first, first + MAX_INBOX):
        table.now += 0.05  # as often as its budget allows
        player.move(number, RUN)
    counted.clear()
    for number in range(first + MAX_INBOX, first + MAX_INBOX + 50):
        table.now += 0.05
        player.move(number, RUN)
    assert len(counted) <= 1
    assert place.next == first + MAX_INBOX
    assert table.hosted.step is step


def test_what_a_log_without_its_tail_took_back_is_counted_anew(tables: Any) -> None:
    """The match stands at the same seq again, but another move of the seat has not been made."""
    table = tables("tally", "standard")
    player, place = at_play(table)
    match = table.hosted.match
    before = match.snapshot()
    player.move(2, SAID)
    table.run()
    player.move(9, SAID)  # counts
    assert place.next == 3
    table.hosted.match = type(match).restore(match.game, before)
    table.hosted.restart(table.hosted.epoch + 1)
    table.hosted.match.step(match.time, [])
    assert table.hosted.match.seq == match.seq
    player.move(2, SAID)
    table.run()
    assert place.next == 3
    assert table.hosted.match.number(0, 7) == 2


def test_no_match_is_kept_that_was_replaced(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a snapshot the match is made anew from it."""
    monkeypatch.setattr("matches.host.host.SNAPSHOT_EVERY", 3)
    others = [made for made in gc.get_objects() if type(made) is Match]
    table = tables("tally", "standard")
    player, _ = at_play(table)
    for number in range(2, 9):
        player.move(number, SAID)
        table.run(0.1)
    gc.collect()
    alive = [made for made in gc.get_objects() if type(made) is Match and made not in others]
    assert alive == [table.hosted.match]


def test_a_void_place_takes_no_number_at_all(tables: Any) -> None:
    table = tables()
    player, place = at_play(table)
    place.void()
    for number in (b"\x00", b"\xd0\xff", b"\xcf" + b"\xff" * 8, b"\xd3" + b"\xff" * 8, b"\xc0", b"\xcf"):
        player.play(b"\x93\x02" + number + pack(RUN))
    assert not table.loop.inside(lambda: place.take(None, pack(RUN), table.now))
    assert table.hosted.inbox == []


def test_a_socket_that_attached_again_goes_on_by_its_new_place(tables: Any) -> None:
    table = tables()
    player, place = at_play(table)
    viewer = player.consumer.viewer
    assert viewer is not None
    table.loop.inside(lambda: table.node.gateway._attach_to(viewer, "here"))
    assert player.place is None
    player.move(2, RUN)
    table.run(0.1)
    assert place.next == VOID
    player.move(3, RUN)
    player.move(4, RUN)
    table.run(0.1)
    assert table.hosted.match.acks[0] == 4


# --- numbers ------------------------------------------------------------------------------------------


def test_refused_moves_use_up_their_numbers(tables: Any) -> None:
    table = tables("tally", "standard")
    player, place = at_play(table)
    for number, value in ((2, -1), (3, "odd"), (4, 2)):
        player.move(number, {"value": value})
    table.run(0.1)
    assert place.next == 5
    assert table.hosted.match.state.game.said[0] == [1, 2]


class Coming:
    """A newer socket of the first seat was let in while a move of the older one, number 2, waits."""

    def __init__(self, table: Table, session: int) -> None:
        player, _ = at_play(table)
        memory, kept = table.node.host.memory, list[Any]()
        append, memory.append = memory.append, lambda *record: kept.append(record)  # type: ignore[method-assign]
        self.newer = table.enter(0, session)
        assert table.hosted.busy
        player.move(2, RUN)
        memory.append = append  # type: ignore[method-assign]
        table.loop.inside(lambda: append(*kept[0]))
        while player.closed is None:
            table.loop.inside(table.loop._run_once)  # type: ignore[attr-defined]
        assert numbers(table) == [2]
        table.players[0] = self.newer


def test_a_session_goes_on_where_it_was_also_with_moves_that_wait(tables: Any) -> None:
    table = tables()
    newer = Coming(table, session=7).newer
    newer.move(2, RUN)
    newer.move(3, RUN)
    assert numbers(table) == [2, 3]


def test_moves_of_another_session_that_wait_are_not_its_own(tables: Any) -> None:
    table = tables()
    newer = Coming(table, session=8).newer
    newer.move(3, RUN)
    newer.move(1, RUN)
    assert numbers(table) == [2, 1]


def test_a_number_that_does_not_fit_is_looked_at_twice(tables: Any) -> None:
    """A session that the seat has forgotten begins anew."""
    table = tables()
    player, place = at_play(table)
    place.next = 500
    player.move(2, RUN)
    assert (numbers(table), place.next) == ([2], 3)


def test_a_new_session_begins_at_one(tables: Any) -> None:
    table = tables()
    at_play(table)
    newer = table.players[0] = table.enter(0, 8)
    newer.move(2, RUN)
    newer.move(1, RUN)
    assert numbers(table) == [1]
    table.players[0] = table.enter(0, 7)
    table.players[0].move(2, RUN)
    assert numbers(table) == [2]


def test_a_snapshot_changes_no_number(tables: Any) -> None:
    table = tables()
    player, place = at_play(table)
    player.move(2, RUN)
    table.loop.inside(lambda: table.node.host.snapshot(table.hosted))
    player.move(3, RUN)
    table.run(0.1)
    player.move(4, RUN)
    table.run(0.1)
    assert (place.next, table.hosted.match.acks[0]) == (5, 4)


def test_a_step_that_broke_has_used_up_no_number(tables: Any) -> None:
    table = tables("hostile-raises", "standard")
    player = table.players[0]
    player.move(1, {"evil": False})
    table.run(0.1)
    place = player.place
    assert place is not None
    player.move(2, {"evil": False})
    table.players[1].move(1, {"evil": True})
    table.run()
    assert table.hosted.match.over
    assert place.next == table.hosted.match.acks[0] + 1 == 2


def test_a_log_that_lost_its_tail_repeats_no_number(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was under way waits for the next step, and so counts as before."""

    async def rewound(*_: Any) -> int:
        return 6

    monkeypatch.setattr(directory, "rewind", rewound)
    table = tables()
    player, place = at_play(table)
    table.node.host.may_write = lambda: True
    host = table.node.host
    monkeypatch.setattr(host, "spawn", table.loop.create_task)
    monkeypatch.setattr(host.memory, "append", lambda kept, data, settle: settle(Outcome.REWOUND))
    player.move(2, RUN)
    table.run(0.05)
    assert table.hosted.epoch == 6
    assert (numbers(table), place.next) == ([2], 3)
    monkeypatch.undo()
    player.move(3, RUN)
    table.run(0.1)
    assert (table.hosted.match.acks[0], place.next) == (3, 4)
