"""A match outlives whatever happens to its nodes and its store; and the machine that says so can fail."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.host.breaks import BREAKS, broken
from tests.property.host.machine import Life
from tests.support.as_python import ran_as_python

pytestmark = [pytest.mark.usefixtures("quiet"), pytest.mark.timeout(1800)]

# nothing is explained: that costs more than all the rest
ours = settings(
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
    derandomize=True,
)
SOON = ("ack_early", "lost_reply_counts_as_written", "restore_without_checks")
"""Breaks that show within a few examples."""
RARE = (
    "claim_without_fence",
    "claim_without_comparing",
    "no_look_after_adoption",
    "rewind_forgets",
    "restore_without_prev",
    "lost_reply_is_sent_again_unseen",
    "ghost_counts_as_fence",
    "unfenced_snapshot",
    "snapshot_without_numbers",
)
"""Not required of it: what stands beside the broken part catches most of what it lets through."""


def test_life() -> None:
    run_state_machine_as_test(Life, settings=settings(ours, max_examples=25, stateful_step_count=40))


@pytest.mark.long
def test_long_life() -> None:
    long = settings(ours, max_examples=2000, stateful_step_count=60, derandomize=False)
    run_state_machine_as_test(Life, settings=long)


def found(fault: str, examples: int) -> bool:
    caught = settings(ours, max_examples=examples, stateful_step_count=50, phases=[Phase.generate])
    with broken(fault):
        try:
            run_state_machine_as_test(Life, settings=caught)
        except Exception as error:
            return isinstance(error, AssertionError) or bool(error.args)
    return False


@pytest.mark.parametrize("fault", SOON)
def test_it_catches(fault: str, request: pytest.FixtureRequest) -> None:
    assert ran_as_python(request) or found(fault, 150)


@pytest.mark.long
@pytest.mark.parametrize("fault", sorted(BREAKS.keys() - {*SOON, *RARE}))
def test_it_catches_in_time(fault: str, request: pytest.FixtureRequest) -> None:
    assert ran_as_python(request) or found(fault, 2000)
