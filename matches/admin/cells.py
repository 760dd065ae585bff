"""How players, results and ratings are written in tables."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from matches.models import Match, Participant


def seated(match: Match) -> list[Participant]:
    """Who sat there at the end by seat, and who had left a seat to another, from what was prefetched."""
    return sorted(match.participants.all(), key=lambda p: (p.handed_on > 0, p.seat, p.handed_on))


def player_link(p: Participant) -> SafeString:
    """The name in the match, linked to the player's page."""
    if p.player_id is None:
        word = f"level {p.bot}" if p.bot is not None else "deleted"
        return format_html('{} <span class="quiet">{}</span>', p.name, word)
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:matches_player_change", args=[p.player_id]), p.name
    )


def players(seats: Sequence[Participant]) -> SafeString:
    """All names, the teams apart."""
    teams: dict[int, list[Participant]] = {}
    for p in seats:
        teams.setdefault(p.team, []).append(p)
    if len(teams) == len(seats):
        return format_html_join(", ", "{}", ((player_link(p),) for p in seats))
    sides = [format_html_join(" + ", "{}", ((player_link(p),) for p in team)) for team in teams.values()]
    return format_html_join(" : ", "{}", ((side,) for side in sides))


def result(match: Match, seats: Sequence[Participant]) -> SafeString:
    """Who won, and why."""
    return format_html('{} <span class="quiet reason">{}</span>', _won(match, seats), match.reason)


def _won(match: Match, seats: Sequence[Participant]) -> str:
    if match.outcome == Match.Outcome.ABORTED:
        return "aborted"
    best = [p for p in seats if p.place == 1]
    if best and all(p.outcome == Participant.Outcome.WIN for p in best):
        return f"{' + '.join(p.name for p in best)} won"
    return f"draw of {', '.join(p.name for p in best)}" if len(best) < len(seats) else "draw"


def moment(time: datetime) -> str:
    """`2025-07-06 19:57:03`, UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def change(p: Participant) -> SafeString:
    """`1500 → 1578 (+78)`, a dash where unrated."""
    points = p.rating_change
    if points is None:
        return SafeString("–")
    kind = "up" if points > 0 else "down" if points < 0 else "same"
    return format_html(
        '{} → {} <span class="change {}">{}</span>', p.rating_before, p.rating_after, kind, f"{points:+d}"
    )


def duration(ms: int) -> str:
    """`1:05 min`, `0:12 min`, `1:02:03 h`."""
    seconds = round(ms / 1000)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02} h" if hours else f"{minutes}:{seconds % 60:02} min"
