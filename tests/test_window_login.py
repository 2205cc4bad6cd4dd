"""The login as a person meets it, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browsing import ask
from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library
from tests.served_window import served
from ui.accounts import hashed
from ui.feedback import Feedback

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ScriptedLibrary:
    return bridge_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def window(library: ScriptedLibrary, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    accounts = {"ada": hashed(PASSWORD)}
    with served(library, tmp_path_factory.mktemp("incoming"), accounts=accounts) as address:
        yield address


def _login(page: Page, password: str) -> None:
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_a_person_logs_in_asks_and_logs_out(page: Page, window: str, library: ScriptedLibrary) -> None:
    page.goto(window)
    expect(page.get_by_label("Name")).to_be_focused()
    _login(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("This name and this password do not belong together.")
    expect(page.get_by_label("Password")).to_be_focused()
    _login(page, PASSWORD)
    expect(page.get_by_label("Your question")).to_be_visible()
    ask(page, EXAMPLES[0])
    page.get_by_role("button", name="Right", exact=True).click()
    expect(page.get_by_role("button", name="Right", exact=True)).to_have_attribute("aria-pressed", "true")
    (verdict,) = Feedback(library.path).verdicts().values()
    assert verdict.owner == "ada"
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(window)
    expect(page.get_by_label("Password")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_stands_in_nobodys_way(page: Page, window: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(window)
    assert Axe().run(page).violations_count == 0
    _login(page, "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
