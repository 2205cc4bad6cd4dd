"""The window as a person meets it, in Chromium, against a library whose answers are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from index.errors import LibraryBusyError
from rag.types import Answer, Outcome
from tests.browsing import ask
from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library, example_pdf, quoted, span_at
from tests.served_window import served

COST = EXAMPLES[0]
BLAME = "Who was to blame?"
TAUGHT = "the company had taught them too little"
_ATTACK = """async (window) => {
  const read = [];
  const form = new FormData();
  form.append('files', new Blob(['x']), 'a.txt');
  const ask = JSON.stringify({data: ['x', 3]});
  for (const [path, options] of [
    ['/', {}],
    ['/', {mode: 'no-cors'}],
    ['/gradio_api/info', {}],
    ['/gradio_api/upload', {method: 'POST', body: form}],
    ['/gradio_api/upload', {method: 'POST', body: form, mode: 'no-cors'}],
    ['/gradio_api/call/ask', {method: 'POST', body: ask, mode: 'no-cors'}],
    ['/gradio_api/call/ask', {method: 'POST', body: ask, headers: {'content-type': 'application/json'}}],
    ['/gradio_api/queue/join', {method: 'POST', body: ask, mode: 'no-cors'}],
  ]) {
    try {
      const text = await (await fetch(window + path, options)).text();
      if (text) read.push([path, text]);
    } catch (error) { /* refused, as it should be */ }
  }
  return read;
}"""

_READ = """() => {
  const text = document.querySelector('.qb-text');
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  let before = '', marked = '';
  while (walker.nextNode()) {
    const above = walker.currentNode.parentElement;
    if (above.closest('.qb-page')) continue;
    if (above.closest('mark')) marked += walker.currentNode.data;
    else if (!marked) before += walker.currentNode.data;
  }
  return [before, marked];
}"""


class _OtherPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>another page</p>")

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ScriptedLibrary:
    made = bridge_library(tmp_path_factory.mktemp("library"))
    taught = quoted(example_pdf(), TAUGHT)
    made.script(BLAME, Answer(BLAME, BLAME, Outcome.ANSWERED, span_at(taught), 0.8, (taught,)))
    return made


@pytest.fixture(scope="module")
def incoming(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("incoming")


@pytest.fixture(scope="module")
def window(library: ScriptedLibrary, incoming: Path) -> Iterator[str]:
    with served(library, incoming) as address:
        yield address


def test_a_question_is_answered_in_the_words_of_the_document(opened: Page) -> None:
    ask(opened, COST)
    answer = opened.locator(".qb-answer")
    expect(answer.locator(".qb-quote strong")).to_have_text("4.2 million euros")
    expect(answer).to_contain_text("Very likely, 87")
    expect(opened.locator("#evidence .qb-card")).to_have_count(4)
    expect(opened.get_by_label("Your question")).to_have_value("")
    expect(opened.get_by_label("Your question")).to_be_focused()


def _asked(window: str, question: str) -> dict[str, Any]:
    """What a program gets from the same server."""
    with httpx.Client(base_url=f"{window}/gradio_api/call/v2/", trust_env=False, timeout=60) as client:
        number = client.post("ask", json={"question": question}).json()["event_id"]
        last = client.get(f"ask/{number}").text.strip().splitlines()[-1]
    (answer,) = json.loads(last.removeprefix("data: "))
    assert isinstance(answer, dict)
    return answer


def test_a_citation_opens_its_document_with_the_characters_marked_that_programs_are_told(
    opened: Page, window: str, library: ScriptedLibrary
) -> None:
    ask(opened, COST)
    answer = _asked(window, COST)
    cited = [*answer["citations"], *(place for other in answer["alternatives"] for place in other["citations"])]
    expect(opened.locator("#evidence .qb-source")).to_have_count(len(cited))
    assert len(cited) == 4 and len({(place["document"], place["start"]) for place in cited}) == 4
    for index, place in enumerate(cited):
        opened.locator("#evidence .qb-source").nth(index).click()
        expect(opened.locator(".qb-viewer h2")).to_have_text(place["title"])
        expect(opened.locator(".qb-text mark")).to_be_in_viewport()
        earlier = opened.get_by_role("button", name="Show earlier text")
        if earlier.count():
            earlier.click()
            expect(earlier).to_have_count(0)
        before, marked = opened.evaluate(_READ)
        assert (len(before), len(before) + len(marked), marked) == (place["start"], place["end"], place["text"])
        assert before == library.document(place["document"]).text[: place["start"]] != ""
        opened.get_by_role("button", name="Back to the evidence").click()
    expect(opened.locator("#evidence .qb-card")).to_have_count(4)


def test_the_page_of_a_pdf_is_shown_with_the_words_boxed(opened: Page) -> None:
    ask(opened, BLAME)
    opened.locator("#evidence .qb-source").click()
    opened.get_by_role("button", name="Show the page as it looks").click()
    expect(opened.get_by_alt_text("Page 3")).to_be_visible()
    expect(opened.locator(".qb-box")).to_have_count(2)
    expect(opened.locator(".qb-box").first).to_be_in_viewport()
    opened.get_by_role("button", name="Show its text").click()
    expect(opened.locator(".qb-text mark")).to_have_text(TAUGHT)


def test_the_source_below_an_earlier_answer_opens_too(opened: Page) -> None:
    ask(opened, COST)
    ask(opened, EXAMPLES[1])
    opened.locator(".qb-answer .qb-source").first.click()
    expect(opened.locator(".qb-text mark")).to_have_text("4.2 million euros")


def test_without_an_answer_the_closest_passages_and_what_was_withheld_are_shown(opened: Page) -> None:
    ask(opened, "When was the bridge built?")
    expect(opened.locator(".qb-answer")).to_contain_text("Nothing in your documents answers this surely enough")
    expect(opened.locator(".qb-then")).to_contain_text("open it under Evidence, or try other words")
    held = opened.locator("#evidence details")
    expect(held.locator("mark")).not_to_be_visible()
    held.locator("summary").click()
    expect(held.locator("mark")).to_have_text("2011")
    expect(opened.get_by_role("heading", name="The closest passages")).to_be_visible()
    opened.locator("#evidence .qb-source").last.click()
    expect(opened.locator(".qb-text mark")).to_be_visible()


def test_a_follow_up_carries_the_conversation(opened: Page, library: ScriptedLibrary) -> None:
    ask(opened, COST)
    ask(opened, "And how long will it take?")
    expect(opened.locator(".qb-asked")).to_contain_text("And how long will it take? repair of the bridge")
    question, history = library.asked[-1]
    assert question == "And how long will it take?"
    assert [(turn.question, turn.answer) for turn in history] == [(COST, "4.2 million euros")]
    opened.get_by_role("button", name="New conversation").click()
    expect(opened.locator(".qb-question")).to_have_count(0)
    ask(opened, COST)
    assert library.asked[-1] == (COST, ())


def test_another_tab_begins_its_own_conversation(opened: Page, window: str) -> None:
    ask(opened, COST)
    other = opened.context.new_page()
    other.goto(window)
    expect(other.get_by_role("button", name=COST)).to_be_visible()
    expect(other.locator(".qb-question")).to_have_count(0)
    ask(other, EXAMPLES[1])
    expect(opened.locator(".qb-question")).to_have_count(1)


def test_an_example_is_asked_with_one_click(opened: Page) -> None:
    opened.get_by_role("button", name=EXAMPLES[1]).click()
    expect(opened.locator(".qb-quote strong")).to_have_text("Anna Lindqvist")
    expect(opened.get_by_text("Everything stays on this machine.")).to_be_visible()


def test_a_question_that_was_stopped_stands_in_the_box_again(opened: Page, library: ScriptedLibrary) -> None:
    library.may_answer.clear()
    box = opened.get_by_label("Your question")
    try:
        box.fill(COST)
        box.press("Enter")
        expect(box).to_have_value("")
        opened.get_by_role("button", name="Stop").click()
        expect(box).to_have_value(COST)
        expect(opened.locator(".qb-note")).to_have_text("Stopped.")
    finally:
        library.may_answer.set()


def test_stop_gives_the_window_back(opened: Page, library: ScriptedLibrary) -> None:
    library.may_answer.clear()
    n_asked = len(library.asked)
    try:
        box = opened.get_by_label("Your question")
        box.fill(COST)
        box.press("Enter")
        expect(opened.locator(".qb-pending")).to_have_text(f"Searching {len(library.documents())} documents")
        box.fill("again")
        box.press("Enter")  # a second question while the first is being answered is not sent
        opened.get_by_role("button", name="Stop").click()
        expect(opened.locator(".qb-note")).to_have_text("Stopped.")
    finally:
        library.may_answer.set()
    assert len(library.asked) == n_asked + 1
    # Gradio drops what is sent before it has taken back the stopped event; the words stay in the box till then.
    box.fill(EXAMPLES[1])
    answer = opened.locator(".qb-answer")
    for _ in range(10):
        box.press("Enter")
        opened.wait_for_timeout(1_000)
        if answer.count() or not box.input_value():
            break
    expect(answer).to_have_count(1)


def test_what_goes_wrong_is_said_without_giving_anything_away(opened: Page) -> None:
    ask(opened, "Is the disk full?")
    expect(opened.locator(".qb-problem")).to_have_text("The disk is full: 3 MB are free, 40 MB are needed.")
    ask(opened, "Will it break?")
    expect(opened.locator(".qb-problem").last).to_contain_text("the details are in the log")
    assert "secret" not in opened.content()


def test_files_are_added_and_deleted(opened: Page, library: ScriptedLibrary, tmp_path: Path) -> None:
    good, bad = tmp_path / "fer<b>ry.txt", tmp_path / "broken.txt"
    good.write_text("The ferry runs every hour.", "utf-8")
    bad.write_bytes(b"\xff\xfe\xfa")
    opened.get_by_role("tab", name="Documents").click()
    expect(opened.locator(".qb-shelf tbody tr")).to_have_count(len(library.documents()))
    opened.locator("#uploader input[multiple]").set_input_files([good, bad])
    expect(opened.locator("#outcome .qb-done")).to_contain_text("added")
    expect(opened.locator("#outcome .qb-refused")).to_contain_text("is not a text file")
    row = opened.locator(".qb-shelf tbody tr", has_text="ferry")
    if row.count() == 0:
        row = opened.locator(".qb-shelf tbody tr", has_text="ry.txt")
    expect(row).to_have_count(1)
    row.locator("summary").click()
    row.get_by_role("button", name="Yes, delete it").click()
    expect(row).to_have_count(0)
    assert not any("ry.txt" in doc.source for doc in library.documents())


def test_why_a_document_was_not_deleted_is_said(
    opened: Page, library: ScriptedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(document_id: str) -> bool:
        raise LibraryBusyError("Another process (7 <b>) is writing.")

    monkeypatch.setattr(library, "delete", busy)
    opened.get_by_role("tab", name="Documents").click()
    opened.locator(".qb-delete summary").first.click()
    opened.get_by_role("button", name="Yes, delete it").first.click()
    expect(opened.get_by_text("Another process (7 <b>) is writing.")).to_be_visible()


def test_another_page_of_the_same_browser_reaches_nothing(
    page: Page, window: str, library: ScriptedLibrary, incoming: Path
) -> None:
    tried: list[str] = []
    before, n_asked = set(incoming.rglob("*")), len(library.asked)
    page.on("request", lambda r: tried.append(r.url) if r.url.startswith(window) else None)
    with ThreadingHTTPServer(("127.0.0.1", 0), _OtherPage) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{other.server_address[1]}/")
        assert page.evaluate(_ATTACK, window) == []
        other.shutdown()
    assert len(tried) == 8
    assert set(incoming.rglob("*")) == before and len(library.asked) == n_asked


def test_everything_is_reached_with_the_keyboard(opened: Page) -> None:
    ask(opened, COST)
    for _ in range(60):
        opened.keyboard.press("Tab")
        if opened.evaluate("document.activeElement.matches('#evidence .qb-source')"):
            break
    opened.keyboard.press("Enter")
    expect(opened.locator(".qb-viewer h2")).to_be_focused()
    for _ in range(2):  # over "Show the page" to "Back to the evidence"
        opened.keyboard.press("Shift+Tab")
    opened.keyboard.press("Enter")
    expect(opened.locator(".qb-evidence h2")).to_be_focused()


def test_a_phone_is_wide_enough(opened: Page) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    for step in ("welcome", "answer", "document", "documents"):
        if step == "answer":
            ask(opened, COST)
        elif step == "document":
            opened.locator("#evidence .qb-source").first.click()
            expect(opened.locator(".qb-text mark")).to_be_in_viewport()
        elif step == "documents":
            opened.get_by_role("tab", name="Documents").click()
        assert opened.evaluate("document.documentElement.scrollWidth") <= 390, step


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_technology(opened: Page, scheme: Any) -> None:
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened.reload()
    expect(opened.get_by_role("button", name=COST)).to_be_visible()
    found = {"welcome": Axe().run(opened)}
    ask(opened, COST)
    found["answer"] = Axe().run(opened)
    opened.locator("#evidence .qb-source").first.click()
    expect(opened.locator(".qb-text mark")).to_be_visible()
    found["document"] = Axe().run(opened)
    ask(opened, "When was the bridge built?")
    opened.locator("#evidence summary").click()
    found["no answer"] = Axe().run(opened)
    opened.get_by_role("tab", name="Documents").click()
    expect(opened.locator(".qb-shelf")).to_be_visible()
    found["documents"] = Axe().run(opened)
    assert {step: result.generate_report() for step, result in found.items() if result.violations_count} == {}
