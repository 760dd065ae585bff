"""Each workload of `manage.py bench` runs on a real node, tiny, and what it prints hangs together.

Speed is not judged, and a round may be void: the machine is as busy as it is.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.benching import TWO_CORES, started, told_by

pytestmark = [pytest.mark.timeout(300), TWO_CORES]

SHORT = "--rounds 1 --warm 0.5 --seconds 1"


def rows(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The only round of each, by who; the figures that every workload tells are sound."""
    assert told["machine"]["server_core"] != told["machine"]["load_core"]
    found = {row["who"]: row for row in told["samples"]}
    assert len(found) == len(told["samples"])
    for row in found.values():
        assert row["seconds"] >= 0.95, row["void"]
        assert row["load_busy"] >= 0  # idle clients may need less than a tick of the clock
        assert row["load_lag_p99_ms"] >= 0
        assert row["node_us"] == pytest.approx(row["node_user_us"] + row["node_system_us"], abs=0.1)
        assert row["both_us"] == pytest.approx(row["node_us"] + row["store_us"], abs=0.1)
        busy = sum(share for name, share in row.items() if name.endswith("_busy") and name != "load_busy")
        used = row["both_us"] * row["units_per_second"] / 1e6
        assert not used or used == pytest.approx(busy, abs=0.02)
    return found


def test_arena(tmp_path: Path) -> None:
    told = told_by(tmp_path, f"arena --clients 16 --peer channels,picows {SHORT}")
    found = rows(told)
    assert told["bench"] == "arena"
    assert told["durability"] == "log"
    assert list(found) == ["arcade", "channels", "picows"]
    for who, row in found.items():
        assert row["clients"] == 16
        assert row["frames"] > 100, who
        assert row["moves"] > 100
        assert row["load_busy"] > 0
        assert row["node_us"] > 0
        assert row["uneven_p99_ms"] > 0
    ours = found["arcade"]
    assert ours["store_us"] >= 0
    assert 0 < ours["answered"] <= ours["moves"]
    assert 0 < ours["latency_p50_ms"] <= ours["latency_p99_ms"]
    assert ours["late_p99_ms"] is not None
    assert found["picows"]["bytes_per_frame"] == round(ours["bytes_per_frame"])
    if not told["void"]:
        assert told["rounds"] == 1
        assert told["us_per_client_tick"] == {who: row["both_us"] for who, row in found.items()}
        assert told["ratio"] == pytest.approx(ours["both_us"] / found["channels"]["both_us"], abs=0.001)


def test_moves(tmp_path: Path) -> None:
    """Two matches alone are faster than the budget of a player's moves: it is lifted."""
    told = told_by(tmp_path, "moves --clients 2 --rounds 1 --warm 0.5 --seconds 4")
    (ours,) = rows(told).values()
    assert not ours["void"]
    assert ours["clients"] == 4
    assert ours["answered"] > 2 * (42 + 40)  # beyond a full board
    assert abs(ours["frames"] - 2 * ours["answered"]) <= 2 * ours["clients"]
    assert ours["units_per_second"] == pytest.approx(ours["answered"] / ours["seconds"], abs=0.1)
    assert told["us_per_move"]["arcade"] == ours["both_us"]


def test_fanout(tmp_path: Path) -> None:
    told = told_by(tmp_path, f"fanout --clients 24 --peer picows {SHORT}")
    found = rows(told)
    assert list(found) == ["arcade", "picows"]
    assert {row["clients"] for row in found.values()} == {32}
    for row in found.values():
        assert row["frames"] > 3 * row["moves"]
    assert told["cells"][0]["size"] == 24


@pytest.mark.parametrize("kind", ["seat", "watch", "lobby"])
def test_idle(kind: str, tmp_path: Path) -> None:
    peer = "--peer picows" if kind == "seat" else ""
    told = told_by(tmp_path, f"idle --clients 60 --idle {kind} --rounds 1 --seconds 1 {peer}")
    found = rows(told)
    assert list(found) == (["arcade", "picows"] if peer else ["arcade"])
    for row in found.values():
        assert not row["void"]
        assert row["bytes_per_socket"] > 1000
        assert row["connects_per_second"] > 1
    assert told["bytes_per_socket"]["arcade"] == found["arcade"]["bytes_per_socket"]


def test_nodes(tmp_path: Path) -> None:
    """One match: all eight are at its node, or four at each."""
    told = told_by(tmp_path, f"nodes --clients 8 {SHORT}")
    found = rows(told)
    assert list(found) == ["one", "two", "apart"]
    assert "node2_busy" not in found["one"]
    assert found["one"]["sockets_at"] == [8]
    assert sorted(found["two"]["sockets_at"]) == [0, 8]
    assert found["apart"]["sockets_at"] == [4, 4]
    for who in ("two", "apart"):
        assert {"node1_busy", "node2_busy", "store_busy"} <= found[who].keys()
        assert found[who]["frames"] > 50
    if not told["void"]:
        assert told["carries"]["two"] > 0


def test_lobby(tmp_path: Path) -> None:
    told = told_by(tmp_path, "lobby --clients 4 --rounds 1 --warm 0.5 --seconds 4")
    (ours,) = rows(told).values()
    assert not ours["void"]
    assert ours["units_per_second"] > 0
    assert 0 < ours["latency_p50_ms"] <= ours["latency_p99_ms"]


def test_presence(tmp_path: Path) -> None:
    """Two sizes; who looks on is told of changes, within a period and what the machine adds."""
    told = told_by(tmp_path, "presence --clients 60,90 --rounds 1 --warm 1 --seconds 5")
    small, large = told["samples"]
    assert [row["clients"] for row in (small, large)] == [60, 90]
    for row in (small, large):
        assert not row["void"]
        assert row["units_per_second"] == pytest.approx(row["clients"], rel=0.05)
        assert 0 < row["moves"] <= row["answered"] <= row["moves"] * 10 + 10
        assert 1 < row["rate"] < 5
        assert row["socket_bytes"] == pytest.approx(row["rate"] * row["bytes_per_frame"], rel=0.1)
        assert 0 < row["latency_p50_ms"] <= row["latency_p99_ms"]
        assert 0 < row["line_p50_ms"] <= row["line_p99_ms"]
    assert set(told["growth"]) == {"60", "90"}
    assert told["us_per_socket_second"] == {"arcade": small["both_us"]}


def test_capacity(tmp_path: Path) -> None:
    """Sixteen are carried, or the machine is too busy even for them."""
    told = told_by(tmp_path, "capacity --clients 16 --most 16 --warm 0.5 --seconds 1")
    tried = told["samples"]
    assert {row["size"] for row in tried} <= {16, 8}
    assert told["capacity"] == {"arcade": 0 if tried[-1]["why"] else tried[-1]["size"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("arena --peer nakama", "the peers colyseus, channels, picows"),
        ("moves --peer picows", "no peers"),
        ("arena --clients 0", "--clients"),
        ("arena --seconds 90", "--seconds"),
        ("arena --rounds 0", "--rounds"),
    ],
)
def test_what_cannot_be_asked(arguments: str, said: str, tmp_path: Path) -> None:
    process = started(tmp_path, arguments)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said in error
