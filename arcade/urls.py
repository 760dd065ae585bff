"""Every address over HTTP."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from arcade import enter, health, pages
from arcade.api import api, nowhere

admin.site.site_header = admin.site.site_title = "Arcade"
admin.site.index_title = "History, players and ratings"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("admin/enter/<str:token>/", enter.enter, name="enter"),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("api/<path:rest>", nowhere),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
]
