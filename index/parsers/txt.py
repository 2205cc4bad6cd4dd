"""Plain text: the canonical text is the file's own, so offsets count in the file as it is."""

from __future__ import annotations

from index.parsers.decoding import decode
from index.parsers.heads import date_from, title_from
from index.parsers.parsed import Parsed


def parse(data: bytes) -> Parsed:
    """Read plain text."""
    text, warnings = decode(data)
    return Parsed(text, title_from(text), date_from(text), "txt", warnings=warnings)
