"""Who sat in a match, as a rematch asks."""

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from matches.engine.setup import Finished


@pytest.mark.django_db(transaction=True)
def test_who_sat_in_a_match_is_told_by_seat(duel: "Finished") -> None:
    from lobby import records

    players: list[str | None] = [seat.player for seat in duel.setup.seats]
    told = ("connect-four", "standard", players)
    assert asyncio.run(records.sat_in(duel.setup.match)) == told
    assert asyncio.run(records.sat_in("none")) is None
