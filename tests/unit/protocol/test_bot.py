"""The `bot` command's own words; its play is tested against real servers."""

import pytest
from django.core.management import CommandError, call_command

from arcade.management.computer_players import told


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["chess"], "There is no game 'chess'; there are .*connect-four"),
        (["connect-four", "--mode", "slow"], "has no mode 'slow'; it has standard"),
        (["connect-four", "--level", "9"], "levels"),
        (["connect-four", "--count", "1"], "at least 2 players"),
        (["connect-four", "--url", "http://127.0.0.1:9"], "does not answer"),
    ],
)
def test_what_cannot_be_is_said(arguments: list[str], problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arcade.management.computer_players.SIGN_IN_TRIES", 1)
    with pytest.raises(CommandError, match=problem):
        call_command("bot", *arguments)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"places": [2, 1], "scores": None, "reason": "four in a row"}, "1. Bob, 2. Ada · four in a row"),
        ({"places": [1, 1], "scores": [3, 3], "reason": ""}, "1. Ada (3), 1. Bob (3)"),
        (None, "no result"),
        ({"places": None, "scores": None, "reason": "nobody came"}, "nobody came"),
    ],
)
def test_a_result_in_words(result: object, words: str) -> None:
    assert told({"result": result}, ["Ada", "Bob"]) == words
