"""A conversation as a person keeps it, in Chromium: over a reload, over the end of the server, and as a file."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from index.types import Hit, Passage
from rag.types import Answer, Outcome
from tests.browsing import ask, settled
from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library, document, quoted, span_at

COST = EXAMPLES[0]
FOLLOW_UP = "And how long will it take?"
SEARCHED = "And how long will it take? repair of the bridge"
SERVING = """
import sys
from pathlib import Path
from tests.scripted_library import EXAMPLES, bridge_library
from ui.server import serve
serve(bridge_library(Path(sys.argv[1])), port=int(sys.argv[2]), examples=EXAMPLES,
      ready=lambda address: print(address, flush=True))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ScriptedLibrary:
    return bridge_library(tmp_path_factory.mktemp("library"))


def _list(page: Page) -> None:
    page.get_by_role("button", name="Earlier conversations").click()
    expect(page.get_by_role("heading", name="Earlier conversations")).to_be_visible()


def _saved(page: Page, form: str) -> str:
    page.get_by_role("button", name="Save this conversation").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=form).click()
    expect(page.get_by_role("button", name=form)).not_to_be_visible()
    return Path(download.value.path()).read_text("utf-8")


def test_a_reload_keeps_the_conversation(opened: Page, library: ScriptedLibrary) -> None:
    ask(opened, COST)
    ask(opened, FOLLOW_UP)
    before = opened.locator(".qb-answer").all_inner_texts()
    opened.reload()
    settled(opened, 2)
    assert opened.locator(".qb-answer").all_inner_texts() == before
    expect(opened.locator("#evidence .qb-card")).to_have_count(1)
    opened.locator(".qb-answer .qb-source").first.click()
    expect(opened.locator(".qb-text mark")).to_have_text("4.2 million euros")
    ask(opened, EXAMPLES[1])
    assert [turn.question for turn in library.asked[-1][1]] == [COST, SEARCHED]


def test_another_browser_sees_nothing_of_it(opened: Page, window: str, browser: Browser) -> None:
    ask(opened, COST)
    who = opened.evaluate("sessionStorage.getItem('quoteback.who')")
    other = browser.new_context().new_page()
    other.goto(window)
    expect(other.get_by_role("button", name=COST)).to_be_visible()
    _list(other)
    expect(other.get_by_text("None yet.")).to_be_visible()
    # Knowing the conversation does not help without the word of the browser that it belongs to.
    id_ = " ".join(who.split()[1:])
    other.evaluate(
        "id => sessionStorage.setItem('quoteback.who', localStorage.getItem('quoteback.browser') + ' ' + id)", id_
    )
    other.reload()
    expect(other.get_by_role("button", name=COST)).to_be_visible()
    expect(other.locator(".qb-question")).to_have_count(0)
    other.context.close()


def test_an_earlier_conversation_is_opened_and_deleted(opened: Page) -> None:
    ask(opened, COST)
    opened.get_by_role("button", name="New conversation").click()
    expect(opened.locator(".qb-question")).to_have_count(0)
    ask(opened, EXAMPLES[1])
    _list(opened)
    titles = opened.locator("#evidence .qb-title")
    expect(titles).to_have_text([EXAMPLES[1], COST])
    titles.last.click()
    expect(opened.locator(".qb-question")).to_contain_text(COST)
    expect(opened.locator("#evidence .qb-card")).to_have_count(4)
    _list(opened)
    opened.get_by_role("button", name="Back to the evidence").click()
    expect(opened.locator("#evidence .qb-card")).to_have_count(4)
    _list(opened)
    for n_left in (1, 0):
        opened.locator("#evidence summary").last.click()
        opened.get_by_role("button", name="Yes, delete it").last.click()
        expect(titles).to_have_count(n_left)
        expect(opened.locator(".qb-question")).to_have_count(n_left and 0)
    opened.reload()
    expect(opened.get_by_role("button", name=COST)).to_be_visible()


