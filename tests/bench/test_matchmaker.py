"""`manage.py bench matchmaker`, short; and that its count of dominated cells can be other than nought."""

import asyncio
from pathlib import Path

import pytest

from arcade.bench.matchmaker import page as pages
from arcade.bench.matchmaker import report
from arcade.bench.matchmaker.cells import POLICIES, Cell, Options, run
from arcade.bench.matchmaker.ours import OURS
from arcade.bench.matchmaker.peers.first_come import FirstCome
from arcade.bench.matchmaker.peers.waves import Waves
from tests.support.benching import told_by

pytestmark = pytest.mark.timeout(300)

SMALL = (Cell("1v1", 10), Cell("5v5", 10))


def test_the_command(tmp_path: Path) -> None:
    told = told_by(tmp_path, "matchmaker --cells 1v1@10,5v5@10 --seeds 1 --seconds 60")
    assert told["bench"] == "matchmaker"
    assert told["measured_cells"] == 2
    assert 0 <= told["dominated_cells"] <= 2
    assert told["tickets_per_second"] > 0
    assert told["live"]["tickets_per_second"] > 0
    assert 0.95 * told["live"]["waiting"] < told["live"]["matched"] <= told["live"]["waiting"] == 10_000
    for cell in told["cells"]:
        assert set(cell["policies"]) == set(POLICIES)
        for row in cell["policies"].values():
            assert 0 <= row["wait"]["p50"] <= 60
            assert 0 <= row["gap"]["p50"] <= row["gap"]["p90"]
            assert len(row["deciles"]) == 10
            assert set(row["latency"]) == {"eu", "us", "asia"}


def test_a_worse_matcher_is_dominated(tmp_path: Path) -> None:
    both = {OURS: FirstCome, "first come": FirstCome, "waves": Waves}
    told = asyncio.run(run(Options(cells=SMALL, seeds=1, seconds=60, waiting=200), lambda _: None, both))
    assert told["dominated_cells"] == 2
    assert [cell["dominated_by"] for cell in told["cells"]] == [["first come"]] * 2
    assert "first come beats ours" in report.table(told)
    for path in pages.write(told, tmp_path):
        assert path.read_text()
    page = (tmp_path / "matchmaking.md").read_text()
    assert "2 of 2 cells" in page
    again = page.replace("# Matchmaking", "# Who plays with whom\n\nWords that stay.")
    (tmp_path / "matchmaking.md").write_text(again)
    pages.write(told, tmp_path)
    assert (tmp_path / "matchmaking.md").read_text() == again


def test_a_finer_and_quicker_one_is_not() -> None:
    both = {OURS: Waves, "first come": FirstCome}
    told = asyncio.run(run(Options(cells=SMALL, seeds=1, seconds=60, waiting=200), lambda _: None, both))
    assert told["dominated_cells"] == 0
