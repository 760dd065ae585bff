"""What a match whose seats were filled again comes to for those who left and for those who came.

Who has a seat at the end has its result. Who came late is rated only if he won: he chose neither the position
nor when it began. Who left has lost, whatever became of his side, and is rated as if that side had come last;
so it is never better to leave. The others are rated against those who were there at the end.
"""

from collections.abc import Mapping, Sequence

from matches import ratings
from matches.engine.setup import Finished
from matches.models import Match, Participant, Player


def leavers(
    match: Match, finished: Finished, players: Mapping[str, Player], places: list[int] | None
) -> list[Participant]:
    """The rows of those who left their seats to others, without ratings."""
    outcome = Participant.Outcome.NONE if places is None else Participant.Outcome.LOSS
    last = None if places is None else len({seat.team for seat in finished.setup.seats})
    count: dict[int, int] = {}
    rows = []
    for leaver in finished.leavers:
        seat = leaver.number
        count[seat] = count.get(seat, 0) + 1
        rows.append(
            Participant(
                match=match,
                seat=seat,
                player=players.get(leaver.seat.player or ""),
                name=leaver.seat.name[:64],
                team=leaver.seat.team,
                place=last,
                fate=leaver.fate,
                handed_on=count[seat],
                came_late=leaver.since,
                outcome=outcome,
                ended=match.ended,
            )
        )
    return rows


def loss(
    who: ratings.Strength,
    seat: int,
    strengths: Sequence[ratings.Strength],
    teams: Sequence[int],
    places: Sequence[int],
) -> ratings.Strength:
    """His strength after the match, had he stayed to the end and his side come last."""
    with_him = [who if n == seat else strength for n, strength in enumerate(strengths)]
    last = [max(places) + 1 if team == teams[seat] else p for team, p in zip(teams, places, strict=True)]
    return ratings.rate(with_him, teams, last)[seat]
