"""What `manage.py chaos` refuses before it starts anything."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def test_a_folder_that_another_run_has_left(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    with pytest.raises(CommandError, match="not empty"):
        call_command("chaos", keep=str(tmp_path))
