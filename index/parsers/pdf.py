"""PDF: pages are kept apart, lines are joined to paragraphs by where they stand on the page."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from index.errors import RefusedError
from index.parsers.archive import plausible_title
from index.parsers.blocks import Blocks
from index.parsers.dates import parse_date
from index.parsers.heads import date_from, title_from
from index.parsers.layout import Layout, Line
from index.parsers.parsed import Parsed

_LINE = re.compile("([^\r\n\ufffe]*)(\r\n|\r|\n|\ufffe|$)")  # PDFium puts U+FFFE for a hyphen that breaks a word
_DAY = re.compile(r"D:(\d{4})(\d{2})(\d{2})")
_FORCE_BOLD = 1 << 18  # a flag of the font descriptor
_CELL_GAP = 1.2  # times the size
_ENUMERATOR = re.compile(r"\W|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})(?:\.\d{1,3})*[.)]?")  # before a heading or item
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_Box = tuple[float, float, float, float]  # left, bottom, right, top in points


def parse(data: bytes) -> Parsed:
    """Read a PDF."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise RefusedError("is protected by a password; save it without one") from error
        raise RefusedError("is damaged or no real pdf document, so it can't be read") from error
    pages = [_page(pdf, number) for number in range(len(pdf))]
    metadata = pdf.get_metadata_dict()
    blocks, warnings = Blocks(), _warnings(pages)
    layout = Layout([line for page in pages for line in page or ()])
    for page in pages:
        blocks.page()
        for text, level in layout.paragraphs(page or []):
            if level is None:
                blocks.add(text)
            else:
                blocks.heading(text, level)
    text = blocks.text
    title = plausible_title(metadata.get("Title", "")) or _largest(pages[:1], layout) or title_from(text)
    return blocks.parsed("pdf", title=title, date=date_from(text) or _made(metadata), warnings=warnings)


def _page(pdf: Any, number: int) -> list[Line] | None:
    """The lines of a page in reading order; None if the page can't be loaded."""
    import pypdfium2

    try:
        page = pdf[number]
    except pypdfium2.PdfiumError:
        return None
    textpage = page.get_textpage()
    try:
        return list(_lines(textpage))
    finally:
        textpage.close()
        page.close()


def _lines(textpage: Any) -> list[Line]:
    text = textpage.get_text_range()
    wide = any(character > "\uffff" for character in text)  # PDFium counts UTF-16 units
    lines = []
    for match in _LINE.finditer(text):
        words = match[1].strip()
        if not words:
            continue
        first = match.start() + match[1].index(words[0])
        last = first + len(words) - 1
        if wide:
            first, last = (len(text[:at].encode("utf-16-le", "surrogatepass")) // 2 for at in (first, last))
        left, bottom, _, top = _box(textpage, first)
        right = _box(textpage, last)[2]
        bold = _is_bold(textpage, first) and _is_bold(textpage, last)
        if not wide:
            words = _with_cells(textpage, words, first, _CELL_GAP * (top - bottom))
        lines.append(Line(words, left, right, bottom, top, broken=match[2] == "\ufffe", bold=bold))
    return lines


def _with_cells(textpage: Any, words: str, first: int, widest: float) -> str:
    """The words of a line with " | " where a gap is wider than between words, as between a table's cells."""
    cells, start = [], 0
    for blank in re.finditer(" +", words):
        gap = _box(textpage, first + blank.end())[0] - _box(textpage, first + blank.start() - 1)[2]
        if gap > widest and (start > 0 or not _ENUMERATOR.fullmatch(words[: blank.start()])):
            cells.append(words[start : blank.start()])
            start = blank.end()
    return " | ".join([*cells, words[start:]])


def _box(textpage: Any, text_index: int) -> _Box:
    import pypdfium2

    index = pypdfium2.raw.FPDFText_GetCharIndexFromTextIndex(textpage, text_index)
    try:
        left, bottom, right, top = textpage.get_charbox(max(index, 0), loose=True)
    except pypdfium2.PdfiumError:
        return 0.0, 0.0, 0.0, 0.0
    return _as_shown(textpage.page.get_rotation(), (left, bottom, right, top))


def _as_shown(rotation: int, box: _Box) -> _Box:
    """A box of a page as the page is shown, turned clockwise around its origin."""
    left, bottom, right, top = box
    match rotation:
        case 90:
            return bottom, -right, top, -left
        case 180:
            return -right, -top, -left, -bottom
        case 270:
            return -top, left, -bottom, right
        case _:
            return box


def _is_bold(textpage: Any, text_index: int) -> bool:
    from ctypes import byref, c_int, create_string_buffer

    from pypdfium2 import raw

    index = raw.FPDFText_GetCharIndexFromTextIndex(textpage, text_index)
    name, flags = create_string_buffer(128), c_int()
    raw.FPDFText_GetFontInfo(textpage, index, name, len(name), byref(flags))
    return any(word in name.value.lower() for word in (b"bold", b"black", b"heavy")) or bool(
        flags.value & _FORCE_BOLD
    )


def _warnings(pages: list[list[Line] | None]) -> tuple[str, ...]:
    broken = sum(page is None for page in pages)
    empty = sum(page == [] for page in pages)
    if broken + empty == len(pages):
        raise RefusedError("holds no text: a scan? Run text recognition (OCR) on it first")
    warnings = []
    if empty:
        warnings.append(f"{empty} of {len(pages)} pages have no text (scanned?)")
    if broken:
        warnings.append(f"{broken} of {len(pages)} pages are damaged and were left out")
    return tuple(warnings)


def _largest(pages: list[list[Line] | None], layout: Layout) -> str | None:
    """The paragraph in the largest letters of the first page, if any are larger than the rest."""
    found = [item for page in pages for item in layout.paragraphs(page or []) if item[1] is not None]
    return " ".join(min(found, key=lambda item: item[1] or 0)[0].split()) if found else None


def _made(metadata: dict[str, str]) -> date | None:
    match = _DAY.match(metadata.get("CreationDate", ""))
    return parse_date("-".join(match.groups())) if match else None
