"""Parties and invites on the page: invited, accepted, ready, put out; a link for strangers; on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]


def bar(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Party")


def invited(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Invites")


def mates(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("list", name="Members of the party")


def do(visitor: Visitor, name: str, act: str, label: str = "Who is here") -> None:
    visitor.page.get_by_role("list", name=label).get_by_role("button", name=name).click()
    visitor.page.get_by_role("dialog", name=name).get_by_role("button", name=act).click()


def test_invited_accepted_ready_promoted_and_put_out(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    again = bela.window()
    do(ada, "Bela", "Invite to your party")
    for window in (bela, again):
        expect(invited(window)).to_contain_text("Ada invites you to a party")
    bela.page.get_by_role("button", name="Accept the invite of Ada").click()
    expect(ada.page.locator("#toasts")).to_contain_text("Bela accepted your invite.")
    for window in (ada, bela, again):
        expect(mates(window).get_by_role("listitem")).to_have_count(2)
        expect(invited(window)).to_be_hidden()
    ada.page.get_by_label("What the party plays").select_option(label="Arena · Teams")
    expect(bar(bela)).to_contain_text("1 not ready")
    expect(ada.page.get_by_role("button", name="Find a match").first).to_be_disabled()
    bar(bela).get_by_role("button", name="I am ready").click()
    expect(bar(ada).get_by_role("button", name="Find a match")).to_be_enabled()
    do(ada, "Bela", "Make owner of the party", "Members of the party")
    expect(bar(bela).get_by_label("What the party plays")).to_be_visible()
    do(bela, "Ada", "Put out of the party", "Members of the party")
    expect(ada.page.locator("#toasts")).to_contain_text("You were put out of the party.")
    expect(bar(ada)).to_be_hidden()
    again.page.reload()
    expect(mates(again).get_by_role("listitem")).to_have_count(1)


def test_a_party_looks_for_a_match_in_all_tabs_of_both(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    tabs = [ada, ada.window(), bela, bela.window()]
    do(ada, "Bela", "Invite to your party")
    tabs[3].page.get_by_role("button", name="Accept the invite of Ada").click()
    expect(bar(bela)).to_contain_text("Ada chooses the game")
    tabs[1].choose("arena", "Free for all")
    tabs[1].find_match("arena")
    for tab in tabs:
        expect(bar(tab)).to_contain_text("2 of 8, 1 not ready")
    bar(bela).get_by_role("button", name="I am ready").click()
    bar(ada).get_by_role("button", name="Find a match").click()
    for tab in tabs:
        expect(bar(tab)).to_contain_text("Looking for a match: Arena · Free for all")
        expect(tab.page.get_by_role("region", name="Queue")).to_be_visible()
    bar(tabs[3]).get_by_role("button", name="Stop").click()
    for tab in tabs[:2]:
        expect(tab.page.locator("#toasts")).to_contain_text("Bela stopped the search.")
    for tab in tabs:
        expect(tab.page.get_by_role("region", name="Queue")).to_be_hidden()
        expect(mates(tab).get_by_role("listitem")).to_have_count(2)


def test_declined_and_asked(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    do(ada, "Bela", "Invite to your party")
    bela.page.get_by_role("button", name="Decline the invite of Ada").click()
    expect(ada.page.locator("#toasts")).to_contain_text("Bela declined your invite.")
    do(bela, "Ada", "Ask to join the party")
    ada.page.get_by_role("button", name="Let Bela in").click()
    expect(mates(bela).get_by_role("listitem")).to_have_count(2)
    bar(bela).get_by_role("button", name="Leave").click()
    expect(mates(ada).get_by_role("listitem")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_stranger_comes_by_the_link_on_a_phone(visit: Visit, scheme: str) -> None:
    ada = visit("Ada of the longest name", width=390, height=844, color_scheme=scheme)
    ada.page.get_by_role("button", name="Start a party").tap()
    ada.page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    bar(ada).get_by_role("button", name="Invite link").tap()
    dialog = ada.page.get_by_role("dialog", name="Invite by this link")
    dialog.get_by_role("button", name="Copy").tap()
    expect(dialog.get_by_role("status")).to_contain_text("The link is copied")
    assert ada.overflow() == 0
    link = ada.page.evaluate("window.copied")
    dialog.get_by_role("button", name="Close").tap()
    path = re.sub(r"^https?://[^/]+", "", link)
    bela = visit("", path, width=390, height=844, color_scheme=scheme)
    expect(bela.page.get_by_role("heading", name="You are invited")).to_be_visible()
    bela.page.get_by_label("Your name").fill("Bela")
    bela.page.get_by_role("button", name="Join").tap()
    for window in (ada, bela):
        expect(mates(window).get_by_role("listitem")).to_have_count(2)
        assert window.overflow() == 0
    carl = visit("Carl")
    do(carl, "Bela", "Invite to your party")
    expect(invited(bela)).to_contain_text("Carl invites you")
    assert bela.overflow() == 0
    bela.page.get_by_role("button", name="Accept the invite of Carl").tap()
    expect(mates(ada).get_by_role("listitem")).to_have_count(1)
    expect(mates(carl).get_by_role("listitem")).to_have_count(2)


def test_a_made_up_link_is_told(visit: Visit) -> None:
    ada = visit("Ada", "/?invite=nothing")
    expect(ada.page.locator("#toasts")).to_contain_text("decided, taken back or too old")
    expect(ada.card("arena")).to_be_visible()
