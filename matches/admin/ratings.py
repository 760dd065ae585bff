"""Ratings: the list, best first."""

from django.contrib import admin

from matches.admin.filters import GameFilter, ModeFilter
from matches.admin.readonly import SeenOnly
from matches.models import Rating


@admin.register(Rating)
class RatingAdmin(SeenOnly[Rating]):
    list_display = [
        "player",
        "shown",
        "provisional",
        "game",
        "mode",
        "season",
        "matches",
        "wins",
        "losses",
        "draws",
    ]
    list_filter = [GameFilter, ModeFilter, "provisional"]
    list_select_related = ["player"]
    search_fields = ["player__name", "player__id"]
    sortable_by = ["shown", "matches"]
