"""CSV and its relatives: one line a row, each value with its column's name."""

from __future__ import annotations

import csv
import sys
from io import StringIO

from index.parsers.blocks import Blocks
from index.parsers.decoding import decode
from index.parsers.parsed import Parsed
from index.parsers.rows import add_rows

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 20_000  # characters


def parse(data: bytes) -> Parsed:
    """Read a table of delimiter-separated values."""
    text, warnings = decode(data)
    csv.field_size_limit(sys.maxsize)
    blocks = Blocks()
    add_rows(blocks, csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text)))
    return blocks.parsed("csv", title=None, warnings=warnings)


def _delimiter(text: str) -> str:
    """The one that cuts the first rows into the most columns of equal number."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample

    def columns(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(StringIO(sample, newline=""), delimiter=delimiter) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)

    return max(_DELIMITERS, key=columns)
