"""`manage.py bot` against a real server, and what the history then says of every match."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.servers import ROOT, Server, migrate

AT_ONCE = {"repeats": 0, "window": {"start": 4000, "limit": 4000}}
EVERY_DUEL_RATED = {"ARCADE_QUEUES": json.dumps({"connect-four/standard": AT_ONCE})}
"""Every duel of the two is rated, and the next one begins however far apart the last ones took them."""


def bots(server: Server, *options: str) -> str:
    """Run computer players; returns what they print."""
    done = subprocess.run(
        [sys.executable, "manage.py", "bot", *options, "--url", server.http],
        cwd=ROOT, env=server.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check_history(server: Server, game: str, matches: int) -> None:
    """Every match has its result, rating changes that chain, and a replay that comes to the recorded hash."""

    def get(path: str) -> Any:
        status, _, body = server.get(path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    rows = get(f"/api/matches/?game={game}")["matches"]
    assert len(rows) >= matches
    last: dict[str, int] = {}
    for row in reversed(rows):
        assert row["outcome"] == "finished"
        for seat in row["participants"]:
            assert seat["place"] in range(1, len(row["participants"]) + 1)
            before = last.get(seat["player"], 1500)
            assert seat["rating_before"] == before
            last[seat["player"]] = seat["rating_after"]
        assert get(f"/api/matches/{row['id']}/replay")["verified"] is True
    assert any(rating != 1500 for rating in last.values())


@pytest.mark.timeout(400)
def test_twenty_matches_of_connect_four(server: Any) -> None:
    running = server("serve", **EVERY_DUEL_RATED)
    printed = bots(running, "connect-four", "--count", "2", "--matches", "20")
    assert "0 failures" in printed
    check_history(running, "connect-four", 20)


@pytest.mark.redis7
@pytest.mark.postgres
@pytest.mark.timeout(400)
def test_the_same_on_redis_and_postgresql(server: Any, redis7_url: str, postgres_url: str) -> None:
    running = server_over(server, redis7_url, postgres_url)
    printed = bots(running, "connect-four", "--count", "2", "--matches", "20")
    assert "0 failures" in printed
    check_history(running, "connect-four", 20)


@pytest.mark.long
@pytest.mark.redis7
@pytest.mark.postgres
@pytest.mark.timeout(600)
def test_the_arena_for_eight(server: Any, redis7_url: str, postgres_url: str) -> None:
    running = server_over(server, redis7_url, postgres_url)
    bots(running, "arena", "--count", "8", "--matches", "3")
    check_history(running, "arena", 3)


def server_over(server: Any, redis_url: str, database_url: str) -> Server:
    prepared = Server("serve", redis_url=redis_url, database_url=database_url)
    migrate(prepared.env)
    started: Server = server("serve", redis_url=redis_url, database_url=database_url, **EVERY_DUEL_RATED)
    return started
