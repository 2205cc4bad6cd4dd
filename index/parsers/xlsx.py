"""Excel: each sheet under its name as a heading, one line a row, values as people see them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

from index.parsers.archive import core_properties, open_archive
from index.parsers.blocks import Blocks
from index.parsers.parsed import Parsed
from index.parsers.rows import add_rows


def parse(data: bytes) -> Parsed:
    """Read a workbook."""
    from python_calamine import CalamineWorkbook

    archive = open_archive(data)
    title, saved = core_properties(archive)
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    blocks = Blocks()
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        blocks.heading(name, 1)
        add_rows(blocks, ([shown(value) for value in row] for row in sheet.iter_rows()))
    return blocks.parsed("xlsx", title=title, date=saved)


def shown(value: object) -> str:
    """A cell's value as people write it: 12.0 is 12, a date is 2022-02-09."""
    match value:
        case bool():
            return "yes" if value else "no"
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
