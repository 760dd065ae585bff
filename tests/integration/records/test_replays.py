"""Replays run again to the recorded state, and say so when they do not."""

from random import Random

import pytest

from matches import records, replays, results
from matches.engine.setup import Finished
from matches.models import Replay
from tests.support.history import finished, make_players
from tests.support.playing import played

pytestmark = pytest.mark.django_db


def test_a_played_match_runs_again_to_its_hash(duel: Finished) -> None:
    assert replays.verify(duel.setup.match) is True
    assert Replay.objects.get().verified is True


@pytest.mark.parametrize(("mode", "seats"), [("duel", 2), ("ffa", 3), ("teams", 4)])
def test_an_arena_match_too(mode: str, seats: int) -> None:
    end = played("arena", [None, *make_players(seats - 1)], mode=mode, chance=Random(2))
    results.record(end)
    assert replays.verify(end.setup.match) is True


def test_a_changed_move_is_found_out(duel: Finished) -> None:
    kept = Replay.objects.get()
    logged = replays.unpack(kept.records)
    step = max(n for n, r in enumerate(records.plain(logged)) if r["kind"] == "step")
    kept.records = replays.pack([*logged[:step], *logged[step + 1 :]])
    kept.save()
    assert replays.verify(duel.setup.match) is False
    assert "recorded is" in replays.judge(duel.setup.match).text


@pytest.mark.parametrize("damage", [b"", b"junk", replays.pack([b"\xff"]), replays.pack([])])
def test_damage_is_a_verdict_and_no_crash(duel: Finished, damage: bytes) -> None:
    Replay.objects.update(records=damage)
    verdict = replays.judge(duel.setup.match)
    assert not verdict.verified
    assert verdict.text


def test_rules_that_are_gone_are_a_verdict() -> None:
    end = finished(make_players(2), [1, 2], game="no-such-game")
    results.record(end)
    assert "not installed" in replays.judge(end.setup.match).text


def test_frames_show_what_a_spectator_saw(duel: Finished) -> None:
    frames = list(replays.frames(duel.setup.match))
    assert [f["seq"] for f in frames] == list(range(1, duel.steps + 1))
    assert frames[-1]["view"]["phase"] == "finished"
    assert frames[-1]["view"]["result"]["reason"] == duel.reason
    assert any(name == "match.ended" for f in frames for name, _ in f["events"])


def test_records_are_told_as_plain_values(duel: Finished) -> None:
    told = records.plain(duel.records)
    assert told[0] == {"kind": "header"}
    moves = [i for r in told if r["kind"] == "step" for i in r["inputs"] if i["kind"] == "moved"]
    assert len(moves) >= 7
    assert set(moves[0]["move"]) == {"column"}
    assert any(r["kind"] == "snapshot" for r in told)


def test_moves_that_are_no_moves_are_told_too() -> None:
    assert records.plain_move(b"\xc1") == "c1"
    assert records.plain_move(b"") == ""
    assert records.plain([b"junk"]) == [{"kind": "unreadable", "bytes": b"junk".hex()}]
