"""Codes of links: the same for the same link whenever it is asked for, and nobody makes one up."""

import time

import pytest

from arcade.security import links


def test_a_link_has_one_code_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    code = links.make("party", "p1", "ann", "n1")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 90_000)
    assert links.make("party", "p1", "ann", "n1") == code
    assert links.read(code) == ("party", "p1", "ann", "n1")
    assert links.make("party", "p1", "ann", "n2") != code


@pytest.mark.parametrize("forged", ["", "x", "é:é", "A{}", "{}A"])
def test_a_forged_code_is_none(forged: str) -> None:
    assert links.read(forged.format(links.make("room", "ABCD", "ann", "n1"))) is None
