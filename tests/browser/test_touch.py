"""The arena under a thumb: real touches on a phone's screen, seen by the server."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect

from tests.browser.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PATIENCE = 30_000
MIDDLE = 8_000
WATCH = """async (id) => {
  const { Arcade } = await import("/static/client/index.js");
  window.watched = await new Arcade(location.origin).watch(id);
}"""


def touch(cdp: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


def test_the_joystick_moves_the_runner(visit: Callable[..., Visitor]) -> None:
    ada = visit("Ada", width=390, height=844)
    ada.choose("arena", "Free for all")
    ada.play_bot("arena")
    ada.in_match()
    page = ada.page
    seat = page.locator(".strip.me").get_attribute("data-seat")
    page.evaluate(WATCH, page.url.partition("match=")[2])
    runner = f"watched.view.game.runners[{seat}]"

    def until(condition: str) -> None:
        page.wait_for_function(f"() => {{ const me = {runner}; return {condition}; }}", timeout=PATIENCE)

    pad = page.locator(".pad")
    expect(pad).to_be_visible()
    pad.scroll_into_view_if_needed()
    box: Any = pad.bounding_box()
    middle, height = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    cdp = ada.context.new_cdp_session(page)

    before = page.evaluate(f"{runner}.x")
    right = before < MIDDLE
    way = 1 if right else -1
    touch(cdp, "touchStart", (middle + way * 52, height))
    until(f"me.dx === {way} && me.dy === 0")
    until(f"me.x > {before} + 1500" if right else f"me.x < {before} - 1500")
    expect(page.locator(".knob")).to_have_css(
        "transform", re.compile(rf"matrix\(1, 0, 0, 1, {way * 5}\d[.,]")
    )

    before = page.evaluate(f"{runner}.y")
    down = before < MIDDLE / 2
    way = 1 if down else -1
    touch(cdp, "touchMove", (middle, height + way * 60))
    until(f"me.dx === 0 && me.dy === {way}")
    until(f"me.y > {before} + 1000" if down else f"me.y < {before} - 1000")

    touch(cdp, "touchEnd")
    until("me.dx === 0 && me.dy === 0")
    expect(page.locator(".knob")).to_have_css("transform", "none")
    assert ada.overflow() == 0
