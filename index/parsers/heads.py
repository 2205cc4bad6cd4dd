"""Title and date from the head of a text that has no metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from index.parsers.dates import line_date

_HEAD = 3_000  # characters
_LINES = 15
_LONGEST_TITLE = 120
_PROSE = 250  # a line this long is the text itself
_NOT_AT_END = tuple(".,;:。、，；：।؛،…")
_LABELLED = re.compile(
    r"(?:title|subject|titel|betreff|titre|objet|título|asunto)\s*:\s*(\S.*)", re.IGNORECASE
)
_UNDERLINE = re.compile(r"([=\-~*#^])\1{2,}")
_LIST_ITEM = re.compile(r"\s+\S|[-*•·]\s|\(?\d{1,2}[.)]\s")
_BLOCK = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|$))+")


def title_from(text: str) -> str | None:
    """The first line that stands alone at the text's head and reads like a title."""
    for lines in _blocks(text):
        labelled = next((match[1].strip() for line in lines if (match := _LABELLED.match(line))), None)
        if labelled is not None:
            return labelled[:_LONGEST_TITLE]
        if len(lines) == 2 and _UNDERLINE.fullmatch(lines[1].strip()):
            return lines[0].strip()
        if len(lines) == 1 and _is_title(lines[0]):
            return lines[0].strip()
        if any(len(line) > _LONGEST_TITLE for line in lines) or (len(lines) == 1 and _is_sentence(lines[0])):
            return None
    return None


def date_from(text: str) -> date | None:
    """The date in a line of its own at the text's head."""
    for lines in _blocks(text):
        for line in lines:
            if len(line) > _PROSE:
                return None
            found = line_date(line)
            if found is not None:
                return found
    return None


def _blocks(text: str) -> Iterator[list[str]]:
    """Blocks of lines between blank lines; the text's last block only if there are others before it."""
    head = text[:_HEAD].replace("\r\n", "\n").replace("\r", "\n")
    seen = 0
    for match in _BLOCK.finditer(head):
        if match.end() >= len(head):
            return
        lines = match[0].rstrip("\n").split("\n")
        yield lines
        seen += len(lines)
        if seen >= _LINES:
            return


def _is_sentence(line: str) -> bool:
    return line.rstrip().endswith((".", "。", "।", "؟", "!", "…", '."', ".”", ".’"))


def _is_title(line: str) -> bool:
    stripped = line.strip()
    return (
        len(stripped) <= _LONGEST_TITLE
        and not stripped.endswith(_NOT_AT_END)
        and sum(character.isalpha() for character in stripped) >= 2
        and not _LIST_ITEM.match(line)
        and line_date(line) is None
    )
