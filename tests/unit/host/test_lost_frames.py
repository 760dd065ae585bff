"""A frame lost between host and gateway of one node: missed, and asked for again, while the next is shown."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from matches.host.watchdog import OUTSIDE
from protocol.messages import Frame, Keyframe
from tests.support.frames import FRAME, KEYFRAME
from tests.support.table import Player, Table


@pytest.fixture
def table() -> Iterator[Table]:
    """Each of its seats has a view of its own."""
    table = Table("high-card", "standard")
    for player in table.players:
        player.heard.clear()
    yield table
    table.end()


def play(table: Table, seat: int, number: int = 1) -> None:
    table.players[seat].move(number, {"index": 0})
    table.run(0.05)


def lose(table: Table, seats: set[int]) -> None:
    """A step of which these seats get no frame."""
    fanout = table.hosted.fanout
    fan = fanout._fan
    fanout._fan = lambda match, view, *rest: None if int(view) in seats else fan(match, view, *rest)
    play(table, 0)
    fanout._fan = fan
    assert [bool(player.heard) for player in table.players] == [seat not in seats for seat in (0, 1)]


def heard(player: Player) -> list[Any]:
    """What it heard since it was last asked."""
    messages = [msgspec.msgpack.decode(data) for data in player.heard]
    player.heard.clear()
    return messages


def test_the_guard_holds_until_all_is_shown(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any of the views may be the one that hangs or ends the node: whose it was must be known."""
    lose(table, {0})
    game, watchdog, looks = type(table.hosted.match.game), table.node.watchdog, list[Any]()
    real: Any = game.view

    def view(*asked: Any) -> Any:
        entry = watchdog._box.read()
        looks.append((asked[-1], entry and entry.match, watchdog.rings != OUTSIDE))
        return real(*asked)

    monkeypatch.setattr(game, "view", view)
    play(table, 1)
    assert looks == [(seat, table.hosted.id, True) for seat in (0, 1, 0)]
    assert (watchdog._box.read(), watchdog.rings) == (None, OUTSIDE)


@pytest.mark.parametrize("seats", [{0}, {1}, {0, 1}], ids=str)
def test_who_missed_a_frame_gets_a_keyframe_and_then_frames_again(table: Table, seats: set[int]) -> None:
    match = table.hosted.match
    lose(table, seats)
    lost = match.seq
    for player in table.players:
        heard(player)
    play(table, 1)
    for seat, player in enumerate(table.players):
        [said] = heard(player)
        assert said[0] == (KEYFRAME if seat in seats else FRAME)
        if seat in seats:
            whole = Keyframe(*said[1:])
            view = msgspec.msgpack.decode(msgspec.msgpack.encode(match.view(seat)))
            assert (whole.seq, whole.acks, whole.view) == (lost + 1, [1, 1], view)
            assert [event[0] for event in whole.events if event[1] == "laid"] == [lost, lost + 1]
    play(table, 0, 2)
    for player in table.players:
        [said] = heard(player)
        frame = Frame(*said[1:])
        assert (said[0], frame.seq, frame.prev) == (FRAME, lost + 2, 0)
    assert not table.hosted.busy
