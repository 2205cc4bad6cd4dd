"""Builds a text out of paragraphs, table rows and list items, and counts the offsets while it grows."""

from __future__ import annotations

from datetime import date

from index.parsers.decoding import clean
from index.parsers.parsed import Parsed
from index.types import Heading


class Blocks:
    """A text under construction: blocks come in reading order, a blank line stands between them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._pages: list[int] = []
        self._open_pages = 0
        self._tight = False

    def add(self, text: str, *, tight: bool = False) -> None:
        """Add a block; neighbours that are both tight (rows, list items) are parted by one line end only."""
        text = clean(text).strip()
        if not text:
            return
        if self._parts:
            self._append("\n" if tight and self._tight and not self._open_pages else "\n\n")
        self._pages.extend([self._length] * self._open_pages)
        self._open_pages = 0
        self._tight = tight
        self._append(text)

    def heading(self, text: str, level: int) -> None:
        """Add a heading; line ends inside it become blanks."""
        text = " ".join(clean(text).split())
        if text:
            self.add(text)
            self._headings.append(Heading(self._length - len(text), self._length, level))

    def gap(self) -> None:
        """Part the next block from the last one by a blank line, tight or not."""
        self._tight = False

    def page(self) -> None:
        """Begin a page with the next block. One that gets no block starts where the next one does."""
        self._open_pages += 1

    @property
    def first_heading(self) -> str | None:
        """The words of the first heading, if there is one."""
        return self.text[self._headings[0].start : self._headings[0].end] if self._headings else None

    @property
    def text(self) -> str:
        """All that was added so far."""
        return "".join(self._parts)

    def parsed(
        self, kind: str, *, title: str | None, date: date | None = None, warnings: tuple[str, ...] = ()
    ) -> Parsed:
        """Close the text."""
        pages = (*self._pages, *[self._length] * self._open_pages)
        return Parsed(self.text, title, date, kind, pages, tuple(self._headings), warnings)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
