"""The one-time link into the admin."""

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client

from arcade import enter

pytestmark = pytest.mark.django_db


def test_signs_in_once(client: Client, clean_redis: str) -> None:
    path = enter.link(enter.admin())
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    assert Client().get(path).status_code == 403


def test_any_later_sign_in_ends_older_links(client: Client, clean_redis: str) -> None:
    first, second = enter.link(enter.admin()), enter.link(enter.admin())
    assert client.get(second).status_code == 302
    assert Client().get(first).status_code == 403
    assert client.get(enter.link(enter.admin())).status_code == 302


def test_forged_stale_and_foreign_links_are_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user = enter.admin()
    path = enter.link(user)
    assert client.get(path.replace("/enter/", "/enter/x")).status_code == 403
    foreign = signing.dumps([user.pk, ""], salt="another")
    assert client.get(f"/admin/enter/{foreign}/").status_code == 403
    monkeypatch.setattr(enter, "SECONDS", -1)
    assert client.get(path).status_code == 403
    assert client.post(path).status_code == 405


def test_finds_the_superuser_there_is() -> None:
    boss = User.objects.create_superuser("boss", password="x")
    assert enter.admin() == boss
    boss.is_active = False
    boss.save()
    made = enter.admin()
    assert made.username == "admin"
    assert not made.has_usable_password()
