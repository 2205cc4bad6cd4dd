"""Sentence boundaries, as character offsets. The one module that knows sentencex."""

from __future__ import annotations

import re
from functools import lru_cache

from sentencex import get_sentence_boundaries

_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n\s*|\f")
_WINDOW = 2_000  # characters looked at on each side; no sentence worth showing whole is longer


def sentences(text: str, *, language: str = "en") -> list[tuple[int, int]]:
    """Split a text into sentences.

    Returns:
        Offsets `[start, end)` in reading order, without the white space around them. A blank line always ends
        a sentence. Together they hold every character that is not white space.
    """
    found: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        for boundary in get_sentence_boundaries(language, text[start:end]):
            trimmed = trim(text, start + boundary["start_index"], start + boundary["end_index"])
            if trimmed is not None:
                found.append(trimmed)
    return found


@lru_cache(maxsize=512)
def _nearby(paragraph: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentences(paragraph))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets of the whole sentence (or sentences) that `[start, end)` stands in."""
    left = max(0, start - _WINDOW)
    for blank in _BLANK_LINE.finditer(text, left, start):
        left = blank.end()
    right = min(len(text), end + _WINDOW)
    blank_after = _BLANK_LINE.search(text, end, right)
    right = blank_after.start() if blank_after else right
    touching = [(s, e) for s, e in _nearby(text[left:right]) if s + left < end and e + left > start]
    if not touching:
        return start, end
    return min(start, left + touching[0][0]), max(end, left + touching[-1][1])


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """`[start, end)` without the white space at both ends; None if nothing else is there."""
    stripped = text[start:end].lstrip()
    start = end - len(stripped)
    end = start + len(stripped.rstrip())
    return (start, end) if start < end else None


def _paragraphs(text: str) -> list[tuple[int, int]]:
    starts, ends = [0], []
    for blank in _BLANK_LINE.finditer(text):
        ends.append(blank.start())
        starts.append(blank.end())
    return list(zip(starts, [*ends, len(text)], strict=True))
