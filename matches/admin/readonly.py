"""An admin of what has happened: to be seen, not to be changed."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:

    class Base(admin.ModelAdmin):
        """Generic for the type checker alone."""

        def __class_getitem__(cls, _: Any) -> Any:
            return cls


class SeenOnly(Base[M]):
    """Nothing is made or deleted by hand; `has_change_permission` may be given back."""

    class Media:
        css = {"all": ["matches/admin.css"]}

    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
