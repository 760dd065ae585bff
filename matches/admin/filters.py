"""Filters of the lists. None of them asks the database what there is to choose from."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from matches import catalog
from matches.models import Participant, Player

MOST_NAMED = 200
"""Players of one name part that are looked for; more would be a list of everything."""


class GameFilter(admin.SimpleListFilter):
    title = "game"
    parameter_name = "game"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = [name for name, _ in catalog.pairs()]
        chosen = request.GET.get("game")
        return [(n, n) for n in names + ([chosen] if chosen and chosen not in names else [])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(game=self.value()) if self.value() else queryset


class ModeFilter(admin.SimpleListFilter):
    title = "mode"
    parameter_name = "mode"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        game = request.GET.get("game")
        names = {m for name, modes in catalog.pairs() if game in (None, name) for m in modes}
        chosen = request.GET.get("mode")
        return [(n, n) for n in sorted(names | ({chosen} if chosen else set()))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(mode=self.value()) if self.value() else queryset


class InputFilter(admin.ListFilter):
    """A filter that is typed in: `inputs` are (parameter, label, type of the input)."""

    template = "admin/matches/input_filter.html"
    inputs: list[tuple[str, str, str]] = []

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        names = [name for name, _, _ in self.inputs]
        for name in names:
            params.pop(name, None)
        self.typed = {name: request.GET.get(name, "").replace("\0", "").strip() for name in names}
        self.used_parameters = {name: value for name, value in self.typed.items() if value}
        self.others = [(k, v) for k, v in request.GET.items() if k not in {*names, "p", "e"}]

    def expected_parameters(self) -> list[str | None]:
        return [name for name, _, _ in self.inputs]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield {
            "selected": not self.used_parameters,
            "others": self.others,
            "inputs": [
                {"name": name, "label": label, "kind": kind, "value": self.typed[name]}
                for name, label, kind in self.inputs
            ],
            "clear": changelist.get_query_string(remove=self.expected_parameters()),
            "used": bool(self.used_parameters),
        }


class PlayerFilter(InputFilter):
    """By a player's id, or a part of the name."""

    title = "player"
    inputs = [("player", "Id or part of the name", "search")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=matches_of(self.typed["player"])) if self.used_parameters else queryset


class EndedFilter(InputFilter):
    """From one day to another, both included, UTC."""

    title = "date of the end"
    inputs = [("from", "From", "date"), ("to", "To", "date")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (self._day(self.typed[name]) for name in ("from", "to"))
        wanted = Q()
        if first is not None:
            wanted &= Q(ended__gte=first)
        if last is not None:
            wanted &= Q(ended__lt=last + timedelta(days=1))
        return queryset.filter(wanted)

    def _day(self, text: str) -> datetime | None:
        try:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) if text else None
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error


def players_named(text: str) -> list[str]:
    """Ids of the players with this id or this part of the name, the newest `MOST_NAMED` of them."""
    wanted = Q(pk=text.lower()) | Q(name__icontains=text)
    return list(Player.objects.filter(wanted).order_by("-created").values_list("pk", flat=True)[:MOST_NAMED])


def matches_of(text: str) -> QuerySet[Participant, str]:
    """The ids of their matches."""
    return Participant.objects.filter(player__in=players_named(text)).values_list("match_id", flat=True)
