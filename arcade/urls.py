"""Every address over HTTP, but for the probes' (arcade/health.py)."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from arcade import enter, pages
from arcade.api import api, nowhere

admin.site.site_header = admin.site.site_title = "Arcade"
admin.site.index_title = "History, players and ratings"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("admin/enter/<str:token>/", enter.enter, name="enter"),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("api/<path:rest>", nowhere),
]
