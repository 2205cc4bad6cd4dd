"""Title and date from the head of a text that has no metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from index.parsers.dates import line_date

_HEAD = 3_000  # characters
_LINES = 15
_TITLE_BLOCK = 5  # lines
_LONGEST_TITLE = 120
_PROSE = 250  # a line this long is the text itself
_NOT_AT_END = tuple(".,;:。、，；：।؛،…")
_CLOSING = " \t\"'”’»)]*_"
_LABELLED = re.compile(r"(?:title|subject|titel|betreff|titre|objet|título|asunto)\s*:\s*(\S.*)", re.IGNORECASE)
_UNDERLINE = re.compile(r"([=\-~*#^])\1{2,}")
_LIST_ITEM = re.compile(r"\s+\S|[-*•·]\s|\(?\d{1,2}[.)]\s")
_BLOCK = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|$))+")


def title_from(text: str) -> str | None:
    """The first line that stands alone at the text's head and reads like a title."""
    is_first = True
    for lines, is_last in _blocks(text):
        labelled = next((match[1].strip() for line in lines if (match := _LABELLED.match(line))), None)
        if labelled is not None:
            return labelled[:_LONGEST_TITLE]
        if is_last:
            return None
        if len(lines) == 2 and _UNDERLINE.fullmatch(lines[1].strip()):
            return lines[0].strip()
        if _is_title(lines[0]) and (len(lines) == 1 or (is_first and _opens_title_block(lines))):
            return lines[0].strip()
        is_first = False
        if any(len(line) > _LONGEST_TITLE for line in lines) or (len(lines) == 1 and _is_sentence(lines[0])):
            return None
    return None


def date_from(text: str) -> date | None:
    """The date in a line of its own at the text's head."""
    for lines, _ in _blocks(text):
        for line in lines:
            if len(line) > _PROSE:
                return None
            found = line_date(line)
            if found is not None:
                return found
    return None


def _blocks(text: str) -> Iterator[tuple[list[str], bool]]:
    """The head's blocks of lines between blank lines, each with whether the text ends with it."""
    head = text[:_HEAD].replace("\r\n", "\n").replace("\r", "\n")
    seen = 0
    for match in _BLOCK.finditer(head):
        lines = match[0].rstrip("\n").split("\n")
        yield lines, match.end() >= len(head)
        seen += len(lines)
        if seen >= _LINES:
            return


def _opens_title_block(lines: list[str]) -> bool:
    """A title of three words or more above a few short lines: who, when, where. An address begins shorter."""
    short = max(len(line) for line in lines) <= _LONGEST_TITLE
    return short and len(lines) <= _TITLE_BLOCK and len(lines[0].split()) >= 3


def _is_sentence(line: str) -> bool:
    return line.rstrip(_CLOSING).endswith((".", "。", "।", "؟", "!", "…"))


def _is_title(line: str) -> bool:
    stripped = line.strip()
    return (
        len(stripped) <= _LONGEST_TITLE
        and not stripped.rstrip(_CLOSING).endswith(_NOT_AT_END)
        and sum(character.isalpha() for character in stripped) >= 2
        and not _LIST_ITEM.match(line)
        and line_date(line) is None
    )
