import html
import re
from datetime import date

from index.types import Refused, SyncReport
from tests.scripted_library import document
from ui.shelf import progress_html, report_html, shelf_html, uploader_html


def _text(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def test_the_table_names_every_document_with_its_facts() -> None:
    doc = document("1. A\n\n2. B\n", title="Bridge & <b>", source="/x/b.pdf", day=date(2024, 4, 2), kind="pdf")
    shown = _text(shelf_html([doc], [1_204]))
    assert "1 document Title Type" in shown
    assert "Bridge & <b> PDF 2 1,204 2 April 2024 b.pdf Delete" in shown


def test_deleting_takes_two_clicks_and_names_the_document_by_its_id() -> None:
    doc = document("text", title="T", source="/x/t.txt")
    source = shelf_html([doc], [1])
    assert re.search(rf"<details.*<summary>.*data-document=\"{doc.id}\".*</details>", source)


def test_an_empty_library_says_what_to_do() -> None:
    assert "There are no documents yet" in shelf_html([], [])


def test_the_outcome_of_each_file_is_told_refusals_first() -> None:
    report = SyncReport(
        added=("/lib/uploads/a.txt",),
        unchanged=("/lib/uploads/b.txt", "/lib/uploads/earlier.txt"),
        refused=(Refused("/lib/uploads/c<i>.pdf", "is protected by a password; save it without one"),),
    )
    shown = _text(report_html(report, {"a.txt", "b.txt", "c<i>.pdf"}))
    assert shown == (
        "c<i>.pdf is protected by a password; save it without one a.txt added b.txt was already there, unchanged"
    )


def test_stages_are_told_in_plain_words() -> None:
    assert _text(progress_html({"a.txt": "parsing", "b.txt": "waiting"})) == "a.txt is being read b.txt waiting"


def test_the_uploader_offers_the_formats_that_can_be_read() -> None:
    source = uploader_html([".txt", ".pdf"], 20_000_000)
    assert 'accept=".pdf,.txt"' in source and "20 MB" in source
