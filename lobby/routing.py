"""The lobby's socket: `/ws/lobby/`."""

from django.urls import re_path

from lobby.consumer import LobbyConsumer

websocket_urlpatterns = [
    re_path(r"^ws/lobby/$", LobbyConsumer.as_asgi()),
]
