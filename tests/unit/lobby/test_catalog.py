"""What the lobby tells of the games' modes."""

import pytest
from django.test import override_settings

from lobby import catalog


@pytest.mark.parametrize(
    ("mode", "wanted", "size"),
    [
        ("duel", {}, 1),
        ("teams", {}, 2),
        ("ffa", {}, 8),
        ("ffa", {"parties": {"most": 2}}, 2),
        ("teams", {"parties": {"most": 5}}, 2),
    ],
)
def test_a_party_is_as_large_as_its_queue_takes(mode: str, wanted: dict[str, object], size: int) -> None:
    with override_settings(ARCADE_QUEUES={f"arena/{mode}": wanted}):
        assert catalog.party_size("arena", mode) == catalog.rules_of("arena", mode).largest == size
        told = next(game for game in catalog.listing() if game["name"] == "arena")
    assert next(one for one in told["modes"] if one["name"] == mode)["party"] == size
