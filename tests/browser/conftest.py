"""A Chromium for this worker, and windows in it whose faults fail the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.pages import FLAGS, Visitor
from tests.support import groups
from tests.support.servers import Server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ended with the last test here: while it is there its event loop runs, and no other can."""
    groups.need("browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=groups.chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def site(server: Callable[..., Server]) -> str:
    """The address of a running server."""
    return server("node").http


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visitor]]:
    """`visit("Ada", "/?room=…", width=390)`: a guest in a window of their own; "" stays a stranger."""
    visitors: list[Visitor] = []

    def come(name: str = "", path: str = "/", **options: Any) -> Visitor:
        visitor = Visitor(browser, site, **options)
        visitors.append(visitor)
        if name:
            return visitor.sign_in(name, path)
        visitor.page.goto(site + path)
        return visitor

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
