"""The match socket's address."""

from django.urls import re_path

from matches.serving import app

websocket_urlpatterns = [
    re_path(r"^ws/match/(?P<match>[^/]+)/$", app),  # type: ignore[arg-type]  # Channels routes ASGI applications
]
