"""Players: the list, and a page with ratings and latest matches. Only the name can be changed."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from matches.admin import cells
from matches.admin.readonly import SeenOnly
from matches.models import Participant, Player
from matches.names import clean_name

LATEST = 50
"""Matches on a player's page."""


@admin.register(Player)
class PlayerAdmin(SeenOnly[Player]):
    list_display = ["name", "id", "account", "created", "last_seen"]
    list_filter = [("user", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["name"]
    search_help_text = "A player's id, or a part of the name"
    sortable_by = ["name", "created", "last_seen"]
    fields = ["name", "id", "account", "created", "last_seen"]
    readonly_fields = ["id", "account", "created", "last_seen"]
    change_form_template = "admin/matches/player/page.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Player], search_term: str
    ) -> tuple[QuerySet[Player], bool]:
        term = search_term.strip()
        if term:
            queryset = queryset.filter(Q(pk=term.lower()) | Q(name__icontains=term))
        return queryset, False

    @admin.display(description="account", ordering="user")
    def account(self, player: Player) -> str:
        return str(player.user) if player.user is not None else "guest"

    def save_model(self, request: HttpRequest, obj: Player, form: "ModelForm[Player]", change: bool) -> None:
        obj.name = clean_name(obj.name)
        obj.save(update_fields=["name"])

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **_page(object_id)}
        )


def _page(player: str) -> dict[str, Any]:
    rows = (
        Participant.objects.filter(player=player)
        .select_related("match")
        .prefetch_related("match__participants")
        .order_by("-ended", "-match_id")[:LATEST]
    )
    found = Player.objects.filter(pk=player).first()
    return {
        "ratings": found.ratings.order_by("game", "mode", "season") if found is not None else [],
        "latest": LATEST,
        "history": [
            {
                "row": p,
                "ended": cells.moment(p.ended),
                "players": cells.players(cells.seated(p.match)),
                "result": cells.result(p.match, cells.seated(p.match)),
                "change": cells.change(p),
            }
            for p in rows
        ],
    }
