"""Tables as sentences: "Header: value; Header: value.", one line a row, for a reader to point into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.parsers.blocks import Blocks

_NUMBER = re.compile(r"[-+(]?\s*[^\w\s]?\s*\d[\d.,\s'/:-]*\s*(?:%|\w{1,3}|[^\w\s])?\)?")
_ENDS = (".", "!", "?", "。", "।", "؟", "…")


def add_rows(blocks: Blocks, rows: Iterable[Sequence[str]]) -> None:
    """Add a sheet's rows. A blank row may end a table; the next one may have a header of its own."""
    header: list[str] = []
    used = True  # whether the header stood before a row already
    numeric: set[int] = set()  # columns of the table that held a number so far
    after_gap = True
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        filled = {column for column, cell in enumerate(cells) if cell}
        if not filled:
            after_gap = True
            blocks.gap()
            continue
        numbers = {column for column in filled if _NUMBER.fullmatch(cells[column])}
        fits = bool(header) and all(column < len(header) and header[column] for column in filled)
        if after_gap and len(filled) == 1 and not numbers and not fits:
            blocks.add(cells[min(filled)], tight=True)  # a caption above a table
            continue
        if after_gap and not numbers and not (fits and not filled & numeric) and not _is_pair(cells):
            _add_unused(blocks, header, used)
            header, used, numeric = cells, False, set()
        else:
            blocks.add(_sentence(header, cells), tight=True)
            used = True
            numeric |= numbers
        after_gap = False
    _add_unused(blocks, header, used)


def _add_unused(blocks: Blocks, header: list[str], used: bool) -> None:
    """Add a header that no row followed: it was no header."""
    if not used:
        blocks.add(_sentence([], header), tight=True)
        blocks.gap()


def _is_pair(cells: list[str]) -> bool:
    """Whether a row is a name and its value: "Owner: | Ada"."""
    return len(cells) > 1 and cells[0].endswith((":", "："))


def _sentence(header: list[str], cells: list[str]) -> str:
    parts = []
    for column, cell in enumerate(cells):
        name = header[column].rstrip(":") if column < len(header) else ""
        if cell:
            parts.append(f"{name}: {cell}" if name else cell)
    line = "; ".join(parts).replace(":; ", ": ")
    return line if line.endswith(_ENDS) else line + "."
