"""Connect four: its rules, and what its computer player never misses."""

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matches.engine import registry
from matches.engine.random import SeededRandom
from matches.engine.testing import Drive, make_setup
from matches.games.connect_four import COLUMNS, ROWS, ConnectFour, State
from matches.games.connect_four_search import line

FOUR = registry.get("connect-four")
LEVELS = st.integers(1, 2)
COLUMN = st.integers(0, COLUMNS - 1)


def play(columns: list[int]) -> Drive:
    drive = Drive(FOUR, make_setup(FOUR))
    drive.join()
    for n, column in enumerate(columns):
        drive.move(n % 2, msgspec.msgpack.encode({"column": column}))
    return drive


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ([0, 1, 0, 1, 0, 1, 0], [[0, 0], [0, 1], [0, 2], [0, 3]]),
        ([0, 0, 1, 1, 2, 2, 3], [[0, 0], [1, 0], [2, 0], [3, 0]]),
        ([3, 3, 4, 4, 6, 6, 5], [[3, 0], [4, 0], [5, 0], [6, 0]]),
        ([0, 1, 1, 2, 2, 3, 2, 3, 3, 6, 3], [[0, 0], [1, 1], [2, 2], [3, 3]]),
        ([6, 5, 5, 4, 4, 3, 4, 3, 3, 0, 3], [[3, 3], [4, 2], [5, 1], [6, 0]]),
    ],
)
def test_four_in_a_row_win(columns: list[int], where: list[list[int]]) -> None:
    drive = play(columns)
    view = drive.match.view(None)
    assert view["result"] == {"places": [1, 2], "scores": None, "reason": "four in a row"}
    assert view["game"]["line"] == where


def test_a_full_board_is_a_draw() -> None:
    order = [0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1]
    pairs = [2 * (n // 12) + order[n % 12] for n in range(36)]
    drive = play([*pairs, 6, 6, 6, 6, 6, 6])
    assert drive.match.view(None)["result"] == {"places": [1, 1], "scores": None, "reason": "board full"}


def test_a_full_column_takes_no_more() -> None:
    drive = play([0] * ROWS)
    step = drive.move(0, msgspec.msgpack.encode({"column": 0}))
    assert [refusal.text for refusal in step.refusals] == ["This column is full."]


def test_blitz_has_a_minute() -> None:
    drive = Drive(FOUR, make_setup(FOUR, "blitz"))
    drive.join()
    assert drive.match.view(0)["clocks"]["left"] == [60_000, 60_000]


def position(columns: list[int]) -> State | None:
    """The position after these columns, where legal; None once the match is over."""
    state = State([[] for _ in range(COLUMNS)])
    for column in columns:
        if len(state.board[column]) == ROWS:
            continue
        state.board[column].append(state.turn)
        if line(state.board, column):
            return None
        state.turn = 1 - state.turn
    return state if any(len(column) < ROWS for column in state.board) else None


def winning(state: State, seat: int) -> list[int]:
    """The columns in which the seat wins at once, by the rules themselves."""
    found = []
    for column in range(COLUMNS):
        if len(state.board[column]) < ROWS:
            state.board[column].append(seat)
            if line(state.board, column):
                found.append(column)
            state.board[column].pop()
    return found


@settings(max_examples=300, deadline=None)
@given(columns=st.lists(COLUMN, max_size=36), level=LEVELS, key=st.binary(min_size=1, max_size=32))
def test_the_bot_takes_every_win_and_blocks_every_single_threat(
    columns: list[int], level: int, key: bytes
) -> None:
    state = position(columns)
    if state is None:
        return
    began = time.perf_counter()
    move = ConnectFour().bot(state, state.turn, SeededRandom(key), 1 if len(columns) % 3 else level)
    assert time.perf_counter() - began < 1
    assert move is not None
    assert len(state.board[move.column]) < ROWS
    wins, threats = winning(state, state.turn), winning(state, 1 - state.turn)
    if wins:
        assert move.column in wins
    elif len(threats) == 1:
        assert move.column == threats[0]


def test_the_stronger_bot_beats_the_weaker() -> None:
    rules, won = ConnectFour(), 0
    for game in range(8):
        state: State | None = State([[] for _ in range(COLUMNS)])
        random, strong, played = SeededRandom(bytes([game])), game % 2, []
        while state is not None:
            turn = state.turn
            move = rules.bot(state, turn, random, 2 if turn == strong else 1)
            assert move is not None
            played.append(move.column)
            state = position(played)
        board: list[list[int]] = [[] for _ in range(COLUMNS)]
        for n, column in enumerate(played):
            board[column].append(n % 2)
        won += bool(line(board, played[-1])) and (len(played) - 1) % 2 == strong
    assert won >= 6
