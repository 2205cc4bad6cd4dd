import html
import re
from datetime import date

from index.types import Filter, Refused
from tests.scripted_library import document
from ui.shelf import shelf_html


def _text(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def test_the_table_names_every_document_with_its_facts() -> None:
    doc = document("1. A\n\n2. B\n", title="Bridge & <b>", source="/x/b.pdf", day=date(2024, 4, 2), kind="pdf")
    shown = _text(shelf_html([doc], [1_204]))
    assert "1 document, 1,204 passages Title Type" in shown
    assert "Bridge & <b> PDF 2 1,204 2 April 2024 b.pdf Indexed Delete" in shown


def test_deleting_takes_two_clicks_and_names_the_document_by_its_id() -> None:
    doc = document("text", title="T", source="/x/t.txt")
    source = shelf_html([doc], [1])
    assert re.search(rf"<details.*<summary>.*data-document=\"{doc.id}\".*</details>", source)


def test_an_empty_library_says_what_to_do() -> None:
    assert "There are no documents yet" in shelf_html([], [])


def test_only_documents_that_were_picked_are_ticked() -> None:
    docs = [document("text", title=t, source=f"/x/{t}.txt") for t in ("a", "b")]
    source = shelf_html(docs, [1, 1], where=Filter(documents=frozenset({docs[1].id})))
    ticks = dict(re.findall(r'<input type="checkbox" value="(\w+)"( checked)?>', source))
    assert ticks == {docs[0].id: "", docs[1].id: " checked"}


def test_a_refused_file_stands_in_the_table_with_its_reason() -> None:
    shown = _text(shelf_html([], [], refused=[Refused("/tmp/x/c<i>.pdf", "is protected; save it without")]))
    assert "c<i>.pdf PDF c<i>.pdf Refused: is protected; save it without" in shown


def test_columns_are_sorted_by_what_they_mean() -> None:
    doc = document("text", title="T", source="/x/t.txt", day=date(2024, 4, 2))
    source = shelf_html([doc], [1_204])
    assert 'data-label="Passages" data-key="1204"' in source and 'data-label="Date" data-key="2024-04-02"' in source


def test_a_title_of_unseen_signs_breaks_no_markup() -> None:
    doc = document("text", title='a\u200b" onfocus="x', source="/x/t.txt")
    assert re.findall(r'="[^"]*<', shelf_html([doc], [1])) == []
