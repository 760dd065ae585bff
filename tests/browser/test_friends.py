"""Friends on the page: found, asked, accepted, seen, blocked; at two windows at once, and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]


def listed(visitor: Visitor, label: str) -> Locator:
    return visitor.page.get_by_role("list", name=label)


def do(visitor: Visitor, name: str, act: str, label: str = "Who is here") -> None:
    """Open a player of a list, and do something to him."""
    listed(visitor, label).get_by_role("button", name=name).click()
    visitor.page.get_by_role("dialog", name=name).get_by_role("button", name=act).click()


def inside(visitor: Visitor) -> bool:
    """No line of a list is wider than its panel."""
    panels = "[...document.querySelectorAll('.aside .panel')]"
    return bool(visitor.page.evaluate(panels + ".every((panel) => panel.scrollWidth <= panel.clientWidth)"))


def test_found_asked_accepted_and_seen_in_both_windows(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela of the longest name")
    again = ada.window()
    expect(listed(ada, "Who is here")).to_contain_text("Bela")
    assert inside(ada)
    ada.page.get_by_label("Find a player by name").fill("bel")
    ada.page.get_by_role("button", name="Find", exact=True).click()
    do(ada, "Bela", "Ask to be friends", "Players found")
    for window in (ada, again):
        expect(listed(window, "Your friends")).to_contain_text("asked")
    expect(bela.page.locator("#toasts")).to_contain_text("Ada asks to be your friend.")
    bela.page.get_by_role("button", name="Accept Ada").click()
    expect(ada.page.locator("#toasts")).to_contain_text(re.compile("Bela.* is your friend now"))
    for window in (ada, again):
        expect(listed(window, "Your friends")).to_contain_text(re.compile("Bela.*in the lobby"))
        expect(window.page.get_by_text("1 of 1 online")).to_be_visible()
    bela.find_match("arena")
    expect(listed(ada, "Your friends")).to_contain_text("looking for a match")
    bela.context.close()
    expect(listed(ada, "Your friends")).to_contain_text("offline")
    expect(ada.page.get_by_text("0 of 1 online")).to_be_visible()
    assert inside(ada)
    do(again, "Bela", "Remove from your friends", "Your friends")
    expect(listed(ada, "Your friends")).not_to_contain_text("Bela")


def test_declined_and_taken_back(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    do(ada, "Bela", "Ask to be friends")
    bela.page.get_by_role("button", name="Decline Ada").click()
    expect(ada.page.get_by_text("No friends yet.")).to_be_visible()
    do(ada, "Bela", "Ask to be friends")
    expect(ada.page.locator("#toasts")).to_contain_text("This player has declined")
    do(bela, "Ada", "Ask to be friends")
    expect(ada.page.get_by_role("button", name="Accept Bela")).to_be_visible()
    do(bela, "Ada", "Take back", "Your friends")
    expect(ada.page.get_by_role("button", name="Accept Bela")).to_have_count(0)


def test_the_blocked_vanish_and_come_back(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    do(ada, "Bela", "Block")
    ada.page.get_by_role("dialog", name="Block Bela?").get_by_role("button", name="Block").click()
    for visitor, other in ((ada, "Bela"), (bela, "Ada")):
        expect(listed(visitor, "Who is here")).not_to_contain_text(other)
    ada.page.get_by_label("Find a player by name").fill("Bela")
    ada.page.get_by_role("button", name="Find", exact=True).click()
    expect(ada.page.get_by_text("Nobody online is called Bela.")).to_be_visible()
    ada.page.get_by_text("Blocked (1)").click()
    do(ada, "Bela", "Unblock", "Blocked")
    for visitor, other in ((ada, "Bela"), (bela, "Ada")):
        expect(listed(visitor, "Who is here")).to_contain_text(other)


def test_who_was_met_is_asked_on_a_phone_by_keyboard_or_touch(visit: Visit) -> None:
    ada, bela = visit("Ada", width=390, height=844), visit("Bela")
    for visitor in (ada, bela):
        visitor.find_match("connect-four")
    for visitor in (ada, bela):
        visitor.in_match()
    first, second = (ada, bela) if ada.moves_first() else (bela, ada)
    first.drop(1)
    second.says("Your turn")
    second.drop(2)
    ada.page.get_by_role("button", name="Resign").click()
    ada.page.locator("dialog").get_by_role("button", name="Resign").click()
    expect(ada.page.locator(".result .gain")).to_have_count(2)  # the result is written
    ada.page.get_by_role("button", name="Home", exact=True).click()
    met = ada.page.get_by_text("Recently met (1)")
    met.press("Enter")
    line = listed(ada, "Recently met").get_by_role("button", name="Bela")
    expect(line).to_contain_text("Connect Four")
    assert ada.overflow() == 0
    line.press("Enter")
    expect(ada.page.get_by_role("dialog", name="Bela")).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(line).to_be_focused()
    line.tap()
    assert ada.overflow() == 0
    ada.page.get_by_role("dialog", name="Bela").get_by_role("button", name="Ask to be friends").tap()
    expect(listed(ada, "Your friends")).to_contain_text("asked")


def test_a_page_out_of_sight_is_away(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    here = listed(bela, "Who is here")
    expect(here).to_contain_text("Ada")
    ada.page.clock.install()
    hide = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => %s});"
    hide += "document.dispatchEvent(new Event('visibilitychange'))"
    ada.page.evaluate(hide % "true")
    ada.page.clock.run_for(61_000)
    expect(here).to_contain_text(re.compile("Ada.*away"))
    ada.page.evaluate(hide % "false")
    expect(here).to_contain_text(re.compile("Ada.*in the lobby"))