def test_the_last_question_is_asked_again_edited_and_taken_back(opened: Page, library: ScriptedLibrary) -> None:
    ask(opened, COST)
    ask(opened, EXAMPLES[1])
    n_asked = len(library.asked)
    opened.get_by_role("button", name="Ask again").click()
    expect(opened.locator(".qb-log")).to_be_focused()
    settled(opened, 2)
    assert library.asked[n_asked:] == [(EXAMPLES[1], ())]
    opened.get_by_role("button", name="Edit", exact=True).click()
    field = opened.get_by_label("The last question, edited")
    expect(field).to_be_focused()
    expect(field).to_have_value(EXAMPLES[1])
    field.fill("What colour is the bridge?")
    field.press("Enter")
    expect(opened.locator(".qb-question").last).to_contain_text("What colour is the bridge?")
    settled(opened, 2)
    opened.get_by_role("button", name="Take back").click()
    expect(opened.locator(".qb-question")).to_have_count(1)
    expect(opened.get_by_label("Your question")).to_have_value("What colour is the bridge?")
    opened.get_by_role("button", name="Take back").click()
    expect(opened.locator(".qb-question")).to_have_count(0)
    opened.reload()
    expect(opened.get_by_role("button", name=COST)).to_be_visible()


def test_what_a_follow_up_was_taken_for_can_be_changed(opened: Page, library: ScriptedLibrary) -> None:
    ask(opened, COST)
    ask(opened, FOLLOW_UP)
    opened.get_by_role("button", name="Edit the search").click()
    field = opened.get_by_label("Search for exactly this")
    expect(field).to_have_value(SEARCHED)
    field.fill(EXAMPLES[1])
    field.press("Enter")
    expect(opened.locator(".qb-question").last).to_contain_text(EXAMPLES[1])
    settled(opened, 2)
    assert library.asked[-1] == (EXAMPLES[1], ())
    expect(opened.get_by_role("button", name="Search as I typed it")).to_have_count(0)
    ask(opened, FOLLOW_UP)
    n_asked = len(library.asked)
    opened.get_by_role("button", name="Search as I typed it").click()
    expect(opened.locator(".qb-log")).to_be_focused()
    settled(opened, 3)
    assert library.asked[n_asked:] == [(FOLLOW_UP, ())]


def test_a_conversation_is_saved_with_its_sources(opened: Page) -> None:
    expect(opened.get_by_role("button", name="Save this conversation")).not_to_be_visible()
    ask(opened, COST)
    ask(opened, "What does the site say?")
    assert "Survey of the Lower Quay Bridge, page 1" in _saved(opened, "Markdown")
    assert json.loads(_saved(opened, "JSON"))[0]["answer"]["text"] == "4.2 million euros"
    page = _saved(opened, "Web page")
    assert _saved(opened, "Web page") == page  # the same again
    other = opened.context.new_page()
    tried: list[str] = []
    other.on("request", lambda request: tried.append(request.url))
    other.on("dialog", lambda dialog: (tried.append(dialog.message), dialog.dismiss()))
    other.set_content(page)
    expect(other.locator("mark").first).to_have_text("4.2 million euros")
    expect(other.locator("mark").last).to_have_text("<img src=x onerror=alert(1)>")
    assert tried == [] and other.locator("img, script, a").count() == 0


def test_what_else_the_documents_answer_is_offered(opened: Page, library: ScriptedLibrary) -> None:
    text = "In 2022 the ferry carried 300 people. In 2023 the ferry carried 400 people."
    doc = document(text, title="The ferry", source="/x/ferry.txt")
    hits = (Hit(Passage(doc, 0, len(text)), 1.0, 1),)
    first, then = (f"How many people did the ferry carry in {year}?" for year in (2023, 2022))
    for question, words in ((first, "400 people"), (then, "300 people")):
        cited = quoted(doc, words)
        answer = Answer(question, question, Outcome.ANSWERED, span_at(cited), 0.9, (cited,), closest=hits)
        library.script(question, answer)
    ask(opened, first)
    opened.locator("#next").get_by_role("button", name=then).click()
    settled(opened, 2)
    expect(opened.locator(".qb-quote strong")).to_have_text(["400 people", "300 people"])
    expect(opened.locator("#next").get_by_role("button", name=first)).to_be_visible()
    opened.get_by_role("button", name="New conversation").click()
    expect(opened.locator("#next").get_by_role("button")).to_have_count(0)


