"""A document's own text around a span, marked by its offsets (never by searching for its words)."""

from __future__ import annotations

from dataclasses import dataclass

from index.types import Document
from rag.types import Citation
from ui.escape import characters, isolated
from ui.originals import original_address
from ui.pages import PagePicture, has_page
from ui.verdicts import pick_html
from ui.wording import fate, place, source_name

_AROUND = 700  # characters shown on each side at first
_STEP = 2_000  # characters that one click adds


@dataclass(frozen=True, slots=True)
class View:
    """The slice `[start, end)` of a document that is shown around a citation."""

    citation: Citation
    start: int
    end: int


def view(citation: Citation, *, earlier: int = 0, later: int = 0) -> View:
    """Choose what to show around a citation; it begins and ends between lines or words.

    Args:
        citation: The place to show; always inside the view.
        earlier: How often more text above was asked for.
        later: How often more text below was asked for.
    """
    text = citation.document.text
    start = max(0, citation.start - _AROUND - _STEP * max(0, earlier))
    end = min(len(text), citation.end + _AROUND + _STEP * max(0, later))
    return View(citation, _line_start(text, start, citation.start), _line_end(text, citation.end, end))


def view_html(view: View, *, number: int, index: int, earlier: int = 0, later: int = 0) -> str:
    """The view as HTML, with the way back to the evidence of exchange `number`."""
    numbers = _numbers(number, index)
    length = len(view.citation.document.text)
    more_above = _more(numbers, earlier + 1, later, "Show earlier text") if view.start > 0 else ""
    more_below = _more(numbers, earlier, later + 1, "Show later text") if view.end < length else ""
    pick = "" if fate(view.citation.document) else pick_html(number, index)
    page = _button("sheet", numbers, "Show the page as it looks") if has_page(view.citation) else ""
    return _framed(
        view.citation,
        number,
        page,
        f'{more_above}<div class="qb-text" tabindex="0" role="region" aria-label="Text of the document">'
        f"{_marked(view)}</div>{pick}{more_below}",
    )


def page_html(citation: Citation, picture: PagePicture | str, *, number: int, index: int) -> str:
    """The page that a citation stands on as HTML.

    Args:
        citation: The place.
        picture: Of its page, or the sentence that says why there is none.
        number: Of the exchange.
        index: Of the place in it.
    """
    text = _button("open", _numbers(number, index), "Show its text")
    if isinstance(picture, str):
        return _framed(citation, number, text, f'<p class="qb-problem">{characters(picture)}</p>')
    boxes = "".join(_box(box, picture) for box in picture.boxes)
    missing = "" if boxes else '<p class="qb-file">The words could not be found again on the picture.</p>'
    return _framed(
        citation,
        number,
        text,
        f'{missing}<div class="qb-text qb-sheet" tabindex="0" role="region" aria-label="Page of the document">'
        f'<div><img src="{picture.address}" width="{picture.width}" height="{picture.height}" '
        f'alt="Page {citation.page}">{boxes}</div></div>',
    )


def _framed(citation: Citation, number: int, switch: str, body: str) -> str:
    document = citation.document
    where = "".join(f"<span>{isolated(part)}</span> " for part in place(citation, whole_path=True))
    back = _button("show", f'data-exchange="{number}"', "Back to the evidence")
    return (
        '<section class="qb-viewer" aria-label="Document"><p class="qb-ways">'
        f"{back}{switch}</p>"
        f'<h2 tabindex="-1">{isolated(document.title)}</h2>'
        f'<p class="qb-where">{where}<span class="qb-file">{isolated(source_name(document))}</span> '
        f"{_original(citation)}</p>"
        f"{_fate(document)}{body}</section>"
    )


def _fate(document: Document) -> str:
    became = {"removed since": "was removed", "changed since": "has changed"}.get(fate(document))
    return (
        f'<p class="qb-fate">This document {became} since. These are its words as they were quoted.</p>'
        if became
        else ""
    )


def _original(citation: Citation) -> str:
    address = None if fate(citation.document) else original_address(citation.document, citation.page)
    if address is None:
        return ""
    return f'<a class="qb-step" href="{address}" target="_blank" rel="noopener">Open the original</a>'


def _marked(view: View) -> str:
    text, citation = view.citation.document.text, view.citation
    pages = {first: n for n, first in enumerate(citation.document.pages, start=1)}
    before = {first: n for first, n in pages.items() if view.start < first <= citation.start}
    after = {first: n for first, n in pages.items() if citation.end <= first < view.end}
    return (
        f"<bdi>{_paged(text, view.start, citation.start, before)}"
        f"<mark>{_slice(text, citation.start, citation.end)}</mark>"
        f"{_paged(text, citation.end, view.end, after)}</bdi>"
    )


def _paged(text: str, start: int, end: int, pages: dict[int, int]) -> str:
    pieces, at = [], start
    for first, number in pages.items():
        pieces += [_slice(text, at, first), f'<span class="qb-page">Page {number}</span>']
        at = first
    return "".join([*pieces, _slice(text, at, end)])


def _slice(text: str, start: int, end: int) -> str:
    """The characters `[start, end)`, with the offset from which a selection in them counts."""
    return f'<span data-at="{start}">{characters(text[start:end])}</span>' if start < end else ""


def _numbers(number: int, index: int) -> str:
    return f'data-exchange="{number}" data-place="{index}"'


def _button(does: str, numbers: str, said: str) -> str:
    return f'<button type="button" class="qb-step" data-qb="{does}" {numbers}>{said}</button>'


def _more(numbers: str, earlier: int, later: int, said: str) -> str:
    return _button("open", f'{numbers} data-earlier="{earlier}" data-later="{later}"', said)


def _box(box: tuple[int, int, int, int], picture: PagePicture) -> str:
    left, top, right, bottom = box
    style = (
        f"left:{100 * left / picture.width:.2f}%;top:{100 * top / picture.height:.2f}%;"
        f"width:{100 * (right - left) / picture.width:.2f}%;height:{100 * (bottom - top) / picture.height:.2f}%"
    )
    return f'<span class="qb-box" style="{style}"></span>'


def _line_start(text: str, low: int, high: int) -> int:
    if low == 0:
        return 0
    for separator in ("\n", " "):
        found = text.find(separator, low, high)
        if found >= 0:
            return found + 1
    return low


def _line_end(text: str, low: int, high: int) -> int:
    if high == len(text):
        return high
    for separator in ("\n", " "):
        found = text.rfind(separator, low, high)
        if found >= 0:
            return found
    return high
