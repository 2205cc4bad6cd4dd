"""Word: `word/document.xml` is streamed, so that reading takes time and memory linear in its size."""

from __future__ import annotations

import re
from collections.abc import Mapping

from index.parsers.archive import core_properties, open_archive, start_tags, stream_xml
from index.parsers.blocks import Blocks
from index.parsers.heads import date_from, title_from
from index.parsers.parsed import Parsed

# Moved-away text, the second version of a text box for older programs, reading aids above characters,
# a paragraph's format before a tracked change.
_LEFT_OUT = frozenset({"moveFrom", "Fallback", "rt", "pPrChange"})
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "‑"}
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_LEVELS = frozenset("012345678")  # of outlines; 9 is body text
_NO_LIST = "0"  # the numId that takes a paragraph out of its style's list
_TITLE = 0  # the level of the style "Title"
_MAIN = re.compile(r"word/document\d*\.xml")
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")


def parse(data: bytes) -> Parsed:
    """Read a Word document: paragraphs and tables in reading order, then footnotes and endnotes."""
    archive = open_archive(data)
    names = archive.namelist()
    styles = _Styles()
    for name, attributes in start_tags(archive, "word/styles.xml") if "word/styles.xml" in names else ():
        styles.add(name, attributes)
    body = _Body(styles)
    main = next((name for name in names if _MAIN.fullmatch(name)), "word/document.xml")
    for part in (main, *(note for note in _NOTES if note in names)):
        stream_xml(archive, part, body)
    text = body.blocks.text
    title, saved = core_properties(archive)
    found = body.title or title or body.blocks.first_heading or title_from(text)
    return body.blocks.parsed("docx", title=found, date=date_from(text) or saved)


class _Paragraph:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.level: int | None = None  # of the heading that it is
        self.is_item = False


class _Body:
    """Listens to the document. Paragraphs, cells and rows nest: a cell may hold a table, a run a text box."""

    def __init__(self, styles: _Styles) -> None:
        self.blocks = Blocks()
        self.title: str | None = None
        self._styles = styles
        self._paragraphs: list[_Paragraph] = []
        self._rows: list[list[list[str]]] = []  # open rows, their cells, the paragraphs of each
        self._cells: list[list[str]] = []  # open cells
        self._left_out = 0
        self._in_text = False
        self._in_properties = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._left_out or name in _LEFT_OUT:
            self._left_out += 1
        elif name == "p":
            self._paragraphs.append(_Paragraph())
        elif name in ("pPr", "rPr"):
            self._in_properties = True
        elif name == "tbl" and not self._cells:
            self.blocks.gap()
        elif name == "tr":
            self._rows.append([])
        elif name == "tc":
            self._cells.append([])
        elif self._paragraphs:
            self._start_inside(name, attributes)

    def _start_inside(self, name: str, attributes: Mapping[str, str]) -> None:
        paragraph = self._paragraphs[-1]
        if name == "t":
            self._in_text = True
        elif name == "pStyle":
            style = attributes.get("val", "")
            paragraph.level, paragraph.is_item = self._styles.level(style), self._styles.is_item(style)
        elif name == "outlineLvl" and attributes.get("val", "") in _LEVELS:
            paragraph.level = int(attributes["val"]) + 1
        elif name == "numId":
            paragraph.is_item = attributes.get("val") != _NO_LIST
        elif name in _SIGNS and not self._in_properties:
            paragraph.parts.append(_SIGNS[name])

    def end(self, name: str) -> None:
        if self._left_out:
            self._left_out -= 1
        elif name == "t":
            self._in_text = False
        elif name in ("pPr", "rPr"):
            self._in_properties = False
        elif name == "p" and self._paragraphs:
            self._end_paragraph(self._paragraphs.pop())
        elif name == "tc" and self._rows:
            self._rows[-1].append(self._cells.pop())
        elif name == "tr":
            self._end_row(self._rows.pop())
        elif name == "tbl" and not self._cells:
            self.blocks.gap()

    def data(self, text: str) -> None:
        if self._in_text and not self._left_out and self._paragraphs:
            self._paragraphs[-1].parts.append(text)

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.parts).strip()
        if not text:
            return
        if self._cells:
            self._cells[-1].append(text)
        elif paragraph.level == _TITLE:
            self.title = self.title or " ".join(text.split())
            self.blocks.add(text)
        elif paragraph.level is not None:
            self.blocks.heading(text, paragraph.level)
        else:
            self.blocks.add(f"- {text}" if paragraph.is_item else text, tight=paragraph.is_item)

    def _end_row(self, row: list[list[str]]) -> None:
        filled = [cell for cell in row if cell]
        line = " | ".join(" ".join(" ".join(cell).split()) for cell in row)
        if not filled:
            return
        if self._cells:
            self._cells[-1].append(line)
        elif len(row) == 1:  # a frame around paragraphs, not a table
            for text in filled[0]:
                self.blocks.add(text)
        else:
            self.blocks.add(line, tight=True)


class _Styles:
    """The styles: which make a heading or a list item, also through the style they build on."""

    def __init__(self) -> None:
        self._levels: dict[str, int] = {}
        self._items: dict[str, bool] = {}
        self._based_on: dict[str, str] = {}
        self._style = ""

    def level(self, style: str) -> int | None:
        """Level of the heading that paragraphs of a style are; 0 for the document's title."""
        return next((self._levels[name] for name in self._line(style) if name in self._levels), None)

    def is_item(self, style: str) -> bool:
        """Whether paragraphs of a style are list items."""
        return next((self._items[name] for name in self._line(style) if name in self._items), False)

    def add(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take in the next element of the styles."""
        value = attributes.get("val", "")
        if name == "style":
            self._style = attributes.get("styleId", "")
        elif name == "name" and (match := _HEADING.fullmatch(value)):
            self._levels[self._style] = int(match[1])
        elif name == "name" and value.lower() == "title":
            self._levels[self._style] = _TITLE
        elif name == "outlineLvl" and value in _LEVELS:
            self._levels.setdefault(self._style, int(value) + 1)
        elif name == "numId":
            self._items.setdefault(self._style, value != _NO_LIST)
        elif name == "basedOn":
            self._based_on[self._style] = value

    def _line(self, style: str) -> list[str]:
        """The style and those it builds on, nearest first."""
        line: list[str] = []
        while style and style not in line:
            line.append(style)
            style = self._based_on.get(style, "")
        return line
