"""Documents in the window: added, found, chosen, opened, measured and deleted, in a real library without models."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag import open_library
from rag.pipeline import OpenLibrary
from tests.browsing import ask
from tests.fakes import ScriptedReader, WordEncoder

ROOT = Path(__file__).parents[1]
OLD = "---\ntitle: The ferry in 2022\ndate: 2022-05-01\n---\n\nThe ferry to the island costs 4 crowns a person.\n"
NEW = "---\ntitle: The ferry in 2024\ndate: 2024-05-01\n---\n\nThe ferry to the island costs 7 crowns a person.\n"
PRICE = "What does the ferry to the island cost?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("documents")
    (made / "old.md").write_text(OLD, "utf-8")
    (made / "new.md").write_text(NEW, "utf-8")
    (made / "mill.txt").write_text("The mill\n\nThe old mill was sold for 12 florins.\n", "utf-8")
    pdf = ROOT / "examples" / "library" / "incident-report-kettle-bay.pdf"
    (made / "kettle-bay.pdf").write_bytes(pdf.read_bytes())
    return made


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[OpenLibrary]:
    reader = ScriptedReader({"7 crowns": 9.0, "4 crowns": 8.0, "12 florins": 7.0, "at dawn": 8.0, "taught them": 8.0})
    place = tmp_path_factory.mktemp("library") / "ferries"
    with open_library(place, create=True, encoder=WordEncoder(), reader=reader) as made:
        made.sync(folder)
        yield made


def _tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def _row(page: Page, words: str) -> Any:
    return page.locator(".qb-shelf tbody tr", has_text=words)


def _answer(page: Page) -> Any:
    return page.locator(".qb-answer .qb-quote strong").last


def test_a_document_is_added_asked_deleted_and_asked_again(opened: Page, tmp_path: Path) -> None:
    path = tmp_path / "boat.txt"
    path.write_text("The night boat\n\nThe night boat leaves the harbour at dawn.\n", "utf-8")
    question = "When does the night boat leave the harbour?"
    ask(opened, question)
    expect(opened.locator(".qb-answer").last).not_to_contain_text("at dawn")
    _tab(opened, "Documents")
    opened.locator("#uploader input[multiple]").set_input_files([path])
    expect(opened.locator("#outcome .qb-done")).to_contain_text("added")
    expect(_row(opened, "boat.txt")).to_contain_text("Indexed")
    _tab(opened, "Ask")
    ask(opened, question)
    expect(_answer(opened)).to_have_text("at dawn")
    _tab(opened, "Documents")
    _row(opened, "boat.txt").locator("summary").click()
    _row(opened, "boat.txt").get_by_role("button", name="Yes, delete it").click()
    expect(_row(opened, "boat.txt")).to_have_count(0)
    _tab(opened, "Ask")
    ask(opened, question)
    expect(opened.locator(".qb-answer").last).not_to_contain_text("at dawn")


def test_a_question_is_answered_from_the_ticked_document_only(opened: Page, window: str) -> None:
    expect(opened.locator(".qb-scope summary")).to_contain_text("Asking all 4 documents")
    ask(opened, PRICE)
    expect(_answer(opened)).to_have_text("7 crowns")
    _tab(opened, "Documents")
    opened.get_by_label("Ask The ferry in 2022").check()
    expect(opened.locator("#chosen")).to_have_text("Asking 1 of 4 documents")
    _tab(opened, "Ask")
    expect(opened.locator(".qb-scope summary")).to_contain_text("Asking 1 of 4 documents")
    ask(opened, PRICE)
    expect(_answer(opened)).to_have_text("4 crowns")
    opened.reload()
    expect(opened.locator(".qb-scope summary")).to_contain_text("Asking 1 of 4 documents")
    other = opened.context.new_page()  # another session has its own choice
    other.goto(window)
    expect(other.locator(".qb-scope summary")).to_contain_text("Asking all 4 documents")
    opened.locator(".qb-scope summary").click()
    opened.locator(".qb-scope").get_by_role("button", name="Use all documents").click()
    expect(opened.locator(".qb-scope summary")).to_contain_text("Asking all 4 documents")
    _tab(opened, "Documents")
    expect(opened.get_by_label("Ask The ferry in 2022")).not_to_be_checked()


def test_a_question_is_narrowed_by_type_and_date(opened: Page) -> None:
    scope = opened.locator(".qb-scope")
    scope.locator("summary").click()
    scope.get_by_label("MD").check()
    scope.get_by_label("until").fill("2023-01-01")
    scope.get_by_role("button", name="Use these").click()
    expect(scope.locator("summary")).to_contain_text("Asking 1 of 4 documents: MD, until 1 January 2023")
    expect(scope.locator("summary")).to_be_focused()
    ask(opened, PRICE)
    expect(_answer(opened)).to_have_text("4 crowns")


def test_documents_are_found_and_sorted(opened: Page) -> None:
    _tab(opened, "Documents")
    rows = opened.locator(".qb-shelf tbody tr:visible")
    expect(rows).to_have_count(4)
    opened.get_by_role("button", name="Date").click()
    expect(rows.nth(1)).to_contain_text("The ferry in 2022")
    opened.get_by_role("button", name="Date").click()
    expect(rows.first).to_contain_text("The ferry in 2024")
    expect(opened.locator("[aria-sort=descending]")).to_have_text(re.compile("^Date"))
    search = opened.get_by_label("Find a document")
    search.fill("FERRY md")
    expect(rows).to_have_count(2)
    expect(opened.locator(".qb-found")).to_have_text("2 found")
    opened.get_by_role("button", name="Tick all shown").click()
    expect(opened.locator("#chosen")).to_have_text("Asking 2 of 4 documents")
    opened.locator("#documents, .qb-bar").get_by_role("button", name="Use all documents").last.click()
    expect(opened.locator("#chosen")).to_have_text("Asking all 4 documents")
    expect(search).to_have_value("FERRY md")
    expect(rows).to_have_count(2)


def test_a_long_file_name_leaves_the_other_columns_their_words(opened: Page) -> None:
    _tab(opened, "Documents")
    files, status = opened.locator(".qb-shelf [data-label=File]"), opened.locator(".qb-shelf [data-label=Status]")
    files.first.evaluate("cell => { cell.textContent = 'a-very-long-file-name-'.repeat(20); }")
    expect(status.first).to_have_text("Indexed")
    lines = "cell => { const r = new Range(); r.selectNodeContents(cell); return r.getClientRects().length; }"
    assert status.first.evaluate(lines) == 1


def test_a_folder_is_added_with_all_that_can_be_read(opened: Page, library: OpenLibrary, tmp_path: Path) -> None:
    for name, text in (
        ("a/notes.txt", "Notes of the north pier."),
        ("b/notes.txt", "Notes of the south pier."),
        ("b/empty.txt", ""),
        ("b/program.exe", "x"),
        (".git/config.txt", "x"),
    ):
        (tmp_path / "trip" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "trip" / name).write_text(text, "utf-8")
    _tab(opened, "Documents")
    opened.locator("#uploader input[webkitdirectory]").set_input_files(tmp_path / "trip")
    expect(opened.locator("#outcome .qb-done")).to_have_count(2)
    expect(opened.locator("#outcome .qb-refused")).to_contain_text("empty.txt")
    expect(opened.locator("#uploader .qb-report")).to_contain_text("2 other files skipped")
    expect(_row(opened, "Refused: is empty")).to_have_count(1)
    names = {Path(doc.source).name for doc in library.documents()}
    assert {"trip - a - notes.txt", "trip - b - notes.txt"} <= names
    for name in ("north", "south"):
        document = next(doc for doc in library.documents() if doc.text == f"Notes of the {name} pier.")
        library.delete(document.id)


def _folder(page: Page, folder: Path) -> None:
    page.locator("#uploader input[webkitdirectory]").set_input_files(folder)


def _remove(library: OpenLibrary, words: str) -> None:
    for document in library.documents():
        if words in document.text:
            library.delete(document.id)


def test_files_of_one_name_in_two_folders_sent_one_after_the_other_are_both_kept(
    opened: Page, library: OpenLibrary, tmp_path: Path
) -> None:
    _tab(opened, "Documents")
    for year in ("2022", "2023"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "minutes.txt").write_text(f"Minutes of the year {year}.", "utf-8")
        _folder(opened, tmp_path / year)
        expect(opened.locator("#outcome .qb-done")).to_contain_text(f"{year} - minutes.txt added")
    _remove(library, "Minutes of the year")


def test_a_long_way_is_left_out_and_of_two_files_that_get_one_name_one_is_refused(
    opened: Page, library: OpenLibrary, tmp_path: Path
) -> None:
    trip, long = Path("trip"), "протокол " * 12  # 204 bytes
    way = trip / long[:60].strip() / long[60:].strip()
    for name in (way / "1.txt", way / "2.txt", trip / f"{long}1.txt", trip / f"{long}2.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"Minutes: {name}", "utf-8")
    _tab(opened, "Documents")
    _folder(opened, tmp_path / "trip")
    expect(opened.locator("#outcome .qb-done")).to_have_count(3)
    expect(opened.locator("#uploader .qb-refused")).to_have_count(1)
    expect(opened.locator("#uploader .qb-refused")).to_contain_text("has the same name as another file")
    names = {Path(doc.source).name for doc in library.documents()}
    assert {f"trip - {way.name} - {n}.txt" for n in (1, 2)} <= names
    _remove(library, "Minutes: trip")


def test_only_as_many_documents_as_can_be_chosen_are_sent_with_the_number_of_all(opened: Page) -> None:
    _tab(opened, "Documents")
    opened.locator(".qb-shelf").evaluate("table => { table.dataset.maxPicked = 1; }")
    with opened.expect_request(lambda request: "ticked" in (request.post_data or "")) as sent:
        opened.get_by_role("button", name="Tick all shown").click()
    data = sent.value.post_data_json["event_data"]
    assert len(data["documents"]) == 1 and data["ticked"] == 4
    expect(opened.locator("#chosen")).to_have_text("Asking 1 of 4 documents")


def test_a_dropped_folder_is_walked_through(opened: Page) -> None:
    _tab(opened, "Documents")
    opened.evaluate(
        """() => {
          const file = (name, text) => ({ isFile: true, name, file: (done) => done(new File([text], name)) });
          const folder = (name, below) => ({ isFile: false, name, createReader: () => {
            const left = [...below, null];
            return { readEntries: (done) => { const next = left.shift(); done(next ? [next] : []); } };
          } });
          const hidden = folder('.git', [file('b.txt', 'x')]);
          const entry = folder('trip', [file('a.exe', 'x'), hidden, file('c.zip', 'x')]);
          const event = new Event('drop', { bubbles: true });
          event.dataTransfer = { items: [{ webkitGetAsEntry: () => entry }] };
          document.querySelector('.qb-drop').dispatchEvent(event);
        }"""
    )
    expect(opened.locator("#uploader .qb-report")).to_contain_text("3 other files skipped")


def test_the_original_is_opened_from_a_citation(opened: Page, folder: Path) -> None:
    ask(opened, PRICE)
    opened.locator("#evidence .qb-source").first.click()
    link = opened.get_by_role("link", name="Open the original")
    with opened.expect_popup() as popup:
        link.click()
    assert popup.value.evaluate("document.body.innerText").strip() == NEW.strip()
    assert popup.value.evaluate("window.origin") == "null"
    opened.locator(".qb-scope summary").click()
    opened.locator(".qb-scope").get_by_label("PDF").check()
    opened.locator(".qb-scope").get_by_role("button", name="Use these").click()
    expect(opened.locator(".qb-scope summary")).to_contain_text("Asking 1 of 4 documents: PDF")
    ask(opened, "What had the company taught them too little of?")
    opened.locator("#evidence .qb-source").first.click()
    expect(opened.locator(".qb-viewer h2")).to_contain_text("Kettle Bay")
    address = opened.get_by_role("link", name="Open the original").get_attribute("href")
    assert address is not None and re.fullmatch(r"/original/\w+#page=\d+", address)
    sent = opened.request.get(opened.url.rstrip("/") + address.split("#")[0])
    assert sent.body() == (folder / "kettle-bay.pdf").read_bytes()


def _gold(folder: Path, tmp_path: Path) -> Path:
    start = NEW.index("7 crowns")
    lines = [
        {"id": "1", "question": PRICE, "answers": ["7 crowns"], "evidence": [["new.md", start, start + 8]]},
        {"id": "2", "question": "Who <b>built</b> the mill?", "answers": []},
    ]
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return path


def test_a_gold_file_is_run_and_its_report_saved(opened: Page, folder: Path, tmp_path: Path) -> None:
    _tab(opened, "Evaluation")
    gold = _gold(folder, tmp_path)
    opened.locator("#gold input").set_input_files(gold)
    expect(opened.locator(".qb-measured")).to_contain_text("gold.jsonl: 2 questions asked")
    report = opened.frame_locator(".qb-measured iframe")
    expect(report.get_by_role("heading", name="Evaluation on gold.jsonl")).to_be_visible()
    expect(report.get_by_role("heading", name="All metrics")).to_be_visible()
    for name in ("report.json", "report.html"):
        with opened.expect_download() as download:
            opened.get_by_role("button", name=f"Save {name}").click()
        assert download.value.suggested_filename == name
        text = Path(download.value.path()).read_text("utf-8")
        assert hashlib.sha256(gold.read_bytes()).hexdigest() in text
    gold.write_text('{"id": "1"}', "utf-8")
    opened.locator("#gold input").set_input_files(gold)
    expect(opened.locator("#evaluation .qb-note")).to_contain_text("gold.jsonl has 1 bad line: line 1")


def test_a_phone_shows_every_tab_whole(opened: Page) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    opened.locator(".qb-scope summary").click()
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("Documents", "Evaluation"):
        _tab(opened, name)
        expect(opened.locator(".qb-drop" if name == "Documents" else ".qb-measure")).to_be_visible()
        assert opened.evaluate("document.documentElement.scrollWidth") <= 390, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_other_tabs_stand_in_nobodys_way(opened: Page, folder: Path, tmp_path: Path, scheme: Any) -> None:
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened.reload()
    opened.locator(".qb-scope summary").click()
    expect(opened.locator(".qb-scope form")).to_be_visible()
    found = {"scope": Axe().run(opened)}
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"no PDF at all")
    _tab(opened, "Documents")
    opened.locator("#uploader input[multiple]").set_input_files([broken])
    expect(_row(opened, "Refused:")).to_have_count(1)
    found["documents"] = Axe().run(opened)
    _tab(opened, "Evaluation")
    opened.locator("#gold input").set_input_files(_gold(folder, tmp_path))
    expect(opened.locator(".qb-measured")).to_be_visible()
    found["evaluation"] = Axe().run(opened)
    assert {step: result.generate_report() for step, result in found.items() if result.violations_count} == {}
