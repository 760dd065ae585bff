"""Signed tokens: forged, stale and mistaken ones are nobody's."""

import pytest
from django.core import signing
from pytest_django.fixtures import Settings

from arcade.security import bearer, resume


def test_a_bearer_token_names_its_player() -> None:
    token = bearer.make("ann")
    assert bearer.read(token) == "ann"
    assert bearer.read(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert bearer.read("bob" + token[3:]) is None
    assert bearer.read("") is None


@pytest.mark.parametrize("seat", [0, 3, None])
def test_a_resume_token_names_its_seat(seat: int | None) -> None:
    assert resume.read(resume.make("m1", "ann", seat)) == ("m1", "ann", seat)


def test_one_kind_of_token_is_not_the_other() -> None:
    assert resume.read(bearer.make("ann")) is None
    assert bearer.read(resume.make("m1", "ann", 0)) is None
    assert resume.read("\x00é") is None


def test_tokens_grow_old(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ARCADE_RESUME_SECONDS = 60
    begin = signing.time.time()
    token, pass_ = resume.make("m1", "ann", 0), bearer.make("ann")
    monkeypatch.setattr(signing.time, "time", lambda: begin + 62)
    assert resume.read(token) is None
    assert bearer.read(pass_) == "ann"
    monkeypatch.setattr(signing.time, "time", lambda: begin + 31 * 86400)
    assert bearer.read(pass_) is None
