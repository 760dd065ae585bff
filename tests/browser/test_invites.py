"""Invites on the page: taken back, links looked at and ended, a rematch with who has left."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]


def do(visitor: Visitor, name: str, act: str, label: str = "Who is here") -> None:
    visitor.page.get_by_role("list", name=label).get_by_role("button", name=name).click()
    visitor.page.get_by_role("dialog", name=name).get_by_role("button", name=act, exact=True).click()


def sent(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="Invited, no answer yet")


def mates(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="Members of the party").get_by_role("listitem")


def link_of(visitor: Visitor) -> str:
    visitor.page.get_by_role("button", name="Invite link").click()
    return visitor.page.get_by_label("Invite by this link").get_by_role("textbox").input_value()


def test_what_was_sent_is_seen_in_all_tabs_and_taken_back(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    again = ada.window()
    do(ada, "Bela", "Invite to your party")
    invited = bela.page.get_by_role("region", name="Invites")
    expect(invited).to_contain_text("Ada invites you")
    for window in (ada, again):
        expect(sent(window)).to_contain_text("Bela")
    again.page.get_by_role("button", name="Take back the invite to Bela").click()
    expect(invited).to_be_hidden()
    for window in (ada, again):
        expect(sent(window)).to_be_hidden()
    do(ada, "Bela", "Invite to your party")
    expect(ada.page.locator("#toasts")).to_contain_text("You have invited Bela a moment ago")


def test_a_link_is_looked_at_before_it_is_taken_and_ended(visit: Visit) -> None:
    ada, bela, carl = visit("Ada"), visit("Bela"), visit("Carl")
    for guest in (ada, bela):
        guest.page.get_by_role("button", name="Start a party").click()
    ada.page.get_by_label("What the party plays").select_option(label="Arena · Teams")
    link = link_of(ada)
    bela.page.goto(link)
    dialog = bela.page.get_by_role("dialog", name="Ada invites you")
    expect(dialog).to_contain_text("To a party: Arena · Teams")
    expect(dialog).to_contain_text("1 of at most 2 players there")
    expect(dialog).to_contain_text("You leave the party you are in")
    dialog.get_by_role("button", name="Not now").click()
    expect(mates(bela)).to_have_count(1)
    bela.page.goto(link)
    dialog.get_by_role("button", name="Join").click()
    expect(mates(ada)).to_have_count(2)
    ada.page.get_by_role("button", name="End the link").click()
    expect(ada.page.locator("#toasts")).to_contain_text("The link leads nowhere any more.")
    carl.page.goto(link)
    expect(carl.page.locator("#toasts")).to_contain_text("decided, taken back or too old")


def test_who_has_left_is_invited_to_a_rematch(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela", width=390, height=844)
    for guest in (ada, bela):
        guest.find_match("connect-four")
    for guest in (ada, bela):
        guest.in_match()
    first, second = (ada, bela) if ada.moves_first() else (bela, ada)
    first.drop(1)
    second.says("Your turn")
    second.drop(2)
    bela.page.get_by_role("button", name="Resign").click()
    bela.page.locator("dialog").get_by_role("button", name="Resign").click()
    expect(ada.page.locator(".result .gain")).to_have_count(2)
    bela.page.get_by_role("button", name="Home", exact=True).click()
    expect(ada.result().get_by_role("button", name="Rematch", exact=True)).to_be_hidden()
    ada.result().get_by_role("button", name="Invite to a rematch").click()
    expect(bela.page.get_by_role("region", name="Invites")).to_contain_text("to a rematch, Connect Four")
    assert bela.overflow() == 0
    bela.page.get_by_role("button", name="Accept the invite of Ada").click()
    for guest in (ada, bela):
        expect(guest.page.locator(".strip.turn")).to_have_count(1)
        guest.page.get_by_role("button", name="Back home").click()
    bela.page.get_by_role("button", name=re.compile("Lost.*Ada")).click()
    bela.page.get_by_role("dialog", name="Ada").get_by_role("button", name="Invite to a rematch").click()
    expect(bela.page.locator("#toasts")).to_contain_text("in a match")
