"""The list of rooms, a room with its settings, seats and password, on wide and narrow screens."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]


def made(guest: Visitor, game: str = "arena", mode: str | None = "Free for all") -> str:
    """A room of the guest's, its settings open; its code."""
    if mode:
        guest.choose(game, mode)
    guest.card(game).get_by_role("button", name="Make a room").click()
    code = guest.page.get_by_label("Code of the room")
    expect(code).not_to_be_empty()
    guest.page.get_by_text("Room settings").click()
    return code.inner_text()


def setting(guest: Visitor, label: str) -> Locator:
    return guest.page.locator(".settings").get_by_label(label)


def row(guest: Visitor, code: str) -> Locator:
    return guest.page.locator(f".rooms [data-code='{code}']")


def seat(guest: Visitor, name: str) -> Locator:
    return guest.page.locator(".room .seats li", has_text=name)


def test_a_public_room_is_found_in_the_list_and_left_out_by_a_filter(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    code = made(ada)
    expect(row(bela, code)).to_have_count(0)
    setting(ada, "Title").fill("Friday night")
    setting(ada, "Title").press("Tab")
    setting(ada, "Who may come in").select_option("public")
    expect(row(bela, code)).to_contain_text("Friday night")
    expect(row(bela, code)).to_contain_text("1 of 4")
    setting(ada, "Seats").fill("3")
    setting(ada, "Seats").press("Tab")
    expect(row(bela, code)).to_contain_text("1 of 3")
    bela.page.get_by_label("Game", exact=True).select_option("connect-four")
    expect(row(bela, code)).to_have_count(0)
    bela.page.get_by_label("Game", exact=True).select_option("arena")
    row(bela, code).get_by_role("button", name="Join").click()
    expect(seat(bela, "Ada")).to_be_visible()
    expect(bela.page.get_by_text("Room settings")).to_be_hidden()


def test_a_room_is_found_by_its_properties(visit: Visit) -> None:
    ada, bela, carl = visit("Ada"), visit("Bela"), visit("Carl", width=390, height=844)
    codes = [made(guest) for guest in (ada, bela)]
    for guest, where in ((ada, "ice"), (bela, "fire")):
        setting(guest, "Who may come in").select_option("public")
        guest.page.get_by_text("Properties", exact=True).click()
        guest.page.get_by_label("Name of the property").fill("Map")
        guest.page.get_by_label("Value of the property").fill(where)
        guest.page.get_by_label("Value of the property").press("Enter")
    row(carl, codes[0]).get_by_role("button", name="Only rooms with Map: ice").tap()
    expect(row(carl, codes[1])).to_have_count(0)
    row(carl, codes[0]).get_by_role("button", name="Join").tap()
    carl.page.get_by_text("Properties", exact=True).tap()
    carl.page.get_by_label("Name of the property").fill("talk")
    carl.page.get_by_label("Value of the property").fill("yes")
    carl.page.get_by_role("button", name="Add", exact=True).tap()
    expect(seat(ada, "Carl")).to_contain_text("Talk: yes")
    assert carl.overflow() == 0
    ada.page.get_by_role("button", name="Take away Map: ice").click()
    expect(carl.page.locator(".room .tags")).not_to_contain_text("Map: ice")


def test_a_password_is_asked_for_until_it_is_right(visit: Visit) -> None:
    ada = visit("Ada")
    code = made(ada)
    setting(ada, "Password").fill("sesame")
    setting(ada, "Password").press("Tab")
    expect(ada.page.locator(".room .tags")).to_contain_text("Password")
    bela = visit("Bela", f"/?room={code}")
    dialog = bela.page.locator("dialog")
    for word in ("seesaw", "sesame"):
        dialog.get_by_label("Password").fill(word)
        dialog.get_by_role("button", name="Come in").click()
        if word == "seesaw":
            expect(dialog).to_contain_text("That was not it")
    expect(seat(bela, "Ada")).to_be_visible()
    expect(seat(ada, "Bela")).to_be_visible()


def test_seats_are_swapped_the_host_moves_and_sends_out(visit: Visit) -> None:
    ada = visit("Ada")
    code = made(ada)
    setting(ada, "Places to watch from").select_option("2")
    bela, carl = visit("Bela", f"/?room={code}"), visit("Carl", f"/?room={code}")
    bela.page.get_by_label("What to do about Ada").click()
    bela.page.get_by_role("button", name="Ask to swap seats").click()
    seat(ada, "Bela").get_by_role("button", name="Swap seats").click()
    expect(ada.page.locator(".room .seats li").first).to_contain_text("Bela")
    bela.page.locator(".room .seats li").nth(3).get_by_role("button", name="Sit here").click()
    expect(carl.page.locator(".room .seats li").nth(3)).to_contain_text("Bela")
    bela.page.get_by_role("button", name="Watch instead").click()
    expect(carl.page.locator(".room .watchers")).to_contain_text("Bela")
    ada.page.get_by_label("What to do about Carl").click()
    ada.page.get_by_role("button", name="Make host").click()
    expect(seat(bela, "Carl")).to_contain_text("Host")
    carl.page.get_by_label("What to do about Bela").click()
    carl.page.get_by_role("button", name="Send out for good").click()
    carl.page.locator("dialog").get_by_role("button", name="Send out").click()
    expect(bela.page.locator("#toasts")).to_contain_text("sent you out")
    expect(bela.card("arena")).to_be_visible()
    bela.page.get_by_label("Code of a room").fill(code)
    bela.page.get_by_role("button", name="Join room").click()
    expect(bela.page.locator("#toasts")).to_contain_text("does not let you in")
    carl.page.get_by_text("Room settings").click()
    carl.page.get_by_role("button", name="Pardon").click()
    bela.page.get_by_role("button", name="Join room").click()
    expect(seat(carl, "Bela")).to_be_visible()


def test_the_countdown_runs_and_the_match_is_as_long_as_was_chosen(visit: Visit) -> None:
    ada = visit("Ada")
    code = made(ada, mode="Duel")
    setting(ada, "Seconds").fill("30")
    setting(ada, "Seconds").press("Tab")
    expect(ada.page.locator(".room .tags")).to_contain_text("Seconds: 30")
    bela = visit("Bela", f"/?room={code}")
    expect(bela.page.locator(".room .tags")).to_contain_text("Seconds: 30")
    for guest in (bela, ada):
        guest.page.get_by_role("button", name="I am ready").click()
    expect(bela.page.locator("section.room")).to_contain_text("The match starts in")
    bela.page.get_by_role("button", name="You are ready").click()
    expect(ada.page.locator("section.room")).to_contain_text("starts when everyone is ready")
    bela.page.get_by_role("button", name="I am ready").click()
    for guest in (ada, bela):
        guest.in_match()
    ada.page.get_by_role("button", name="Home", exact=True).click(timeout=60_000)
    expect(seat(ada, "Bela")).to_contain_text("Not ready")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rooms_fit_on_a_phone(visit: Visit, scheme: str) -> None:
    ada = visit("Ada", width=390, height=844, color_scheme=scheme)
    code = made(ada)
    setting(ada, "Title").fill("A title of forty characters, all of them")
    setting(ada, "Title").press("Tab")
    setting(ada, "Who may come in").select_option("public")
    setting(ada, "Places to watch from").select_option("2")
    ada.page.locator(".room .free").nth(1).get_by_role("button", name="Add a bot").tap()
    bela = visit("A name as long as may be", f"/?room={code}", width=390, height=844)
    carl = visit("Carl", width=390, height=844)
    expect(row(carl, code)).to_contain_text("3 of 4")
    ada.page.get_by_label("What to do about A name as long").tap()
    expect(ada.page.get_by_role("button", name="Send out", exact=True)).to_be_visible()
    for guest in (ada, bela, carl):
        assert guest.overflow() == 0
