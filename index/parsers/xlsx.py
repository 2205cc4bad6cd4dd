"""Excel: each sheet under its name as a heading, one line a row, values as people see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from index.parsers.archive import core_properties, open_archive
from index.parsers.blocks import Blocks
from index.parsers.number_formats import Cell, formats_by_sheet, shown_number
from index.parsers.parsed import Parsed
from index.parsers.rows import add_rows


def parse(data: bytes) -> Parsed:
    """Read a workbook."""
    from python_calamine import CalamineWorkbook

    archive = open_archive(data)
    title, saved = core_properties(archive)
    formats = formats_by_sheet(archive)
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    blocks = Blocks()
    for name in workbook.sheet_names:
        blocks.heading(name, 1)
        add_rows(blocks, _rows(workbook.get_sheet_by_name(name), formats.get(name, {})))
    return blocks.parsed("xlsx", title=title, date=saved)


def shown(value: object, code: str | None = None) -> str:
    """A cell's value as people see it: 12.0 is 12, a date is 2022-02-09.

    Args:
        code: The cell's number format, if it has one that counts.
    """
    match value:
        case bool():
            return str(value).upper()
        case float() | int() if code is not None:
            return shown_number(value, code) or shown(value)
        case float():
            return f"{value:.15g}" if abs(value) >= 1e15 or not value.is_integer() else str(int(value))
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case timedelta():
            return str(value)
        case _:
            return str(value)


def _rows(sheet: Any, codes: Mapping[Cell, str]) -> Iterator[list[str]]:
    first_column = sheet.start[1] if sheet.start is not None else 0
    for row, values in enumerate(sheet.iter_rows()):
        yield [shown(value, codes.get((row, column))) for column, value in enumerate(values, first_column)]
