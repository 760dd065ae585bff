"""State once, then diffs; whoever applies them holds what `full` tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.rules import presence
from lobby.rules.presence import Diff, Entry, Roster


def entry(player: str, node: str = "n1", status: str = "online", until: float = 30.0) -> Entry:
    return Entry(player, node, player.upper(), status, until)


def test_a_player_is_told_once_and_taken_back_with_the_last_node() -> None:
    roster = Roster()
    roster.here(entry("a"))
    roster.here(entry("a", "n2", "queue"))
    diff = roster.flush()
    assert diff is not None
    assert (diff.online, diff.here, diff.gone) == (1, [["a", "A", "queue"]], [])
    roster.gone("a", "n2")
    diff = roster.flush()
    assert diff is not None
    assert diff.here == [["a", "A", "online"]]
    assert not roster.elsewhere("a", "n1")
    roster.gone("a", "n1")
    diff = roster.flush()
    assert diff is not None
    assert (diff.online, diff.gone) == (0, ["a"])


def test_a_renewal_is_no_news() -> None:
    roster = Roster()
    roster.here(entry("a"))
    roster.flush()
    roster.here(entry("a", until=60.0))
    assert roster.flush() is None


def test_the_players_of_a_dead_node_vanish_with_their_lease() -> None:
    roster = Roster()
    kept = [entry("a", "n2", until=30.0), entry("b", "n1")]
    roster.here(entry("b", "n1"))
    roster.sync(kept, "n1", 10.0)
    assert "a" in roster
    roster.sync(kept, "n1", 31.0)
    assert "a" not in roster
    assert "b" in roster


def test_the_list_is_capped_and_counts_all() -> None:
    roster = Roster()
    for n in range(presence.SHOWN + 5):
        roster.here(entry(f"p{n}"))
    diff = roster.flush()
    assert diff is not None
    assert (diff.online, len(diff.here)) == (presence.SHOWN + 5, presence.SHOWN)
    roster.gone("p0", "n1")
    diff = roster.flush()
    assert diff is not None
    assert (diff.gone, len(diff.here)) == (["p0"], 1)


def test_who_is_away_at_one_device_and_not_at_another_is_not_away() -> None:
    roster = Roster()
    roster.here(entry("a", "n1", "away"))
    assert roster.status("a") == "away"
    roster.here(entry("a", "n2", "online"))
    assert roster.status("a") == "online"
    roster.gone("a", "n2")
    assert roster.status("a") == "away"
    roster.gone("a", "n1")
    assert roster.status("a") == presence.OFFLINE


@pytest.mark.parametrize(
    ("doing", "away", "told"),
    [
        ([], False, "online"),
        ([], True, "away"),
        (["room"], False, "room"),
        (["room"], True, "away"),
        (["queue"], True, "queue"),
        (["room", "match", "queue"], False, "match"),
        (["match", "room"], True, "match"),
    ],
)
def test_who_plays_or_waits_is_there_and_anybody_else_may_be_away(
    doing: list[str], away: bool, told: str
) -> None:
    assert presence.told(doing, away) == told


def test_the_moved_are_all_who_changed_since_the_last_flush() -> None:
    roster = Roster()
    roster.here(entry("a"))
    roster.here(entry("b"))
    assert roster.moved() == {"a", "b"}
    roster.flush()
    roster.here(entry("a", until=60.0))
    roster.here(entry("b", status="queue"))
    assert roster.moved() == {"b"}
    roster.gone("a", "n1")
    assert roster.moved() == {"a", "b"}


def test_the_hidden_are_left_out_and_do_not_count() -> None:
    roster = Roster()
    for player in ("a", "b"):
        roster.here(entry(player))
    diff = roster.flush()
    assert diff is not None
    assert roster.without(diff, {"c"}) is diff
    assert roster.without(diff, {"b"}) == Diff(1, 1, [["a", "A", "online"]], [])
    roster.gone("b", "n1")
    diff = roster.flush()
    assert diff is not None
    assert roster.without(diff, {"b"}) == Diff(2, 1, [], [])


def test_players_are_found_by_a_part_of_their_name() -> None:
    roster = Roster()
    for player in ("anna", "hannes", "bob"):
        roster.here(entry(player))
    assert roster.find("aNN", 9, {"x"}) == [["anna", "ANNA", "online"], ["hannes", "HANNES", "online"]]
    assert roster.find("ann", 1, {"anna"}) == [["hannes", "HANNES", "online"]]
    assert roster.find("zoe", 9, set()) == roster.find("", 9, set()) == []
    roster.gone("bob", "n1")
    assert roster.find("b", 9, set()) == []


happening = st.tuples(
    st.sampled_from("abcde"), st.sampled_from(["n1", "n2"]), st.sampled_from([*presence.STATUSES, "gone"])
)


@given(st.lists(st.lists(happening, max_size=6), max_size=12))
def test_diffs_lead_to_the_whole(rounds: list[list[tuple[str, str, str]]]) -> None:
    roster, held, version = Roster(), dict[str, list[str]](), 0
    for happenings in rounds:
        for player, node, status in happenings:
            if status == "gone":
                roster.gone(player, node)
            else:
                roster.here(entry(player, node, status))
        diff = roster.flush()
        if diff is None:
            continue
        assert diff.version == version + 1
        version = diff.version
        held |= {row[0]: row for row in diff.here}
        for player in diff.gone:
            del held[player]
        full = roster.full()
        assert full.version == version
        assert held == {row[0]: row for row in full.here}
        assert full.online == len(roster) == len(held)
