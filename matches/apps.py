"""The Django app of matches."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MatchesConfig(AppConfig):
    name = "matches"
    verbose_name = "Matches"

    def ready(self) -> None:
        """Import `games` of every app, as the admin does with `admin`: each registers its games."""
        autodiscover_modules("games")
