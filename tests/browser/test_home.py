"""Coming in, coming back, queues, rooms, watching, and the width of a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]
FIRST_LOAD = 150_000
LOADED = "performance.getEntriesByType('resource').reduce((sum, r) => sum + r.transferSize, 0)"
OFFERED = 15_000


def test_a_guest_is_remembered_and_the_first_load_is_small(visit: Visit) -> None:
    ada = visit()
    ada.page.get_by_label("Your name").fill("Ada")
    ada.page.get_by_role("button", name="Play as guest").click()
    expect(ada.card("arena")).to_be_visible()
    loaded = ada.page.evaluate(LOADED)
    assert 20_000 < loaded < FIRST_LOAD
    ada.page.reload()
    expect(ada.page.locator("#who")).to_contain_text("Ada")
    expect(ada.page.locator(".aside")).to_contain_text("you")


def test_a_name_is_text_and_a_bad_one_is_answered_by_a_sentence(visit: Visit) -> None:
    ada = visit("<b>Ada</b>")
    assert ada.page.locator("#who b").count() == 0
    bela = visit("Bela")
    expect(bela.page.locator(".aside")).to_contain_text("<b>Ada</b>")


def test_a_lonely_queue_offers_a_bot(visit: Visit) -> None:
    ada = visit("Ada")
    ada.find_match("connect-four")
    dock = ada.page.locator("#queue")
    expect(dock).to_contain_text("You are the only one looking.")
    expect(dock.get_by_role("button", name="Play the bot instead")).to_be_hidden()
    dock.get_by_role("button", name="Play the bot instead").click(timeout=OFFERED)
    ada.in_match()
    expect(dock).to_be_hidden()


def test_a_room_fills_by_its_link_and_a_third_watches(visit: Visit) -> None:
    ada = visit("Ada")
    ada.card("connect-four").get_by_role("button", name="Make a room").click()
    link = ada.page.get_by_label("Invite friends by this link")
    expect(link).to_have_value(re.compile(r"/\?room=\w+"))
    path = link.input_value().removeprefix(ada.url)
    bela = visit("Bela", path)
    expect(bela.page.locator(".room .seats")).to_contain_text("Ada")
    bela.page.get_by_role("button", name="I am ready").click()
    expect(ada.page.locator(".room .seats li", has_text="Bela")).to_contain_text("Ready")
    ada.page.get_by_role("button", name="I am ready").click()
    for guest in (ada, bela):
        guest.in_match()
    match = ada.page.url.partition("match=")[2]
    carl = visit("Carl", f"/?watch={match}")
    carl.in_match()
    expect(carl.page.locator(".bar")).to_contain_text("Watching")
    expect(carl.page.get_by_role("button", name="Resign")).to_be_hidden()
    mover = ada if ada.moves_first() else bela
    mover.drop(2)
    seen = carl.page.locator("[data-column='1']")
    expect(seen).to_have_attribute("aria-label", "Column 2, 1 of 6 discs, red on top")


def test_a_room_of_one_and_a_computer(visit: Visit) -> None:
    ada = visit("Ada")
    ada.card("connect-four").get_by_role("button", name="Make a room").click()
    ada.page.get_by_role("button", name="Add a bot").click()
    expect(ada.page.locator(".room .seats")).to_contain_text("Computer 1")
    ada.page.get_by_role("button", name="Take out").click()
    expect(ada.page.locator(".room .free")).to_have_count(1)
    ada.page.get_by_role("button", name="Leave the room").click()
    expect(ada.card("connect-four")).to_be_visible()


def test_an_unknown_room_is_told(visit: Visit) -> None:
    ada = visit("Ada", "/?room=NOSUCH")
    expect(ada.page.locator("#toasts")).to_contain_text("No room has this code.")
    expect(ada.card("arena")).to_be_visible()


def test_a_game_without_a_renderer_is_played_by_its_move_box(visit: Visit) -> None:
    ada = visit("Ada")
    ada.card("high-card").get_by_role("button", name="Play bots").click()
    expect(ada.page.locator(".tree")).to_contain_text('"hand"')
    ada.page.get_by_label("Your move, as JSON").fill("{")
    ada.page.get_by_role("button", name="Send the move").click()
    expect(ada.page.locator("#toasts")).to_contain_text("not JSON")
    ada.page.get_by_label("Your move, as JSON").fill('{"index": 99}')
    ada.page.get_by_role("button", name="Send the move").click()
    expect(ada.page.locator("#toasts .toast").nth(1)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_fits_and_is_played_by_touch(visit: Visit, scheme: str) -> None:
    ada = visit("Ada", width=390, height=844, color_scheme=scheme)
    assert ada.overflow() == 0
    ada.play_bot("connect-four")
    ada.in_match()
    assert ada.overflow() == 0
    column = ada.page.locator("[data-column='3']")
    for _ in range(2):
        ada.says("Your turn")
        column.tap()
        expect(column).not_to_have_attribute("aria-label", "Column 4, empty")
    resign = ada.page.get_by_role("button", name="Resign")
    box = resign.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    resign.tap()
    ada.page.locator("dialog").get_by_role("button", name="Resign").tap()
    expect(ada.result()).to_contain_text("You lost")
    ada.page.get_by_role("button", name="Home", exact=True).tap()
    ada.choose("arena", "Free for all")
    ada.play_bot("arena")
    ada.in_match()
    assert ada.overflow() == 0
    expect(ada.page.locator(".pad")).to_be_visible()
