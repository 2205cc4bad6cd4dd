"""The login as a person meets it, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

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
    accounts = {"ada": hashed(PASSWORD), "bo": hashed(PASSWORD)}
    with served(library, tmp_path_factory.mktemp("incoming"), accounts=accounts) as address:
        yield address


def _login(page: Page, password: str, *, name: str = "ada") -> None:
    page.get_by_label("Name").fill(name)
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
    assert [verdict.owner for verdict in Feedback(library.path).everyones()] == ["ada"]
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(window)
    expect(page.get_by_label("Password")).to_be_visible()


def test_two_people_see_what_each_of_them_said(browser: Browser, window: str) -> None:
    pages = {name: browser.new_context().new_page() for name in ("ada", "bo")}
    for (name, page), said in zip(pages.items(), ("Right", "Wrong"), strict=True):
        page.goto(window)
        _login(page, PASSWORD, name=name)
        expect(page.get_by_label("Your question")).to_be_visible()
        ask(page, EXAMPLES[1])
        expect(page.locator(".qb-judge [aria-pressed=true]")).to_have_count(0)
        page.get_by_role("button", name=said, exact=True).click()
        expect(page.locator(".qb-judge [aria-pressed=true]")).to_have_text(said)
    for page, said in zip(pages.values(), ("Right", "Wrong"), strict=True):
        page.reload()
        expect(page.locator(".qb-judge [aria-pressed=true]")).to_have_text(said)
        page.context.close()


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
