"""The wiring's Django app."""

from django.apps import AppConfig


class ArcadeConfig(AppConfig):
    name = "arcade"

    def ready(self) -> None:
        from arcade import checks  # noqa: F401  registers the system checks
        from arcade.infra import log

        log.configure()
