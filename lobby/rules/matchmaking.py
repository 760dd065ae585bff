"""Which team a seat belongs to. Who plays with whom is in `lobby.rules.matching`."""


def seat_teams(seats: int, team_size: int) -> list[int]:
    """The team of each seat: neighbours sit in different teams; without teams each seat is its own."""
    return [seat % (seats // team_size) if team_size else seat for seat in range(seats)]
