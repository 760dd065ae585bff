"""One player in two windows: the newer one has the seat, and the older does not fight for it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def told(visitor: Visitor) -> None:
    """This window says that the match is elsewhere."""
    expect(visitor.page.get_by_role("heading", name="Opened in another window")).to_be_visible()
    expect(visitor.page.locator(".match")).to_have_count(0)


def test_the_match_is_taken_along_and_taken_back(visit: Callable[..., Visitor]) -> None:
    first = visit("Ada")
    first.play_bot("connect-four")
    first.in_match()
    first.says("Your turn")
    sockets: list[str] = []
    first.page.on("websocket", lambda socket: sockets.append(socket.url))

    second = first.window()
    second.in_match()
    told(first)
    second.says("Your turn")
    second.drop(4)
    expect(second.page.locator("[data-column='3']")).not_to_have_attribute("aria-label", "Column 4, empty")
    second.says("Your turn")
    board = second.columns()
    assert sockets == []

    first.page.get_by_role("button", name="Play here").click()
    first.in_match()
    told(second)
    first.says("Your turn")
    assert first.columns() == board
    first.drop(5)
    expect(first.page.locator("[data-column='4']")).not_to_have_attribute("aria-label", board[4] or "")
    first.says("Your turn")
    assert len(sockets) == 1

    second.page.get_by_role("button", name="Home", exact=True).click()
    expect(second.page.get_by_role("button", name="Return to your match")).to_be_visible()
    first.page.get_by_role("button", name="Resign").click()
    first.page.locator("dialog").get_by_role("button", name="Resign").click()
    expect(first.result()).to_contain_text("You lost")
