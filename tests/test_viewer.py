import html
import re
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from index.types import Document
from rag.types import Citation
from tests.scripted_library import NEWS_NEW, REPORT, bridge_library, document, quoted
from ui.viewer import view, view_html


def _texts(source: str) -> tuple[str, str]:
    """The marked words, and all of the document's text that is shown."""
    shown = re.search(r'<div class="qb-text"[^>]*><bdi>(.*)</bdi></div>', source, re.DOTALL)
    assert shown is not None
    text = re.sub(r'<span class="qb-page">.*?</span>|<span data-at="\d+">|</span>', "", shown[1])
    marked = re.findall(r"<mark>(.*?)</mark>", text, re.DOTALL)
    assert len(marked) == 1
    return html.unescape(marked[0]), html.unescape(re.sub(r"</?mark>", "", text))


@given(st.data())
def test_the_marked_words_are_the_span_and_the_rest_is_the_text_around_it(data: st.DataObject) -> None:
    text = data.draw(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn"]), min_size=1, max_size=4_000))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    shown = view(Citation(Document("d", text, "d.txt", "D"), start, end))
    marked, around = _texts(view_html(shown, number=0, index=0))
    assert marked == text[start:end]
    assert around == text[shown.start : shown.end]


def test_the_second_of_two_equal_places_is_the_one_that_is_marked() -> None:
    text = "It cost 5 euros. " * 3
    second = text.index("5 euros", 10)
    source = view_html(view(Citation(Document("d", text, "d.txt", "D"), second, second + 7)), number=0, index=0)
    shown = re.sub(r'<span data-at="\d+">|</span>', "", html.unescape(source))
    assert shown.index("<mark>") - shown.index("It cost") == second


@given(st.data())
def test_every_slice_says_where_it_begins(data: st.DataObject) -> None:
    """A selection is counted from there, character by character."""
    text = data.draw(st.text(st.sampled_from("aé語🎉\n ▯\u200b<"), min_size=1, max_size=60))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    pages = tuple(sorted(data.draw(st.sets(st.integers(1, len(text)), max_size=3)) | {0}))
    shown = view(Citation(Document("d", text, "d.pdf", "D", kind="pdf", pages=pages), start, end))
    source = view_html(shown, number=0, index=0).replace(' title="U&#43;200B">', ">")
    slices = re.findall(r'<span data-at="(\d+)">((?:[^<]|<span class="qb-unseen">.</span>)*)</span>', source)
    at = shown.start
    for first, inner in slices:
        assert int(first) == at
        words = html.unescape(re.sub(r"<[^>]*>", "", inner))
        assert words == text[at : at + len(words)].replace("\u200b", "▯")
        at += len(words)
    assert at == shown.end


def test_a_view_begins_and_ends_between_lines() -> None:
    doc = document("a line of words\n" * 400, title="T", source="t.txt")
    shown = view(Citation(doc, 3_202, 3_206))
    assert doc.text[shown.start - 1] == "\n" and doc.text[shown.end] == "\n"
    assert shown.start > 2_400 and shown.end < 4_000


def test_more_text_is_offered_until_the_document_ends() -> None:
    doc = document("a line of words\n" * 400, title="T", source="t.txt")
    cited = Citation(doc, 3_202, 3_206)
    first = view_html(view(cited), number=2, index=5)
    assert 'data-exchange="2" data-place="5" data-earlier="1" data-later="0"' in first
    assert 'data-exchange="2" data-place="5" data-earlier="0" data-later="1"' in first
    whole = view(cited, earlier=5, later=5)
    assert (whole.start, whole.end) == (0, len(doc.text))
    assert "data-earlier" not in view_html(whole, number=2, index=5, earlier=5, later=5)


def test_each_page_that_begins_in_the_view_is_named() -> None:
    doc = document(REPORT, title="Survey", source="survey.pdf", kind="pdf")
    assert len(doc.pages) == 3
    source = view_html(view(quoted(doc, "Six of the twenty-two")), number=0, index=0)
    assert re.findall(r'"qb-page">(Page \d)<', source) == ["Page 2", "Page 3"]
    at_start = Citation(doc, doc.pages[1], doc.pages[1] + 11)
    assert '<span class="qb-page">Page 2</span><mark>' in view_html(view(at_start), number=0, index=0)


def test_page_heading_and_date_are_shown_above_the_text(tmp_path: Path) -> None:
    report = bridge_library(tmp_path).documents()[0]
    source = html.unescape(view_html(view(quoted(report, "Six of")), number=0, index=0))
    assert "page 2" in source and "2. Findings > 2.1 Bearings" in source and "2 April 2024" in source


def test_the_page_is_offered_only_where_there_are_pages(tmp_path: Path) -> None:
    report, news = bridge_library(tmp_path).documents()[:2]
    assert "Show the page" in view_html(view(quoted(report, "Six of")), number=0, index=0)
    assert "Show the page" not in view_html(view(quoted(news, "Ferries")), number=0, index=0)


def test_no_path_of_the_machine_is_shown() -> None:
    doc = document(NEWS_NEW, title="News", source="/home/me/news.txt", day=date(2025, 1, 23))
    source = html.unescape(view_html(view(quoted(doc, "Anna")), number=0, index=0))
    assert "news.txt" in source and "/home" not in source
