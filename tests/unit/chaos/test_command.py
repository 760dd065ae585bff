"""What `manage.py chaos` refuses before it starts anything."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def test_a_folder_that_another_run_has_left(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with pytest.raises(CommandError, match="not empty"):
        call_command("chaos", keep=str(tmp_path))


def test_a_lobby_with_too_few_for_a_match(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ten players at least"):
        call_command("chaos", play="lobby", guests=9, keep=str(tmp_path))
