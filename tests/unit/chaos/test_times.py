"""How long takeovers took, by hand-made histories."""

import pytest

from arcade.chaos import history as h
from arcade.chaos import played
from arcade.chaos.times import Blow, Samples, stall, stalled, summary, takeover
from matches.engine.record import decode_record, encode_record
from matches.engine.timers import JOIN_LIMIT

OLD, NEW = 10, 20
BLOW = Blow(1000.0, "kill", "n1", 8001, "peers", {"m": OLD}, 1)


def history(*entries: h.Entry) -> h.History:
    return h.History(h.Who("m", "p", 0, 1), list(entries))


def seen(at: float, epoch: int, seq: int) -> h.Seen:
    return h.Seen(at, epoch, seq, 0, True, "x")


def test_a_takeover_ends_with_the_first_new_acknowledgement() -> None:
    first = history(h.Sent(990, 4, "a"), seen(1300, NEW, 9), h.Acked(1350, 4, "a", NEW, 10))
    later = history(h.Sent(995, 4, "b"), h.Acked(1400, 4, "b", NEW, 11))
    assert takeover([first, later], BLOW) == 350


def test_what_the_dead_node_had_sent_does_not_count() -> None:
    there = history(h.Sent(990, 4, "a"), h.Acked(1001, 4, "a", OLD, 9), h.Sent(1002, 5, "b"))
    there.entries += [seen(1300, NEW, 9), h.Acked(1500, 5, "b", NEW, 10)]
    assert takeover([there], BLOW) == 500


def test_thinking_is_not_charged() -> None:
    there = history(seen(1200, NEW, 9), h.Sent(2700, 4, "a"), h.Acked(2710, 4, "a", NEW, 10))
    assert takeover([there], BLOW) == 210


def test_a_match_that_just_ended_has_no_takeover() -> None:
    assert takeover([history(h.Ended(1001, OLD, 9, "finished", None), seen(1300, NEW, 9))], BLOW) is None


def test_stalls_of_two_clients_are_one_stall() -> None:
    first = history(h.Sent(0, 1, "a"), h.Acked(1250, 1, "a", OLD, 1))
    second = history(h.Sent(500, 1, "b"), h.Acked(1250, 1, "b", OLD, 1), h.Sent(2000, 2, "c"))
    assert stalled([first, second]) == 1.0


def test_a_stall_is_the_longest_wait_that_reached_into_the_blow() -> None:
    blow = Blow(1000.0, "redis-cut", until=2000.0)
    there = history(h.Sent(100, 1, "a"), h.Acked(900, 1, "a", OLD, 1), h.Sent(950, 2, "b"))
    there.entries += [h.Acked(2050, 2, "b", OLD, 2), h.Sent(2100, 3, "c"), h.Acked(9000, 3, "c", OLD, 3)]
    other = history(h.Sent(1900, 1, "a"), h.Refused(2400, 1, "a", "rules", OLD, 2))
    assert stall([there, other], blow) == 1100
    assert stall([other], blow) == 500
    assert stall([history(h.Sent(1900, 1, "a"))], blow) is None
    samples = Samples()
    samples.add("m", [there, other], [blow, BLOW])
    assert summary(samples)["stall_ms"]["redis-cut"]["max"] == 1100


def test_the_summary_sorts_by_who_noticed() -> None:
    samples = Samples(
        {("kill", "peers"): [700.0, 900.0], ("kill", "supervisor"): [100.0], ("stop", "peers"): [1.0]}
    )
    told = summary(samples)
    assert told["takeover_ms"]["max"] == 900
    assert told["takeover_ms"]["by"]["supervisor"]["p50"] == 100
    assert told["other_ms"]["stop"]["count"] == 1


def test_a_gateway_without_such_sockets_is_no_kill_that_counts() -> None:
    assert BLOW.counts
    assert not Blow(1000.0, "gateway", "n1", 8001).counts
    assert Blow(1000.0, "gateway", "n1", 8001, sockets=1).counts
    assert not Blow(1000.0, "stop", "n1", 8001, sockets=1).counts


@pytest.mark.parametrize(("held", "faults"), [(JOIN_LIMIT - 1, 0), (JOIN_LIMIT - 2, 1)])
def test_a_match_whose_players_could_not_come_catches_up_with_the_time(held: int, faults: int) -> None:
    """It is held just before the limit to join; that it goes on from the real time is on no clock."""
    records = [decode_record(encode_record(n, held + 1500 * n, None, [], "", 1000 + n)) for n in range(2)]
    assert len(played._fast(records)) == faults
