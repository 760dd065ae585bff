"""A match that is made unrated, though its mode is rated."""

from typing import Any

from matches.engine.setup import Seat


async def test_a_rated_mode_is_played_unrated_where_the_lobby_says_so(node: Any) -> None:
    seats = [Seat("ann", "Ann", 0), Seat("bob", "Bob", 1)]
    for rated in (True, False):
        match = await node.create("connect-four", "standard", seats, rated=rated)
        live = await node.find(match)
        assert live is not None
        assert live.rated is rated
