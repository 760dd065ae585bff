"""Connect four between two windows, from the queue to the rematch."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
Visit = Callable[..., Visitor]


def paired(visit: Visit, **options: int) -> tuple[Visitor, Visitor]:
    """Two guests in one match; the first has the first move."""
    ada, bela = visit("Ada", **options), visit("Bela", **options)
    for guest in (ada, bela):
        guest.find_match("connect-four")
    for guest in (ada, bela):
        guest.in_match()
    first = ada if ada.moves_first() else bela
    return first, bela if first is ada else ada


def test_two_pages_play_to_the_end_and_again(visit: Visit) -> None:
    first, second = paired(visit)
    expect(first.page.get_by_role("button", name="Abort")).to_be_visible()
    for turn in range(3):
        first.says("Your turn")
        first.drop(3)
        second.says("Your turn")
        second.page.keyboard.press("5")
        if turn == 1:
            first.says("Your turn")
            first.page.reload()
            first.in_match()
    first.says("Your turn")
    first.page.locator("[data-column='2']").focus()
    first.page.keyboard.press("Enter")

    expect(first.result()).to_contain_text("You won!")
    expect(second.result()).to_contain_text("You lost")
    expect(second.result()).to_contain_text("Four in a row")
    for guest, sign in ((first, "up"), (second, "down")):
        expect(guest.result().locator(f".me .gain.{sign}")).to_be_visible()

    first.page.get_by_role("button", name="Rematch").click()
    expect(second.result()).to_contain_text("wants a rematch")
    second.page.get_by_role("button", name="Accept rematch").click()
    for guest in (first, second):
        expect(guest.result()).to_be_hidden()
        expect(guest.page.locator(".says")).not_to_have_text("")
    mover = first if first.moves_first() else second
    mover.drop(1)
    first.page.get_by_role("button", name="Offer a draw").click()
    second.page.get_by_role("button", name="Accept").click()
    for guest in (first, second):
        expect(guest.result()).to_contain_text("A draw")
        expect(guest.result().locator(".me .gain")).to_be_visible()  # it is recorded, and home will list it
        guest.page.get_by_role("button", name="Home", exact=True).click()
        expect(guest.page.locator(".aside .outcome")).to_have_count(2)


def test_who_leaves_the_page_comes_back_by_the_banner(visit: Visit) -> None:
    first, second = paired(visit)
    first.drop(4)
    first.page.get_by_role("button", name="Back home").click()
    first.page.get_by_role("button", name="Return to your match").click()
    first.in_match()
    name = second.page.locator("#who .clip").inner_text()
    first.says(f"{name} is to move")
    second.page.get_by_role("button", name="Abort").click()
    for guest in (first, second):
        expect(guest.result()).to_contain_text("No result")


def test_on_a_phone_a_dropped_opponent_is_told_without_a_jump(visit: Visit) -> None:
    first, second = paired(visit, width=390, height=844)
    first.drop(4)
    second.says("Your turn")
    second.drop(5)
    first.says("Your turn")
    board = first.page.locator(".board").bounding_box()
    second.page.goto("about:blank")
    expect(first.page.locator(".strips.them")).to_contain_text("connection lost")
    assert first.overflow() == 0
    assert first.page.locator(".board").bounding_box() == board
    first.page.get_by_role("button", name="Resign").tap()
    first.page.locator("dialog").get_by_role("button", name="Resign").tap()
    expect(first.result()).to_contain_text("You lost")


def test_a_full_column_takes_no_disc_and_a_resignation_is_asked_twice(visit: Visit) -> None:
    first, second = paired(visit)
    for guest in (first, second) * 3:
        guest.says("Your turn")
        guest.drop(1)
    first.says("Your turn")
    full = first.page.locator("[data-column='0']")
    expect(full).to_have_attribute("aria-disabled", "true")
    first.page.keyboard.press("1")
    first.says("Your turn")
    first.page.get_by_role("button", name="Resign").click()
    first.page.get_by_role("button", name="Play on").click()
    first.says("Your turn")
    first.page.get_by_role("button", name="Resign").click()
    first.page.locator("dialog").get_by_role("button", name="Resign").click()
    expect(first.result()).to_contain_text("You lost")
    expect(second.result()).to_contain_text("You won!")
