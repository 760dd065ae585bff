"""Whatever goes wrong below /api/ is told as JSON, with a code of the table."""

from typing import Any

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.test import Client

from arcade.api import STATUS
from protocol.errors import ERRORS


def is_problem(response: Any, status: int, code: str) -> None:
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/json")
    told = response.json()
    assert (told["code"], set(told)) == (code, {"code", "text"})
    assert told["text"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/api/guest", "POST"), ("DELETE", "/api/games/", "GET"), ("PUT", "/api/socket-ticket", "POST")],
)
def test_a_wrong_method_is_told_with_those_there_are(
    api: Client, method: str, path: str, allowed: str
) -> None:
    response = api.generic(method, path)
    is_problem(response, 405, "wrong-method")
    assert response.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/api/", "/api/nope", "/api/matches", "/api/docs/nope"])
def test_nothing_is_at_this_address(api: Client, path: str) -> None:
    is_problem(api.get(path), 404, "path-unknown")


def test_a_foreign_host_is_told(api: Client) -> None:
    is_problem(api.get("/api/games/", headers={"Host": "evil.example"}), 400, "malformed")


def test_a_fault_outside_of_our_views_leaks_nothing(
    clean_redis: str, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret place /etc/secret")

    monkeypatch.setattr(SessionMiddleware, "process_request", fail)
    response = Client(raise_request_exception=False).get("/api/games/")
    is_problem(response, 500, "internal")
    assert b"secret" not in response.content


def test_pages_keep_their_own_errors(api: Client) -> None:
    assert api.get("/nope").headers["Content-Type"].startswith("text/html")


def test_every_status_belongs_to_an_error() -> None:
    assert set(STATUS) <= set(ERRORS)
