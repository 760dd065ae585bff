"""What a computer player of connect four looks at: lines, threats, and a few moves ahead."""

COLUMNS = 7
ROWS = 6
DEPTH = 5
"""Moves looked ahead: about 20 ms."""

Board = list[list[int]]
_AWAY = ((1, 0), (0, 1), (1, 1), (1, -1))
_INWARDS = sorted(range(COLUMNS), key=lambda column: abs(column - COLUMNS // 2))


def line(board: Board, column: int) -> list[list[int]]:
    """The four in a row that the top disc of the column completes, as [column, row]; [] if none."""
    row = len(board[column]) - 1
    seat = board[column][row]
    for dx, dy in _AWAY:
        found = [[column, row]]
        for way in (1, -1):
            x, y = column + way * dx, row + way * dy
            while 0 <= x < COLUMNS and 0 <= y < len(board[x]) and board[x][y] == seat:
                found.append([x, y])
                x, y = x + way * dx, y + way * dy
        if len(found) >= 4:
            return sorted(found)
    return []


def wins(board: Board, seat: int) -> list[int]:
    """The columns in which the seat would complete four."""
    return [column for column in range(COLUMNS) if _completes(board, seat, column)]


def sensible(board: Board, seat: int) -> list[int]:
    """Columns to choose from: those that win, else those that block, else all that are open."""
    return (
        wins(board, seat)[:1]
        or wins(board, 1 - seat)[:1]
        or [column for column in range(COLUMNS) if len(board[column]) < ROWS]
    )


def best(board: Board, seat: int, columns: list[int]) -> list[int]:
    """Of these columns those with the best outlook `DEPTH` moves ahead."""
    board = [list(column) for column in board]
    scores: dict[int, int] = {}
    for column in columns:
        board[column].append(seat)
        scores[column] = -_outlook(board, 1 - seat, DEPTH - 1, -10_000, 10_000)
        board[column].pop()
    top = max(scores.values())
    return [column for column, score in scores.items() if score == top]


def _outlook(board: Board, seat: int, depth: int, low: int, high: int) -> int:
    """Score for the seat to move: a sooner win is worth more, else discs near the middle count."""
    open_columns = [column for column in _INWARDS if len(board[column]) < ROWS]
    if not open_columns:
        return 0
    if any(_completes(board, seat, column) for column in open_columns):
        return 1000 + depth
    if depth == 0:
        return sum(
            (3 - abs(x - 3)) * (1 if s == seat else -1) for x, discs in enumerate(board) for s in discs
        )
    for column in open_columns:
        board[column].append(seat)
        low = max(low, -_outlook(board, 1 - seat, depth - 1, -high, -low))
        board[column].pop()
        if low >= high:
            break
    return low


def _completes(board: Board, seat: int, column: int) -> bool:
    row = len(board[column])
    if row == ROWS:
        return False
    if row >= 3 and board[column][-3:] == [seat] * 3:
        return True
    for slope in (-1, 0, 1):
        count = 0
        for way in (1, -1):
            x = column + way
            while 0 <= x < COLUMNS:
                y = row + slope * (x - column)
                if not 0 <= y < len(board[x]) or board[x][y] != seat:
                    break
                count += 1
                x += way
        if count >= 3:
            return True
    return False
