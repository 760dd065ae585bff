"""The lobby's pages of the admin where there is much to show, and where the store is away."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisAway

from lobby import broadcast
from lobby.models import Broadcast, ChatReport, Relation
from tests.support.history import make_players


@pytest.fixture
def staff(clean_redis: str, db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


def queries(staff: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert staff.get(f"/admin/lobby/{page}/").status_code == 200
    return len(found)


def test_no_page_asks_the_database_once_a_row(staff: Client) -> None:
    people = make_players(8)
    few: dict[str, int] = {}
    for count in (1, 6):
        for n in range(len(few) and 1, count):
            one, other = sorted((people[n].id, people[n + 1].id))
            Relation.objects.create(a_id=one, b_id=other, tie="friends", a_blocks=False, b_blocks=False)
            told = {"reporter": people[n], "player": people[n + 1], "line": "x", "reason": "spam"}
            ChatReport.objects.create(channel="game/arena", seq=n, around=[], **told)
            Broadcast.objects.create(text=str(n), by="staff")
        asked = {page: queries(staff, page) for page in ("relation", "chatreport", "broadcast")}
        few = few or asked
    assert asked == few


def test_a_broadcast_while_redis_is_away_is_no_fault_of_the_page(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise RedisAway("gone")

    monkeypatch.setattr(broadcast, "_keep", away)
    answer = staff.post("/admin/lobby/broadcast/add/", {"text": "Hello.", "hours": "1"}, follow=True)
    assert answer.status_code == 200
    assert "Redis is away" in answer.content.decode()
    assert Broadcast.objects.count() == 0
