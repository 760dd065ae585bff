"""What others script against is in the docs, and nothing else is."""

import re
from pathlib import Path

from arcade.infra.metrics import Metrics

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = {"ARCADE_TEST_ALL", "ARCADE_TEST_FAULT", "ARCADE_PARENT_FD"}  # tests' own; supervisor to node
EARLY = {"ARCADE_COMPILED"}  # read before there are settings
LAID = ("settings.py", "newcomer.py", "supervisor.py", "run.py")  # the last three lay it for the first


def first_column(page: str) -> set[str]:
    text = (ROOT / "docs" / page).read_text()
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


def test_each_setting_is_documented() -> None:
    read = re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "arcade" / "settings.py").read_text())
    assert len(read) > 10
    assert set(read) | EARLY == first_column("settings.md")


def test_no_setting_is_read_elsewhere() -> None:
    for folder in ("arcade", "matches", "lobby", "protocol"):
        for path in (ROOT / folder).rglob("*.py"):
            named = set(re.findall(r'environ[^\n]*"(ARCADE_\w+)"', path.read_text()))
            if path.parts[-1] not in LAID:
                assert named <= ELSEWHERE | EARLY | {"ARCADE_DEBUG"}, path


def test_each_metric_is_documented() -> None:
    assert set(Metrics().names()) == first_column("metrics.md")


def test_each_module_of_the_wire_is_held_pure() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    for path in (ROOT / "protocol").glob("*.py"):
        assert path.stem == "__init__" or f'"protocol.{path.stem}"' in text, path
