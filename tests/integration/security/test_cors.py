"""Pages of listed origins call the API, with bearer tokens and never cookies; no other page does."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import AsyncClient
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db(transaction=True)

LISTED = "https://studio.example"
ASKED = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@pytest.fixture(autouse=True)
def listed(settings: Settings, clean_redis: str) -> None:
    settings.ARCADE_ALLOWED_ORIGINS = settings.CORS_ALLOWED_ORIGINS = [LISTED]


def test_one_setting_opens_sockets_and_the_api() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from arcade import settings; print(settings.CORS_ALLOWED_ORIGINS)"],
        env={**os.environ, "ARCADE_ALLOWED_ORIGINS": "https://Studio.example/"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == str([LISTED])


def cors(response: Any) -> set[str]:
    return {name for name in response.headers if name.lower().startswith("access-control-")}


async def test_a_listed_page_signs_in_and_gets_a_ticket(async_client: AsyncClient) -> None:
    guest = await async_client.post(
        "/api/guest", {"name": "Ann"}, content_type="application/json", headers={"Origin": LISTED}
    )
    assert guest.status_code == 200
    assert guest.headers["Access-Control-Allow-Origin"] == LISTED
    assert "Access-Control-Allow-Credentials" not in guest.headers
    assert guest.headers["Access-Control-Expose-Headers"] == "Retry-After"
    ticket = await AsyncClient().post(
        "/api/socket-ticket",
        {"purpose": "lobby"},
        content_type="application/json",
        headers={"Origin": LISTED, "Authorization": f"Bearer {guest.json()['token']}"},
    )
    assert (ticket.status_code, ticket.headers["Access-Control-Allow-Origin"]) == (200, LISTED)


async def test_its_browser_is_told_beforehand_what_it_may_send(async_client: AsyncClient) -> None:
    told = await async_client.options("/api/socket-ticket", headers={"Origin": LISTED, **ASKED})
    assert told.status_code == 200
    assert told.headers["Access-Control-Allow-Origin"] == LISTED
    assert {"authorization", "content-type"} <= set(told.headers["Access-Control-Allow-Headers"].split(", "))


@pytest.mark.parametrize(
    ("path", "origin"),
    [("/api/games/", "https://evil.example"), ("/api/games/", "https://studio.example.evil"), ("/", LISTED)],
)
async def test_nobody_else_and_nothing_else(async_client: AsyncClient, path: str, origin: str) -> None:
    assert cors(await async_client.get(path, headers={"Origin": origin})) == set()
    told = await async_client.options(path, headers={"Origin": origin, **ASKED})
    assert cors(told) == set()


async def test_errors_can_be_read_too(async_client: AsyncClient) -> None:
    missing = await async_client.get("/api/games/nope", headers={"Origin": LISTED})
    assert (missing.status_code, missing.headers["Access-Control-Allow-Origin"]) == (404, LISTED)
    wrong = await async_client.get("/api/guest", headers={"Origin": LISTED})
    assert (wrong.status_code, wrong.headers["Access-Control-Allow-Origin"]) == (405, LISTED)
    assert wrong.json()["code"] == "wrong-method"
