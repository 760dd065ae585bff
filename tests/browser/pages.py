"""A player at the page, in the words of who looks at it."""

from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 15_000

expect.set_options(timeout=SECONDS)


class Visitor:
    """One browser window of its own. `faults` gathers what its console and its scripts complain of."""

    def __init__(
        self, browser: Browser, url: str, width: int = 1280, height: int = 860, **options: Any
    ) -> None:
        phone = width < 600
        self.url = url
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=phone, is_mobile=phone, **options
        )
        self.context.set_default_timeout(SECONDS)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def sign_in(self, name: str, path: str = "/") -> Self:
        self.page.goto(self.url + path)
        self.page.get_by_label("Your name").fill(name)
        self.page.locator(".signin .primary").click()
        expect(self.page.locator("#who")).to_contain_text(name)
        return self

    def card(self, game: str) -> Locator:
        return self.page.locator(f"[data-game={game}]")

    def choose(self, game: str, mode: str) -> None:
        self.card(game).get_by_role("radio", name=mode).check()

    def find_match(self, game: str) -> None:
        self.card(game).get_by_role("button", name="Find a match").click()

    def play_bot(self, game: str) -> None:
        self.card(game).get_by_role("button", name="Play the bot").click()

    def in_match(self) -> None:
        expect(self.page.locator(".match .stage canvas").first).to_be_visible()

    def drop(self, column: int) -> None:
        """Drop a disc in the column, counted from 1."""
        self.page.locator(f"[data-column='{column - 1}']").click()

    def says(self, words: str) -> None:
        expect(self.page.locator(".says")).to_have_text(words)

    def moves_first(self) -> bool:
        """Once the match runs: is it this visitor's turn?"""
        expect(self.page.locator(".strip.turn")).to_have_count(1)
        return self.page.locator(".strip.me.turn").count() == 1

    def result(self) -> Locator:
        return self.page.locator(".result")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        wide = int(self.page.evaluate("document.documentElement.scrollWidth"))
        assert self.page.viewport_size is not None
        return max(0, wide - self.page.viewport_size["width"])
