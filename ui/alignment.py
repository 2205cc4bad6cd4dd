"""Where the words of a page's text stand in the same page as a PDF library reads it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+")
_RAW_WORD = re.compile("(?:[^\\s\ufffe]|\ufffe\\s*)+")  # PDFium puts U+FFFE for a hyphen that breaks a word
_JOINT = re.compile("\ufffe\\s*")


def raw_characters(text: str, raw: str, start: int, end: int) -> list[int]:
    """Find the characters of a span again, by the order of all words of the page and not by the span's alone.

    Args:
        text: Of the page, as it is in the document.
        raw: Of the page, as the PDF library reads it.
        start: Where the span begins in `text`.
        end: Where it ends.

    Returns:
        Offsets in `raw`, ascending; words that were read differently are missing.
    """
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    raw_words = [list(_characters(raw, match)) for match in _RAW_WORD.finditer(raw)]
    matcher = SequenceMatcher(
        None,
        [text[first:last] for first, last in words],
        ["".join(raw[at] for at in word) for word in raw_words],
        autojunk=False,
    )
    found: list[int] = []
    for block in matcher.get_matching_blocks():
        for n in range(block.size):
            first, last = words[block.a + n]
            inside = range(max(first, start) - first, min(last, end) - first)
            found += [raw_words[block.b + n][at] for at in inside]
    return found


def _characters(raw: str, word: re.Match[str]) -> Iterator[int]:
    joints = {at for joint in _JOINT.finditer(raw, *word.span()) for at in range(*joint.span())}
    return (at for at in range(*word.span()) if at not in joints)
