"""Numbers, refusals, draws: what a seat says and what becomes of it."""

from unittest.mock import patch

import msgspec
import pytest

from matches.engine import numbers, registry
from matches.engine.game import Game
from matches.engine.inputs import BotMoved, DrawSaid, Join, Moved
from matches.engine.match import Match
from matches.engine.testing import Drive, make_setup
from matches.games.connect_four import ConnectFour, State

FOUR = registry.get("connect-four")


def column(n: object) -> bytes:
    return msgspec.msgpack.encode({"column": n})


@pytest.fixture
def drive() -> Drive:
    drive = Drive(FOUR, make_setup(FOUR))
    drive.join()
    return drive


def codes(step: object) -> list[str]:
    return [refusal.code for refusal in step.refusals]  # type: ignore[attr-defined]


def board(drive: Drive) -> list[list[int]]:
    return drive.match.view(None)["game"]["board"]  # type: ignore[no-any-return]


def test_a_number_is_applied_once(drive: Drive) -> None:
    said = Moved(0, 1, 1, drive.now, column(3))
    drive.step(said, said)
    drive.step(said)
    assert board(drive)[3] == [0]
    assert drive.match.acks == [1, 0]


def test_a_number_too_high_is_not_used_up(drive: Drive) -> None:
    step = drive.step(Moved(0, 1, 2, drive.now, column(3)))
    assert codes(step) == []
    assert drive.match.acks == [0, 0]
    drive.step(Moved(0, 1, 1, drive.now, column(3)))
    assert drive.match.acks == [1, 0]


def test_a_session_that_never_came_says_nothing(drive: Drive) -> None:
    drive.step(Moved(0, 999, 1, drive.now, column(3)))
    assert board(drive)[3] == []


@pytest.mark.parametrize(
    ("move", "code"),
    [
        (column(9), "illegal-move"),
        (column("x"), "bad-move"),
        (column(None), "bad-move"),
        (b"", "bad-move"),
        (b"\xc1", "bad-move"),
        (b"\x91" * 5000, "bad-move"),
        (msgspec.msgpack.encode([1]), "bad-move"),
        (msgspec.msgpack.encode({}), "bad-move"),
    ],
)
def test_a_refusal_uses_the_number_up_and_nothing_else(drive: Drive, move: bytes, code: str) -> None:
    before = drive.match.view(0)
    step = drive.step(Moved(0, 1, 1, drive.now, move))
    assert codes(step) == [code]
    assert step.refusals[0].text
    assert len(step.refusals[0].text) <= 200
    assert drive.match.view(0) == before
    assert drive.match.acks == [1, 0]
    assert drive.match.refusals(0, 1) == step.refusals
    drive.step(Moved(0, 1, 2, drive.now, column(0)))
    assert board(drive)[0] == [0]
    assert [refusal.number for refusal in drive.match.refusals(0, 1)] == [1]


def test_the_latest_refusals_of_a_seat_are_kept(drive: Drive) -> None:
    last = numbers.REFUSALS + 3
    for number in range(1, last + 1):
        drive.step(Moved(0, 1, number, drive.now, b"\xc1"))
    kept = [refusal.number for refusal in drive.match.refusals(0, 1)]
    assert kept == list(range(4, last + 1))
    after = drive.match.refusals(0, 1, drive.match.seq - 2)
    assert [refusal.number for refusal in after] == [last - 1, last]
    assert drive.match.refusals(1, 2) == drive.match.refusals(0, 2) == []
    again = Match.restore(drive.game, drive.match.snapshot())
    assert again.refusals(0, 1) == drive.match.refusals(0, 1)


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    column: int


class StrictFour(Game[State, Strict]):
    modes = FOUR.modes
    name = "strict-four"
    setup, play, result = ConnectFour.setup, ConnectFour.play, ConnectFour.result


def test_what_a_move_has_too_much_is_ignored_unless_the_game_forbids_it(drive: Drive) -> None:
    more = msgspec.msgpack.encode({"column": 3, "note": "mine"})
    assert codes(drive.move(0, more)) == []
    assert board(drive)[3] == [0]
    strict = Drive(StrictFour(), make_setup(StrictFour()))
    strict.join()
    assert codes(strict.move(0, more)) == ["bad-move"]
    assert codes(strict.move(0, column(3))) == []


def test_out_of_turn(drive: Drive) -> None:
    assert codes(drive.move(1, column(0))) == ["not-your-turn"]


def test_a_refusal_amid_others_undoes_itself_alone(drive: Drive) -> None:
    moves = [(0, 0), (1, 0), (0, 7), (0, 0), (1, 0), (1, 0), (0, 0), (1, 0), (0, 0), (0, 1)]
    step = drive.step(*(drive.moved(seat, column(x)) for seat, x in moves))
    assert codes(step) == ["illegal-move", "not-your-turn", "illegal-move"]
    assert board(drive)[0] == [0, 1, 0, 1, 0, 1]
    assert board(drive)[1] == [0]
    assert drive.match.acks == [6, 4]


