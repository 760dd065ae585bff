"""What a queue is like: of its mode's shape, the game's own word, and the operator's."""

import msgspec
import pytest
from pytest_django import Settings

from lobby import catalog
from lobby.rules.matching import QueueRules
from lobby.rules.matching.presets import for_mode
from matches.engine import registry


def test_a_duel_has_the_window_that_was_measured() -> None:
    assert catalog.rules_of("connect-four", "standard").window == for_mode("1v1").window
    assert catalog.rules_of("arena", "ffa").window == QueueRules("", "", 2, 8).window


def test_the_operator_comes_before_the_game(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    game = registry.get("connect-four")
    new = msgspec.structs.replace(game.modes["standard"], queue={"accept": 8.0, "repeats": 3})
    monkeypatch.setattr(type(game), "modes", {**game.modes, "standard": new})
    settings.ARCADE_QUEUES = {"connect-four/standard": {"accept": 20}}
    rules = catalog.rules_of("connect-four", "standard")
    assert (rules.accept, rules.repeats) == (20.0, 3)


def test_what_a_queue_asks_is_plain_and_finite() -> None:
    wanted = {
        "rules": [{"type": "difference", "name": "level", "window": {"start": 5}, "low": 1, "default": 1}]
    }
    rules = catalog.declared(catalog.rules_of("connect-four", "standard"), wanted)
    (value,) = catalog.asks(rules)["values"]
    assert value == {"name": "level", "kind": "difference", "default": 1.0, "low": 1.0}
