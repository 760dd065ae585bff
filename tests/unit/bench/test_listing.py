"""The bench of the list of rooms measures what it says."""

import asyncio

import pytest

from arcade.bench import listing
from lobby.rules.pages import MOST_RANKINGS


def test_it_tells_of_each_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "SOCKETS", 60)
    monkeypatch.setattr(listing, "SECONDS", 2)
    said: list[str] = []
    told = asyncio.run(listing.run((20, 40), 1, said.append))
    assert [cell["rooms"] for cell in told["cells"]] == [20, 40]
    assert len(said) == 2
    for cell in told["cells"]:
        for name in ("change_us", "look_us", "socket_bytes", "socket_frames"):
            assert cell[name]["median"] > 0, name
        assert cell["socket_frames"]["median"] <= 1 / listing.FLUSH, "no more than a diff a period"
    assert "40 rooms" in listing.shown(told)


def test_a_node_takes_all_that_it_looks_at() -> None:
    asked = listing.queries()
    assert len({(str(query.filter), query.sort) for query in asked}) <= MOST_RANKINGS
    assert len(asked) == 240