def test_a_quote_stays_when_its_document_changes_or_goes(opened: Page, library: ScriptedLibrary) -> None:
    survey = next(d for d in library.documents() if d.source.endswith("survey.pdf"))
    ask(opened, COST)
    for now, said in ((replace(survey, text="New. " + survey.text), "has changed"), (None, "was removed")):
        library._documents.pop(survey.id)
        if now is not None:
            library._documents[survey.id] = now
        opened.reload()
        settled(opened, 1)
        expect(opened.locator(".qb-quote strong")).to_have_text("4.2 million euros")
        source = opened.locator(".qb-answer .qb-source").first
        expect(source).to_contain_text("page 1")
        expect(source).to_contain_text("since")
        source.click()
        expect(opened.get_by_text(f"This document {said} since.")).to_be_visible()
        expect(opened.locator(".qb-text mark")).to_have_text("4.2 million euros")
    library._documents[survey.id] = survey


@contextmanager
def _process(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-c", SERVING, str(folder), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as child:
        assert child.stdout is not None
        try:
            yield child, child.stdout.readline().strip()
        finally:
            child.kill()


def test_a_conversation_survives_being_killed_with_its_server(page: Page, tmp_path: Path) -> None:
    with _process(tmp_path, 0) as (child, address):
        page.goto(address)
        expect(page.get_by_role("button", name=COST)).to_be_visible()
        ask(page, COST)
        child.send_signal(signal.SIGKILL)
        child.wait()
    with _process(tmp_path, int(address.rsplit(":", 1)[1])) as (_, again):
        assert again == address
        page.reload()
        settled(page, 1)
        ask(page, FOLLOW_UP)
        expect(page.locator(".qb-asked")).to_contain_text(SEARCHED)


def test_a_page_left_open_goes_on_with_a_new_server(page: Page, tmp_path: Path) -> None:
    with _process(tmp_path, 0) as (child, address):
        page.goto(address)
        expect(page.get_by_role("button", name=COST)).to_be_visible()
        # Gradio's page breaks off the stream once it has the answer; a server that dies before that is lost to it.
        with page.expect_event("requestfailed", lambda request: "/queue/data" in request.url):
            ask(page, COST)
        child.send_signal(signal.SIGKILL)
        child.wait()
    with _process(tmp_path, int(address.rsplit(":", 1)[1])):
        page.get_by_role("button", name="Right", exact=True).click()
        expect(page.get_by_role("button", name="Right", exact=True)).to_have_attribute("aria-pressed", "true")
        ask(page, EXAMPLES[1])
        expect(page.locator(".qb-quote strong")).to_have_text(["4.2 million euros", "Anna Lindqvist"])


def test_a_phone_shows_the_list_and_the_forms(opened: Page) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    ask(opened, COST)
    ask(opened, FOLLOW_UP)
    expect(opened.locator(".qb-question").last).to_be_in_viewport()
    for name in ("Edit", "Edit the search", "Earlier conversations", "Save this conversation"):
        opened.get_by_role("button", name=name, exact=name == "Edit").click()
        assert opened.evaluate("document.documentElement.scrollWidth") <= 390, name
    expect(opened.get_by_role("button", name="Web page")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_technology(opened: Page, scheme: Any) -> None:
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened.reload()
    expect(opened.get_by_role("button", name=COST)).to_be_visible()
    ask(opened, COST)
    ask(opened, FOLLOW_UP)
    opened.get_by_role("button", name="Edit the search").click()
    found = {"form": Axe().run(opened)}
    _list(opened)
    opened.locator("#evidence summary").first.click()
    opened.get_by_role("button", name="Save this conversation").click()
    found["list"] = Axe().run(opened)
    assert {step: result.generate_report() for step, result in found.items() if result.violations_count} == {}
