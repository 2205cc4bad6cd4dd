import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from index.types import Document
from rag.types import Citation
from tests.scripted_library import example_pdf, quoted
from ui.pages import PageError, has_page, page_picture
from ui.viewer import page_html

WORDS = "the company had taught them too little"


@pytest.fixture(scope="module")
def report() -> Document:
    return example_pdf()


def test_the_words_are_boxed_line_by_line_on_the_picture_of_their_page(report: Document) -> None:
    cited = quoted(report, WORDS)
    picture = page_picture(cited)
    image = Image.open(BytesIO(picture.png))
    assert cited.page == 3 and image.size == (picture.width, picture.height) == (1_100, 1_556)
    assert len(picture.boxes) == 2
    for box in picture.boxes:
        inked = sum(image.convert("L").crop(box).histogram()[:128])
        assert inked > 200  # there are letters in the box


def test_a_longer_span_has_the_boxes_of_a_shorter_one_and_more(report: Document) -> None:
    cited = quoted(report, WORDS)
    short = page_picture(replace(cited, end=cited.start + 11)).boxes
    assert len(short) == 1
    (left, top, right, bottom), whole = short[0], page_picture(cited).boxes[0]
    assert (left, top) == whole[:2] and right < whole[2] and bottom <= whole[3]


def test_a_file_that_was_changed_is_not_shown(report: Document) -> None:
    with pytest.raises(PageError, match="was changed after it was read"):
        page_picture(quoted(replace(report, sha256="0" * 64), WORDS))


def test_a_file_that_is_gone_is_said_to_be(report: Document, tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"The file gone\.pdf"):
        page_picture(quoted(replace(report, source=str(tmp_path / "gone.pdf")), WORDS))


def test_a_file_that_can_not_be_drawn_is_no_more_than_a_sentence(report: Document, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(Path(report.source).read_bytes()[:3_000])
    digest = hashlib.sha256(broken.read_bytes()).hexdigest()
    with pytest.raises(PageError, match="could not be drawn"):
        page_picture(quoted(replace(report, source=str(broken), sha256=digest), WORDS))


def test_only_a_pdf_has_pages_to_draw(report: Document) -> None:
    assert has_page(quoted(report, WORDS))
    epub = quoted(replace(report, kind="epub"), WORDS)
    assert not has_page(epub)
    with pytest.raises(PageError):
        page_picture(epub)


def test_boxes_are_shares_of_the_picture(report: Document) -> None:
    cited = Citation(report, 0, 8)
    picture = replace(page_picture(cited), width=1_000, height=2_000, boxes=((100, 200, 300, 240),))
    source = page_html(cited, picture, number=1, index=2)
    assert "left:10.00%;top:10.00%;width:20.00%;height:2.00%" in source
    assert 'data-qb="open" data-exchange="1" data-place="2"' in source


def test_why_there_is_no_picture_is_said_as_plain_characters(report: Document) -> None:
    source = page_html(Citation(report, 0, 8), "The file <b> is gone.", number=0, index=0)
    assert "<b>" not in source and "Show its text" in source
