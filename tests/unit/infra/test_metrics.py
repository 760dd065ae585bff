"""The metrics of the hot path tell what the ones of the library would."""

import gc

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from arcade.infra.metrics import Metrics, Pauses, Spread

BOUNDS = (0.001, 0.01, 0.5, 1.0)
VALUES = st.one_of(st.sampled_from([0.0, *BOUNDS]), st.floats(0, 3))


@given(st.lists(VALUES))
def test_a_spread_is_a_histogram(values: list[float]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    spread = Spread("a_seconds", "How long.", BOUNDS)
    ours.register(spread)
    histogram = Histogram("a_seconds", "How long.", registry=theirs, buckets=BOUNDS)
    for value in values:
        spread.observe(value)
        histogram.observe(value)
    told = [line for line in generate_latest(theirs).splitlines() if b"_created" not in line]
    assert generate_latest(ours).splitlines() == told


def test_each_collection_is_a_pause() -> None:
    metrics = Metrics()
    pauses = Pauses(metrics.collector_seconds)
    gc.callbacks.append(pauses)
    try:
        gc.collect()
        gc.collect()
    finally:
        gc.callbacks.remove(pauses)
    assert b'arcade_collector_seconds_bucket{le="1.0"} 2.0' in metrics.text()
