"""What `bench pair` makes of what it saw."""

from arcade.bench.pair import Told, figures, table


def test_who_hears_last_counts() -> None:
    found = figures([Told(0.010, 0.002), Told(0.001, 0.020)], unheard=1)
    assert found["both_ms"] == {"p50": 20.0, "p99": 20.0, "most": 20.0}
    assert found["waiting_ms"]["most"] == 10.0
    assert (found["pairs"], found["unheard"]) == (2, 1)


def test_nothing_heard_is_told_as_nothing() -> None:
    assert "nothing" in table({"settings": {"one": figures([], unheard=3)}})
