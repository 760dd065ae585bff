"""What staff sees of chat, and what an operator tells everybody."""

from typing import Any

import msgspec
import pytest
from asgiref.sync import async_to_sync
from channels.layers import channel_layers, get_channel_layer
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from arcade.infra import keys
from arcade.infra.redis import sredis
from lobby import reports
from lobby.broadcasts import standing
from lobby.models import Broadcast, ChatReport
from lobby.rules.chat import Line
from lobby.rules.notices import Notice
from matches.models import Player
from tests.support.history import make_players


@pytest.fixture
def staff(clean_redis: str, db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("staff"))
    return client


def file(reporter: str, player: str, text: str = "<b>grr</b>") -> None:
    line = Line(5, 1_764_000_000_000, player, "Ann", text)
    near = Line(6, 1_764_000_001_000, reporter, "Bob", "hey")
    fields = {"player_id": player, "reason": "insult", "text": "rude", "line": line.text}
    around = [reports._plain(line), reports._plain(near)]
    reports._file(reporter, "game/arena", 5, {**fields, "around": around})


def test_a_report_is_kept_once_and_shown_as_text(staff: Client) -> None:
    ann, bob = make_players(2)
    for _ in range(2):
        file(bob.id, ann.id)
    (kept,) = ChatReport.objects.all()
    assert (kept.player, kept.reporter, kept.line, kept.seq) == (ann, bob, "<b>grr</b>", 5)
    listed = staff.get("/admin/lobby/chatreport/").content.decode()
    assert "&lt;b&gt;grr" in listed
    page = staff.get(f"/admin/lobby/chatreport/{kept.pk}/change/").content.decode()
    assert "&lt;b&gt;grr&lt;/b&gt;" in page
    assert "<b>grr" not in page
    assert "hey" in page
    assert staff.post(f"/admin/lobby/chatreport/{kept.pk}/delete/").status_code == 403


def test_a_report_outlives_who_is_reported(staff: Client) -> None:
    ann, bob = make_players(2)
    file(bob.id, ann.id)
    Player.objects.filter(pk=ann.pk).delete()
    assert ChatReport.objects.get().player is None
    file(bob.id, "gone-already")
    assert ChatReport.objects.count() == 1


@pytest.fixture
def told(clean_redis: str) -> Any:
    """What the group of all lobby sockets was told."""
    channel_layers.backends.clear()

    async def listen() -> str:
        channel: str = await get_channel_layer().new_channel()
        await get_channel_layer().group_add("lobby", channel)
        await get_channel_layer().close_pools()
        return channel

    async def hear(channel: str) -> Any:
        told = await get_channel_layer().receive(channel)
        await get_channel_layer().close_pools()
        return told

    channel = async_to_sync(listen)()
    yield lambda: async_to_sync(hear)(channel)
    channel_layers.backends.clear()


def test_the_command_tells_everybody(db: None, told: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("broadcast", "  The server restarts at six. ")
    event = told()
    assert event["type"] == "notice.kept"
    notice = msgspec.msgpack.decode(event["notice"], type=Notice)
    assert (notice.code, notice.text) == ("broadcast", "The server restarts at six.")
    assert notice.until - notice.at == 24 * 3600
    call_command("broadcast", "And again at seven.", hours=2)
    kept = standing({id.decode(): raw for id, raw in sredis().hgetall(keys.broadcasts()).items()}, notice.at)
    assert [(n.text, n.until - n.at) for n in kept][1:] == [("And again at seven.", 7200)]
    assert kept[0] == notice
    assert [(b.text, b.hours) for b in Broadcast.objects.order_by("id")] == [
        ("The server restarts at six.", 24),
        ("And again at seven.", 2),
    ]
    assert "Told" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "x" * 301, "a\nb"])
def test_a_bad_text_is_told_to_nobody(db: None, clean_redis: str, text: str) -> None:
    with pytest.raises(CommandError):
        call_command("broadcast", text)
    assert not Broadcast.objects.exists()


def test_in_the_admin_to_add_is_to_send(staff: Client, told: Any) -> None:
    done = staff.post("/admin/lobby/broadcast/add/", {"text": "Hello all.", "hours": 48}, follow=True)
    assert done.status_code == 200
    assert msgspec.msgpack.decode(told()["notice"], type=Notice).text == "Hello all."
    (kept,) = Broadcast.objects.all()
    assert (kept.text, kept.by, kept.hours) == ("Hello all.", "staff", 48)
    bad = staff.post("/admin/lobby/broadcast/add/", {"text": "a\x01b", "hours": 1})
    assert "control characters" in bad.content.decode() or "Null characters" in bad.content.decode()
    assert Broadcast.objects.count() == 1
    assert staff.get("/admin/lobby/broadcast/").status_code == 200
