"""The lobby's socket: `/ws/lobby/`, and the same on a node's own address."""

from django.urls import re_path

from lobby.consumer import LobbyConsumer

websocket_urlpatterns = [
    re_path(r"^(?:n/[A-Za-z0-9_-]+/)?ws/lobby/$", LobbyConsumer.as_asgi()),
]
