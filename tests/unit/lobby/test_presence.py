"""State once, then diffs; whoever applies them holds what `full` tells."""

from hypothesis import given
from hypothesis import strategies as st

from lobby.rules import presence
from lobby.rules.presence import Entry, Roster


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
