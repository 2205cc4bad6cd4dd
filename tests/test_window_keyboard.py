"""The window without a mouse, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import LAUNCH, ask
from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library
from ui.feedback import Feedback, Kind

COST = EXAMPLES[0]
CARET = "--blink-settings=caretBrowsingEnabled=true"  # what F7 turns on in a browser with a window


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ScriptedLibrary:
    return bridge_library(tmp_path_factory.mktemp("library"))


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached with the Tab key")


def test_how_much_is_shown_around_an_answer_is_chosen_with_the_arrow_keys(opened: Page) -> None:
    ask(opened, COST)
    quote = opened.locator(".qb-quote")
    _tab_to(opened, "[name=qb-around]")
    expect(opened.get_by_role("radio", name="Sentence")).to_be_focused()
    opened.keyboard.press("ArrowRight")
    expect(opened.get_by_role("radio", name="Paragraph")).to_be_checked()
    assert quote.inner_text().startswith("The bridge was surveyed")
    for _ in range(2):
        opened.keyboard.press("ArrowLeft")
    expect(opened.get_by_role("radio", name="Answer")).to_be_checked()
    assert quote.inner_text() == "4.2 million euros"


def test_files_are_chosen_with_the_return_key(opened: Page, tmp_path: Path) -> None:
    path = tmp_path / "ferry.txt"
    path.write_text("The ferry runs every hour.", "utf-8")
    _tab_to(opened, "[role=tab]")
    for _ in range(10):
        if opened.evaluate("document.activeElement.textContent.trim()") == "Documents":
            break
        opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    expect(opened.locator(".qb-shelf")).to_be_visible()
    with opened.expect_file_chooser() as chooser:  # from here, for Chromium is told so only some time later
        _tab_to(opened, "#uploader input[multiple]")
        opened.keyboard.press("Enter")
    chooser.value.set_files(path)
    expect(opened.locator("#outcome .qb-done")).to_contain_text("added")
    expect(opened.locator(".qb-shelf tbody tr", has_text="ferry.txt")).to_have_count(1)


def test_the_right_words_are_chosen_with_the_caret(
    launch_browser: Callable[..., Browser], window: str, library: ScriptedLibrary
) -> None:
    page = launch_browser(args=[*LAUNCH["args"], CARET]).new_page()
    page.goto(window)
    ask(page, COST)
    _tab_to(page, "#evidence .qb-source")
    page.keyboard.press("Enter")
    expect(page.locator(".qb-viewer h2")).to_be_focused()
    _tab_to(page, ".qb-text")
    page.keyboard.press("ArrowDown")
    for _ in range(2):
        page.keyboard.press("Control+Shift+ArrowRight")
    expect(page.locator(".qb-pick")).to_be_visible()
    words = page.locator(".qb-pick q").inner_text()
    _tab_to(page, ".qb-pick button")
    page.keyboard.press("Enter")
    expect(page.locator(".qb-judge q")).to_have_text(words)
    verdict = Feedback(library.path).verdicts()[COST.casefold()]
    (mark,) = verdict.marks
    assert verdict.kind is Kind.HERE
    assert library.document(mark.document).text[mark.start : mark.end] == words != ""
    page.context.browser.close()
