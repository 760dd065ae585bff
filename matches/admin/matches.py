"""Matches: the list, and a page with participants, rating changes, moves and the replay's verdict."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from matches import replays, timeline
from matches.admin import cells
from matches.admin.filters import EndedFilter, GameFilter, ModeFilter, PlayerFilter, matches_of
from matches.admin.readonly import SeenOnly
from matches.models import Match, Replay


@admin.register(Match)
class MatchAdmin(SeenOnly[Match]):
    list_display = ["id", "ended_at", "rules", "players", "result", "rated"]
    list_filter = [GameFilter, ModeFilter, "outcome", PlayerFilter, EndedFilter]
    search_fields = ["id"]
    search_help_text = "A match's id, or a player's id or part of the name"
    sortable_by = ["ended_at"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("game", "mode", "outcome"),
                    ("reason", "rated", "lasted"),
                    ("started_at", "ended_at", "steps"),
                    ("version", "season"),
                    "hash",
                ]
            },
        ),
    ]
    readonly_fields = ["started_at", "ended_at", "lasted"]
    change_form_template = "admin/matches/match/page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Match]:
        return super().get_queryset(request).prefetch_related("participants")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Match], search_term: str
    ) -> tuple[QuerySet[Match], bool]:
        term = search_term.strip()
        if term:
            queryset = queryset.filter(Q(pk=term.lower()) | Q(pk__in=matches_of(term)))
        return queryset, False

    @admin.display(description="players")
    def players(self, match: Match) -> SafeString:
        return cells.players(cells.seated(match))

    @admin.display(description="result")
    def result(self, match: Match) -> SafeString:
        return cells.result(match, cells.seated(match))

    @admin.display(description="game", ordering="game")
    def rules(self, match: Match) -> SafeString:
        return format_html('{} <span class="quiet reason">{}</span>', match.game, match.mode)

    @admin.display(description="started (UTC)")
    def started_at(self, match: Match) -> str:
        return cells.moment(match.started)

    @admin.display(description="ended (UTC)", ordering="ended")
    def ended_at(self, match: Match) -> str:
        return cells.moment(match.ended)

    @admin.display(description="duration")
    def lasted(self, match: Match) -> str:
        return cells.duration(match.duration_ms)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        match = self.get_object(request, object_id)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **_page(match)})

    def get_urls(self) -> list[URLPattern]:
        verify = self.admin_site.admin_view(self.verify)
        return [path("<path:match>/verify/", verify, name="matches_match_verify"), *super().get_urls()]

    @method_decorator(require_POST)
    def verify(self, request: HttpRequest, match: str) -> HttpResponse:
        """Run the match again and say what came of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            verdict = replays.judge(match)
        except Replay.DoesNotExist:
            self.message_user(request, "This match has no replay.", messages.WARNING)
        else:
            level = messages.SUCCESS if verdict.verified else messages.ERROR
            self.message_user(request, f"Replay verified: {_word(verdict.verified)}. {verdict.text}", level)
        return HttpResponseRedirect(reverse("admin:matches_match_change", args=[match]))


def _page(match: Match | None) -> dict[str, Any]:
    """What the page shows below the fields."""
    if match is None:
        return {}
    kept = Replay.objects.filter(pk=match.pk).first()
    lines: list[timeline.Line] = []
    more = 0
    damage = "" if kept is not None else "This match has no replay."
    if kept is not None:
        try:
            lines, more = timeline.lines(kept)
        except replays.CANNOT as error:
            damage = f"The log cannot be read: {error}"
    seats = cells.seated(match)
    return {
        "result": cells.result(match, seats),
        "seats": [{"row": p, "player": cells.player_link(p), "change": cells.change(p)} for p in seats],
        "lines": lines,
        "more": more,
        "damage": damage,
        "verdict": _word(kept.verified) if kept is not None else "",
    }


def _word(verified: bool | None) -> str:
    return {True: "yes", False: "no", None: "not yet"}[verified]