def test_many_refusals_in_one_step_cost_no_more_than_their_number(drive: Drive) -> None:
    played = 0
    play = type(FOUR).play

    def counted(*args: object) -> None:
        nonlocal played
        played += 1
        play(*args)  # type: ignore[arg-type]

    rules = type("Counted", (type(FOUR),), {"play": counted})()
    match = Match.create(rules, make_setup(FOUR))
    match.step(0, [Join(0, 1, 0), Join(1, 2, 0)])
    match.step(1, [Moved(0, 1, n, 1, column(8)) for n in range(1, 201)])
    assert played == 200
    assert match.acks == [200, 0]


def test_before_the_start_and_after_the_end() -> None:
    drive = Drive(FOUR, make_setup(FOUR))
    drive.step(Join(0, 1, 0))
    assert codes(drive.move(0, column(0))) == ["not-running"]
    drive.step(Join(1, 2, 0))
    for n in range(7):
        last = drive.move(n % 2, column(n % 2))
    assert last.ended
    assert last.events[-1] == ("match.ended", {"places": [1, 2], "scores": None, "reason": "four in a row"})
    assert codes(drive.move(1, column(0))) == ["match-finished"]


def test_a_computer_players_move_has_no_number() -> None:
    drive = Drive(FOUR, make_setup(FOUR, bots=(1,)))
    drive.join()
    drive.move(0, column(0))
    assert drive.match.bots_due() == [1]
    step = drive.step(BotMoved(1, drive.now, column(8)))
    assert [(r.session, r.number, r.code) for r in step.refusals] == [(0, 0, "illegal-move")]
    drive.step(BotMoved(1, drive.now, column(1)))
    assert board(drive)[1] == [1]
    assert drive.match.bots_due() == []


def draw_said(drive: Drive, seat: int, action: str) -> DrawSaid:
    return DrawSaid(seat, 1 + seat, drive.number(seat), drive.now, action)  # type: ignore[arg-type]


def test_a_draw_is_agreed_by_two_offers(drive: Drive) -> None:
    assert drive.step(draw_said(drive, 0, "offer")).events == [("draw.offered", {"seat": 0})]
    assert drive.match.view(1)["draw"] == 0
    assert drive.step(draw_said(drive, 1, "offer")).ended
    assert drive.match.result is not None
    assert drive.match.result.places == [1, 1]
    assert drive.match.reason == "agreed"


def test_an_offer_stands_until_declined_or_the_other_moves(drive: Drive) -> None:
    drive.step(draw_said(drive, 0, "offer"))
    drive.move(0, column(0))
    assert drive.match.view(1)["draw"] == 0
    assert drive.step(draw_said(drive, 1, "decline")).events == [("draw.declined", {"seat": 1})]
    assert codes(drive.step(draw_said(drive, 1, "decline"))) == ["no-offer"]
    drive.step(draw_said(drive, 0, "offer"))
    assert codes(drive.step(draw_said(drive, 0, "decline"))) == ["no-offer"]
    drive.move(1, column(0))
    assert drive.match.view(1)["draw"] is None


def test_no_draw_among_three() -> None:
    rules = registry.get("high-card")
    drive = Drive(rules, make_setup(rules, seats=3))
    drive.join()
    assert codes(drive.step(draw_said(drive, 0, "offer"))) == ["no-offer"]


def test_a_session_that_comes_back_after_many_others_goes_on_where_it_was(drive: Drive) -> None:
    said = Moved(0, 1, 1, drive.now, column(3))
    drive.step(said)
    drive.step(Moved(1, 2, 1, drive.now, column(4)))
    for other in range(2, 30):
        drive.step(Join(0, other, drive.now))
    drive.step(Join(0, 1, drive.now), said)
    assert board(drive)[3] == [0]
    assert drive.match.number(0, 1) == 1


def test_what_is_kept_of_a_seat_has_its_bound(drive: Drive) -> None:
    text = "\U0001f3b2" * 200
    for number in range(1, 3 * numbers.REFUSALS):
        with patch.dict(numbers.TEXTS, {"not-your-turn": text}):
            drive.step(Moved(1, 2, number, drive.now, column(3)))
    assert drive.match.refusals(1, 2)[0].text == text
    for other in range(3 * numbers.SESSIONS):
        drive.step(Join(1, 2**53 - 1 - other, drive.now))
    held = drive.match.state.seats[1]
    assert len(held.refused) == numbers.REFUSALS
    assert 8 * 1024 < len(msgspec.msgpack.encode(held)) < 16 * 1024
