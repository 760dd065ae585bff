"""The lobby's tables in the admin."""

from django.contrib import admin

from lobby.models import Relation
from matches.admin.readonly import SeenOnly


@admin.register(Relation)
class RelationAdmin(SeenOnly[Relation]):
    list_display = ["a", "b", "tie", "a_blocks", "b_blocks", "changed"]
    list_filter = ["tie", "a_blocks", "b_blocks"]
    list_select_related = ["a", "b"]
    search_fields = ["a__id", "b__id", "a__name", "b__name"]
    sortable_by = ["changed"]
