"""The lobby's tables in the admin."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from redis.exceptions import RedisError

from arcade.infra.log import get_logger
from lobby import broadcast
from lobby.models import Broadcast, ChatReport, Relation
from matches.admin.readonly import SeenOnly

log = get_logger(__name__)


@admin.register(Relation)
class RelationAdmin(SeenOnly[Relation]):
    list_display = ["a", "b", "tie", "a_blocks", "b_blocks", "changed"]
    list_filter = ["tie", "a_blocks", "b_blocks"]
    list_select_related = ["a", "b"]
    search_fields = ["a__id", "b__id", "a__name", "b__name"]
    sortable_by = ["changed"]


@admin.register(ChatReport)
class ChatReportAdmin(SeenOnly[ChatReport]):
    list_display = ["at", "reason", "player", "line", "channel", "reporter"]
    list_filter = ["reason", "at"]
    list_select_related = ["player", "reporter"]
    search_fields = ["player__id", "player__name", "reporter__id", "channel"]
    sortable_by = ["at"]
    fields = ["at", "reason", "text", "reporter", "player", "channel", "lines"]
    readonly_fields = ["lines"]

    @admin.display(description="the line and those around it")
    def lines(self, report: ChatReport) -> SafeString:
        """The reported one stands out."""
        return format_html_join(
            "",
            "<div{}><b>{}</b> {}</div>",
            (
                (
                    SafeString(' class="deletelink"' if near["seq"] == report.seq else ""),
                    near["name"],
                    near["text"],
                )
                for near in report.around
            ),
        )


class BroadcastForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Broadcast
        fields = ["text", "hours"]

    def clean_text(self) -> str:
        try:
            return broadcast.checked(self.cleaned_data["text"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


@admin.register(Broadcast)
class BroadcastAdmin(SeenOnly[Broadcast]):
    """To add one is to send it."""

    form = BroadcastForm
    list_display = ["at", "until", "by", "text"]
    sortable_by = ["at"]

    @admin.display(description="kept until")
    def until(self, sent: Broadcast) -> datetime:
        return sent.at + timedelta(hours=sent.hours)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def changeform_view(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **named)
        except (RedisError, OSError) as error:
            log.warning("broadcast not sent", error=repr(error))
            text = "Redis is away: hardly anybody was told, and it is not kept. Send it again later."
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Broadcast, form: Any, change: bool) -> None:
        sent = broadcast.send(obj.text, request.user.get_username(), obj.hours)
        obj.pk, obj.by, obj.at = sent.pk, sent.by, sent.at
