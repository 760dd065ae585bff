"""What a player asks of a match, on the page: roles, values, and latencies that the page measures itself."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Visitor
from tests.support.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
Visit = Callable[..., Visitor]
QUEUES = {
    "connect-four/standard": {
        "region": {"names": ["here"], "limit": 3000, "ceiling": 3000},
        "rules": [{"type": "equal", "name": "board", "choices": ["wide", "tall"]}],
    },
    "arena/teams": {"roles": {"scout": 1, "tank": 1}},
}


@pytest.fixture
def site(server: Callable[..., Server]) -> str:
    return server("node", ARCADE_QUEUES=json.dumps(QUEUES), ARCADE_REGIONS=json.dumps({"here": ""})).http


@pytest.mark.parametrize("width", [390, 1280])
def test_those_meet_who_ask_for_the_same(visit: Visit, width: int) -> None:
    ada, bela = visit("Ada", width=width), visit("Bela", width=width)
    ada.find_match("connect-four")
    expect(ada.page.get_by_text("The value board is to be of wide, tall.")).to_be_visible()
    for guest, board in ((ada, "tall"), (bela, "wide")):
        guest.card("connect-four").get_by_label("Board").select_option(board)
        guest.find_match("connect-four")
        expect(guest.page.locator("#queue")).to_contain_text("Looking for a match")
    expect(bela.page.locator("#queue")).to_contain_text("2 players in this queue")
    bela.card("connect-four").get_by_label("Board").select_option("tall")
    bela.find_match("connect-four")
    for guest in (ada, bela):
        guest.in_match()


def test_roles_are_chosen_where_a_queue_has_them(visit: Visit) -> None:
    ada = visit("Ada", width=390)
    expect(ada.card("arena").get_by_role("checkbox")).to_have_count(0)
    ada.choose("arena", "Teams")
    roles = ada.card("arena").get_by_role("group", name="Roles you would play")
    expect(roles.get_by_role("checkbox")).to_have_count(2)
    roles.get_by_role("checkbox", name="Tank").check()
    ada.find_match("arena")
    expect(ada.page.locator("#queue")).to_contain_text("Looking for a match")
    assert ada.card("arena").evaluate("el => el.scrollWidth <= el.clientWidth")
