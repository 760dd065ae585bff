"""The rules about who sits in which match."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from arcade.chaos.games import TEAM
from arcade.chaos.lobby import notes as n
from arcade.chaos.violation import Found

HEARS_MS = 13_000
"""Who is there hears of his match within so long, also where nobody told him."""
SHIFT_MS = 150
"""How far the end of a match and the making of the next may be misjudged."""


def heard(story: n.Story, sat: Mapping[str, n.Sat]) -> Found:
    """Whoever is told of a match sits in it, and the other way round, if he was there."""
    told = {note.match: note.at for note in story.notes if isinstance(note, n.Found)}
    for match, at in told.items():
        if match not in sat:
            yield "phantom", f"told of {match} at {at:.0f}, which does not exist"
        elif story.player not in [player for player, _ in sat[match].seats]:
            yield "phantom", f"told of {match} at {at:.0f}, in which he has no seat"
    for each in sat.values():
        if each.match in told or story.player not in [player for player, _ in each.seats]:
            continue
        since = each.ended - HEARS_MS
        if each.began <= since and not _away(story, since, each.ended):
            yield "unheard", f"never told of {each.match}, made at {each.began:.0f}"


def _away(story: n.Story, since: float, until: float) -> bool:
    """Whether he was without a socket at some time in between."""
    here = False
    for note in story.notes:
        if note.at > since and not here:
            return True
        if note.at > until:
            return False
        if isinstance(note, n.Online | n.Offline):
            here = isinstance(note, n.Online)
            if note.at > since and not here:
                return True
    return not here


def whole(story: n.Story, sat: Mapping[str, n.Sat]) -> Found:
    """Those who queued as one play in one team."""
    ticket: tuple[str, ...] = ()
    for note in story.notes:
        match note:
            case n.Partied(_, party, phase, _, members):
                if phase in ("queued", "playing"):
                    ticket = members
                elif not party:
                    ticket = ()
            case n.Answered(_, "enqueue", _, ""):
                ticket = ()
            case n.Found(at, match) if match in sat and len(ticket) > 1:
                teams = dict(sat[match].seats)
                if len({teams.get(player) for player in ticket}) != 1:
                    yield "split", f"{match}: {[teams.get(player) for player in ticket]} at {at:.0f}"
            case _:
                pass


def seated(match: n.Sat) -> Iterator[tuple[str, str]]:
    players = Counter(player for player, _ in match.seats)
    if len(players) != 2 * TEAM or len(match.seats) != 2 * TEAM:
        yield "seats", f"{len(match.seats)} seats, {len(players)} players"
    if sorted(Counter(team for _, team in match.seats).values()) != [TEAM, TEAM]:
        yield "seats", f"teams {Counter(team for _, team in match.seats)}"


def overlapping(matches: Sequence[n.Sat]) -> Iterator[tuple[str, str, str]]:
    of: defaultdict[str, list[n.Sat]] = defaultdict(list)
    for match in sorted(matches, key=lambda m: m.began):
        for player in {player for player, _ in match.seats}:
            of[player].append(match)
    for player, theirs in of.items():
        for one, other in pairwise(theirs):
            if other.began < one.ended - SHIFT_MS:
                yield player, "twice", f"in {one.match} and {other.match} at once"
