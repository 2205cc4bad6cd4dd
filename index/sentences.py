"""Sentence boundaries, as character offsets. The one module that knows sentencex."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from sentencex import get_sentence_boundaries

_WINDOW = 2_000  # characters looked at on each side; no sentence worth showing whole is longer
_LINE = re.compile(r"[^\n\f]*[\n\f]?")
# A line end inside a sentence is found only in wrapped text: lines of about this many characters.
_SHORTEST_WRAPPED, _LONGEST_WRAPPED = 45, 130
_BLANK_LINE, _LINE_END = re.compile(r"\n[^\S\n]*\n\s*|\f\s*"), re.compile(r"[\n\f]\s*")
_OWN_LINE = re.compile(r"\s*(?:#|\||[-*+•·–—]\s|\(?\w{1,3}[.)]\s|>|\*\*)|.*(?:\s\|\s|\t)")  # headings, lists, tables


def sentences(text: str, *, is_wrapped: bool = True, language: str = "en") -> list[tuple[int, int]]:
    """Split a text into sentences.

    Args:
        is_wrapped: Whether a sentence may go on in the next line, as in plain text; else every line ends one.

    Returns:
        Offsets `[start, end)` in reading order, without the white space around them. A paragraph, a heading, an
        item of a list and a row of a table end with their line. Together they hold every character that is not
        white space.
    """
    found: list[tuple[int, int]] = []
    for start, end in _paragraphs(text, is_wrapped):
        for boundary in get_sentence_boundaries(language, text[start:end]):
            trimmed = trim(text, start + boundary["start_index"], start + boundary["end_index"])
            if trimmed is not None:
                found.append(trimmed)
    return found


def sentence_around(text: str, start: int, end: int, *, is_wrapped: bool = True) -> tuple[int, int]:
    """Offsets of the whole sentence (or sentences) that `[start, end)` stands in."""
    left = max(0, start - _WINDOW)
    left = max(text.find("\n", left, start) + 1, left)
    right = min(len(text), end + _WINDOW)
    touching = [(s, e) for s, e in _nearby(text[left:right], is_wrapped) if s + left < end and e + left > start]
    if not touching:
        return start, end
    return min(start, left + touching[0][0]), max(end, left + touching[-1][1])


def paragraph_around(text: str, start: int, end: int, *, is_wrapped: bool = True) -> tuple[int, int]:
    """Offsets of the whole paragraph that `[start, end)` stands in: up to blank lines, or a line where lines are."""
    ends = _BLANK_LINE if is_wrapped else _LINE_END
    left, right = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    first = max((m.end() for m in ends.finditer(text, left, start)), default=left)
    last = next((m.start() for m in ends.finditer(text, end, right)), right)
    return min(start, first), max(end, last)


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """`[start, end)` without the white space at both ends; None if nothing else is there."""
    stripped = text[start:end].lstrip()
    start = end - len(stripped)
    end = start + len(stripped.rstrip())
    return (start, end) if start < end else None


@lru_cache(maxsize=512)
def _nearby(text: str, is_wrapped: bool) -> tuple[tuple[int, int], ...]:
    return tuple(sentences(text, is_wrapped=is_wrapped))


def _paragraphs(text: str, is_wrapped: bool) -> Iterator[tuple[int, int]]:
    """Runs of lines that one sentence may go over."""
    start = 0
    lines = [match.span() for match in _LINE.finditer(text) if match.group()]
    for i, (line_start, line_end) in enumerate(lines):
        following = text[slice(*lines[i + 1])] if i + 1 < len(lines) else ""
        if not is_wrapped or _ends_paragraph(text[line_start:line_end], following):
            if not text[start:line_end].isspace():
                yield start, line_end
            start = line_end


def _ends_paragraph(line: str, following: str) -> bool:
    is_wrapped = _SHORTEST_WRAPPED <= len(line) <= _LONGEST_WRAPPED
    is_sure = line.endswith("\f") or not line.strip() or not following.strip() or len(line) > _LONGEST_WRAPPED
    if is_sure or _OWN_LINE.match(line) or _OWN_LINE.match(following):
        return not _continues_item(line, following) or is_sure
    return not is_wrapped and not following.lstrip()[:1].islower()


def _continues_item(line: str, following: str) -> bool:
    """Whether an item of a list goes on in the next line, which then is indented or starts in lower case."""
    return not _OWN_LINE.match(following) and (following[:1].isspace() or following[:1].islower())
