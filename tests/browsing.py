"""The window's tests and pictures in Chromium: where it is, how it is started, and asking in it."""

from __future__ import annotations

import os
from typing import Any

from playwright.sync_api import Page, expect

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LAUNCH: dict[str, Any] = {
    "executable_path": CHROMIUM,
    "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
}

expect.set_options(timeout=30_000)  # the machine may be busy with other things


def ask(page: Page, question: str) -> None:
    """Ask, and wait for what comes of it."""
    n_before = page.locator(".qb-question").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    settled(page, n_before + 1)


def settled(page: Page, n_questions: int) -> None:
    """Wait until so many questions are shown, with what came of them."""
    expect(page.locator(".qb-question")).to_have_count(n_questions)
    expect(page.locator(".qb-pending")).to_have_count(0)
    expect(page.get_by_role("button", name="Ask", exact=True).last).to_be_visible()
