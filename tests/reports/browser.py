"""A real browser for the page: the Chromium of the machine, headless, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EXECUTABLE = next((found for found in map(shutil.which, NAMES) if found), None)
_FLAGS = ("--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--disable-background-networking", "--disable-component-update")
expect.set_options(timeout=30_000)  # a machine that runs tests on every core may be slow


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, with a fresh profile; nothing is fetched for it."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=EXECUTABLE, args=list(_FLAGS), chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """One tab. `problems` collects what the page did that it must not: network requests, console errors, exceptions, refused content, dialogs."""

    def __init__(self, browser: Browser, width: int = 1280, **options: Any) -> None:
        self.page: Page = browser.new_context(viewport={"width": width, "height": 900}, **options).new_page()
        self.problems: list[str] = []
        self.page.on("request", self._see_request)
        self.page.on("console", self._see_words)
        self.page.on("pageerror", lambda error: self.problems.append(f"exception {error}"))
        self.page.on("dialog", lambda dialog: (self.problems.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file, and wait until it answers."""
        self.page.goto(path.as_uri() + fragment)
        self.page.wait_for_selector("body[data-ready]")

    def close(self) -> None:
        self.page.context.close()

    def _see_request(self, request: Request) -> None:
        if not request.url.startswith(("file:", "about:")):
            self.problems.append(f"request {request.url}")

    def _see_words(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self.problems.append(f"console {message.text}")
