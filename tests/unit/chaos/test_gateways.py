"""What became of sockets whose gateway was killed, by hand-made histories."""

from arcade.chaos import history as h
from arcade.chaos.gateways import Fate, Gateways, fate
from arcade.chaos.times import Blow
from arcade.chaos.violation import STUCK_MS, Outages

PORT, OTHER, EPOCH = 8001, 8002, 10
BLOW = Blow(1000.0, "gateway", "n1", PORT, "peers", {"hosted": EPOCH})
SAT = (h.Opened(100, PORT, 0, 0), h.Welcomed(110, 0, 0))
BACK = (h.Lost(1005), h.Opened(1050, OTHER, EPOCH, 4), h.Welcomed(1070, 0, 0))


def history(*entries: h.Entry) -> h.History:
    return h.History(h.Who("m", "p", 0, 1), list(entries))


def seen(at: float) -> h.Seen:
    return h.Seen(at, EPOCH, 6, 0, True, "x")


def judged(*entries: h.Entry, match: str = "m", outages: Outages | None = None) -> Gateways:
    gateways = Gateways()
    gateways.add(match, [history(*entries)], [BLOW], outages or Outages())
    return gateways


def test_a_client_is_back_with_its_first_frame_elsewhere() -> None:
    assert fate(history(*SAT, seen(1002), *BACK, seen(1080)), BLOW) == Fate(True, 1080)


def test_who_did_not_sit_there_is_not_counted() -> None:
    assert fate(history(h.Opened(100, OTHER, 0, 0), h.Welcomed(110, 0, 0), seen(1080)), BLOW) is None
    assert fate(history(*SAT, h.Left(500, None, ""), seen(1080)), BLOW) is None
    assert fate(history(h.Opened(100, PORT, 0, 0), *BACK, seen(1080)), BLOW) is None
    assert fate(history(*SAT, h.Ended(900, EPOCH, 5, "finished", None), *BACK, seen(1080)), BLOW) is None


def test_a_match_that_the_node_hosted_is_a_takeover_instead() -> None:
    assert judged(*SAT, *BACK, seen(1080), match="hosted").summary()["gateway_kills"] == 0


def test_the_summary_counts_kills_and_clients() -> None:
    summary = judged(*SAT, *BACK, seen(1080)).summary()
    assert summary["gateway_kills"] == 1
    assert (summary["back_ms"]["p50"], summary["back_ms"]["count"], summary["back_ms"]["left"]) == (80, 1, 0)


def test_who_left_meanwhile_is_told_apart() -> None:
    gateways = judged(*SAT, h.Lost(1005), h.Left(1200, None, "closed here"))
    assert (gateways.back, gateways.left, gateways.violations) == ([], 1, [])


def test_another_seat_is_no_way_back() -> None:
    entries = [*SAT, *BACK[:2], h.Welcomed(1070, 0, None), seen(1080), h.Left(1000 + STUCK_MS + 1, None, "")]
    assert [violation.kind for violation in judged(*entries).violations] == ["stuck"]


def test_a_client_that_is_back_too_late_or_never_is_stuck() -> None:
    late = 1000 + STUCK_MS + 1
    assert [v.kind for v in judged(*SAT, *BACK, seen(late)).violations] == ["stuck"]
    assert [v.kind for v in judged(*SAT, h.Lost(1005), h.Left(late, None, "")).violations] == ["stuck"]
    away = Outages([(2000.0, 3000.0)])
    assert judged(*SAT, *BACK, seen(late), outages=away).violations == []
