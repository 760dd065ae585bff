"""The match socket's address."""

from django.urls import re_path

from matches.consumer import MatchConsumer

websocket_urlpatterns = [
    re_path(r"^ws/match/(?P<match>[^/]+)/$", MatchConsumer.app),  # type: ignore[arg-type]  # Channels routes ASGI applications
]
