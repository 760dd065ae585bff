"""The accept dialog: found, taken, declined, and what the others see."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import Visitor
from tests.support.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]


@pytest.fixture
def site(server: Callable[..., Server]) -> str:
    """A server whose duels are to be accepted."""
    return server("node", ARCADE_QUEUES=json.dumps({"connect-four/standard": {"accept": 30}})).http


def asked(guest: Visitor) -> Locator:
    dialog = guest.page.get_by_role("dialog", name="A match is found")
    expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize("width", [390, 1280])
def test_a_match_begins_when_both_have_accepted(visit: Visit, width: int) -> None:
    ada, bela = visit("Ada", width=width), visit("Bela", width=width)
    for guest in (ada, bela):
        guest.find_match("connect-four")
    first, second = asked(ada), asked(bela)
    expect(first).to_contain_text("0 of 2 have accepted")
    expect(first.get_by_role("button", name="Accept")).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(first).to_be_visible()
    assert first.evaluate("el => el.scrollWidth <= el.clientWidth")
    ada.page.keyboard.press("Enter")
    expect(first).to_contain_text("You are ready. 1 of 2 have accepted")
    expect(second).to_contain_text("1 of 2 have accepted")
    second.get_by_role("button", name="Accept").click()
    for guest in (ada, bela):
        guest.in_match()
        expect(guest.page.get_by_role("dialog")).to_have_count(0)


def test_who_declines_is_out_and_the_other_looks_on(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    for guest in (ada, bela):
        guest.find_match("connect-four")
    asked(ada).get_by_role("button", name="Accept").click()
    asked(bela).get_by_role("button", name="Decline").click()
    expect(bela.page.get_by_role("dialog")).to_have_count(0)
    expect(bela.page.locator("#queue")).to_be_hidden()
    expect(bela.page.get_by_text("You did not take the match")).to_be_visible()
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(ada.page.locator("#queue")).to_contain_text("You are the only one looking.")
