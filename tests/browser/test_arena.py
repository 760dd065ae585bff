"""The arena: one window against three computer players, all its 90 seconds."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
KEYS = ["d", "s", "a", "w", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]
MATCH = 110_000


def test_one_page_plays_three_computers_to_the_end(visit: Callable[..., Visitor]) -> None:
    ada = visit("Ada")
    ada.choose("arena", "Free for all")
    ada.play_bot("arena")
    ada.in_match()
    page = ada.page
    expect(page.locator(".strip")).to_have_count(4)
    expect(page.locator(".hud .left")).to_have_text(re.compile(r"1:2\d"))
    for turn in range(40):
        key = KEYS[turn % len(KEYS)]
        page.keyboard.down(key)
        page.wait_for_timeout(600)  # a player holds a key for a while
        page.keyboard.up(key)
    box = page.locator(".pit canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.wait_for_timeout(1500)  # and the mouse
    page.mouse.up()
    expect(ada.result()).to_be_visible(timeout=MATCH)
    expect(ada.result().locator(".places li")).to_have_count(4)
    expect(ada.result()).to_contain_text("Time is up")
    expect(ada.result()).to_contain_text("not rated")
    told = [int(line) for line in ada.result().locator(".places .count").all_inner_texts()]
    assert told == sorted(told, reverse=True)
    assert sum(told) > 10
    listed = json.loads(page.request.get(f"{ada.url}/api/matches/?game=arena").body())["matches"]
    assert len(listed) == 1
    replay = page.request.get(f"{ada.url}/api/matches/{listed[0]['id']}/replay").json()
    moved = [
        said["move"]
        for record in replay["records"]
        for said in record.get("inputs", [])
        if said["kind"] == "moved" and said["seat"] == 0
    ]
    assert {"dx": 1, "dy": 0} in moved
    assert len(moved) > 40
