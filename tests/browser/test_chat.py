"""Chat on the page: tabs, what is unread, the menu of a line, and the width of a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]


def chat(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Chat", exact=True)


def open_chat(visitor: Visitor) -> Locator:
    visitor.page.get_by_role("button", name=re.compile("^Chat")).click()
    expect(chat(visitor)).to_be_visible()
    return chat(visitor)


def say(visitor: Visitor, text: str) -> None:
    field = chat(visitor).get_by_label("Your line")
    field.fill(text)
    field.press("Enter")
    expect(field).to_have_value("")


def lines(visitor: Visitor) -> Locator:
    return chat(visitor).locator(".line .words")


def menu(visitor: Visitor, name: str, choice: str) -> None:
    chat(visitor).get_by_role("button", name=f"About {name}'s line").last.click()
    visitor.page.get_by_role("menuitem", name=choice).click()


def join_arena(visitor: Visitor) -> None:
    open_chat(visitor).get_by_label("Join the channel of a game").select_option("arena")
    expect(visitor.page.get_by_role("tab", name="Arena")).to_have_attribute("aria-selected", "true")


def test_a_game_channel_a_talk_and_what_is_unread(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    for guest in (ada, bela):
        join_arena(guest)
    say(ada, "Hello, <b>all</b>!")
    expect(lines(bela)).to_have_text(["Hello, <b>all</b>!"])
    menu(bela, "Ada", "Talk to Ada")
    say(bela, "psst")
    badge = ada.page.get_by_role("button", name="Chat, 1 unread line")
    expect(badge).to_be_visible()
    expect(lines(ada)).to_have_text(["Hello, <b>all</b>!"])
    ada.page.get_by_role("tab", name="Bela").click()
    expect(lines(ada)).to_have_text(["psst"])
    expect(badge).to_be_hidden()
    ada.page.keyboard.press("Escape")
    expect(chat(ada)).to_be_hidden()
    say(bela, "again")
    expect(badge).to_be_visible()
    ada.page.reload()
    expect(badge).to_be_visible()
    open_chat(ada)
    expect(lines(ada)).to_have_text(["psst", "again"])


def test_who_is_muted_is_not_heard_and_a_report_is_sent(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela")
    for guest in (ada, bela):
        join_arena(guest)
    say(ada, "grr")
    menu(bela, "Ada", "Report to staff")
    dialog = bela.page.get_by_role("dialog")
    dialog.get_by_label("What is wrong with it?").select_option("spam")
    dialog.get_by_role("button", name="Report").click()
    expect(bela.page.locator("#toasts")).to_contain_text("Staff will look at it")
    menu(bela, "Ada", "Mute Ada")
    expect(lines(bela)).to_have_count(0)
    say(ada, "more")
    say(bela, "quiet here")
    expect(lines(ada)).to_have_text(["grr", "more", "quiet here"])
    expect(lines(bela)).to_have_text(["quiet here"])
    bela.page.reload()
    bela.page.get_by_text("Muted (1)").click()
    bela.page.get_by_role("list", name="Muted").get_by_role("button", name="Ada").click()
    bela.page.get_by_role("dialog", name="Ada").get_by_role("button", name="Hear again in chats").click()
    expect(bela.page.locator("#toasts")).to_contain_text("You hear Ada again.")
    expect(bela.page.get_by_text("Muted (1)")).to_be_hidden()
    join_arena(bela)
    expect(lines(bela)).to_have_text(["grr", "more", "quiet here"])


def test_a_room_and_its_match_have_channels_of_their_own(visit: Visit) -> None:
    ada = visit("Ada")
    ada.card("connect-four").get_by_role("button", name="Make a room").click()
    link = ada.page.get_by_label("Invite friends by this link")
    expect(link).to_have_value(re.compile(r"/\?room=\w+"))
    bela = visit("Bela", link.input_value().removeprefix(ada.url))
    open_chat(ada)
    expect(ada.page.get_by_role("tab", name="Room")).to_be_visible()
    say(ada, "welcome")
    expect(bela.page.get_by_role("button", name="Chat, 1 unread line")).to_be_visible()
    open_chat(bela)
    expect(lines(bela)).to_have_text(["welcome"])
    bela.page.keyboard.press("Escape")
    ada.page.keyboard.press("Escape")
    for guest in (ada, bela):
        guest.page.get_by_role("button", name="I am ready").click()
    for guest in (ada, bela):
        guest.in_match()
    carl = visit("Carl", f"/?watch={ada.page.url.partition('match=')[2]}")
    carl.in_match()
    for guest in (ada, bela):
        open_chat(guest)
        guest.page.get_by_role("tab", name="Match").click()
    say(ada, "good luck")
    expect(lines(bela)).to_have_text(["good luck"])
    open_chat(carl)
    expect(carl.page.get_by_role("tab", name="Spectators")).to_be_visible()
    expect(carl.page.get_by_role("tab")).to_have_count(1)
    expect(lines(carl)).to_have_count(0)


def test_lines_said_while_the_connection_was_lost_come_after_it(visit: Visit) -> None:
    ada, bela = visit("Ada"), visit("Bela", forgiven=r".*(ERR_INTERNET_DISCONNECTED|WebSocket).*")
    for guest in (ada, bela):
        join_arena(guest)
    say(ada, "one")
    expect(lines(bela)).to_have_text(["one"])
    bela.page.evaluate("window.dispatchEvent(new Event('offline'))")
    bela.context.set_offline(True)
    say(ada, "two")
    bela.context.set_offline(False)
    say(ada, "three")
    expect(lines(bela)).to_have_text(["one", "two", "three"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_it_fits_and_is_used_by_touch(visit: Visit, scheme: str) -> None:
    ada = visit("Ada", width=390, height=844, color_scheme=scheme)
    bela = visit("Bela")
    for guest in (ada, bela):
        join_arena(guest)
    say(bela, "a long line " * 20)
    expect(lines(ada)).to_have_count(1)
    assert ada.overflow() == 0
    chat(ada).get_by_role("button", name="About Bela's line").tap()
    for item in ada.page.get_by_role("menuitem").all():
        box = item.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] >= 44
    send = chat(ada).get_by_role("button", name="Send")
    box = send.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    ada.page.get_by_role("button", name="Close the chat").tap()
    expect(chat(ada)).to_be_hidden()
    ada.play_bot("connect-four")
    ada.in_match()
    assert ada.overflow() == 0
