"""What runs at the same time shares no database: each worker of pytest-xdist has laid its own environment."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections


@pytest.mark.django_db
def test_the_database_is_this_workers_own() -> None:
    path = Path(connection.settings_dict["NAME"])
    assert path.parent == settings.VAR_DIR == Path(os.environ["ARCADE_VAR"])


def test_what_django_holds_is_of_these_settings() -> None:
    assert connections.settings is settings.DATABASES
