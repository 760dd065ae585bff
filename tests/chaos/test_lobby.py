"""Nodes are killed under parties, invites and queues with an accept step, and everybody keeps his place."""

from pathlib import Path

import pytest

from arcade.chaos.lobby.judge import KINDS
from tests.chaos.test_faults import chaos

pytestmark = pytest.mark.timeout(200)


def test_a_kill_under_a_queue_with_accept_loses_nobody(tmp_path: Path) -> None:
    quick = "--play lobby --kills 1 --guests 20 --nodes 2 --pause 0.1 --seed s"
    code, numbers, said = chaos(tmp_path, *quick.split())
    assert code == 0, said
    assert numbers["kills"] == 1
    assert numbers["matches"] >= 1
    assert not any(numbers[kind] for kind in KINDS)


@pytest.mark.long
@pytest.mark.parametrize("how", ["--supervised", "--no-supervised"])
def test_kills_under_parties_and_queues_lose_nobody(how: str, tmp_path: Path) -> None:
    code, numbers, said = chaos(tmp_path, "--play", "lobby", "--kills", "8", how)
    assert code == 0, said
    assert numbers["asked"]["invite accept"] > 10
    assert numbers["matches"] >= 8
