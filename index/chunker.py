"""Documents into passages: whole sentences under one heading, packed to a number of words, with overlap.

Only offsets are made. Passages overlap by whole sentences, so that an answer near an edge is whole in one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.sentences import sentences, trim
from index.types import Document, Passage

# A word is counted in pieces of at most 16 characters, and scripts without spaces by the character, so that
# a passage has a bounded number of tokens in any script and whatever the "words" are.
_NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_NO_SPACES}]|[^\W{_NO_SPACES}]{{1,16}}|[^\w\s]{{1,16}}")

_WORD_CHARACTER = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class ChunkerSettings:
    """How passages are cut; part of what a library's fingerprint says."""

    max_words: int = 110
    overlap_words: int = 30
    min_words: int = 40  # a heading starts a new passage unless the one before it is shorter than this


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    end: int
    n_words: int
    opens_section: bool


def chunk(document: Document, settings: ChunkerSettings | None = None) -> list[Passage]:
    """Cut a document into passages, in reading order.

    Every character that is not white space is in at least one of them. Linear in the length of the text.
    """
    settings = ChunkerSettings() if settings is None else settings
    units = list(_units(document, settings.max_words))
    passages = []
    first = 0
    while first < len(units):
        last = _pack(units, first, settings)
        passages.append(Passage(document, units[first].start, units[last - 1].end))
        first = last if last == len(units) else _back_up(units, first, last, settings)
    return passages


def count_words(text: str) -> int:
    """Number of words, as passages count them."""
    return sum(1 for _ in _WORD.finditer(text))


def _pack(units: list[_Unit], first: int, settings: ChunkerSettings) -> int:
    """Index after the last unit of the passage that starts at `first`."""
    n_words = units[first].n_words
    last = first + 1
    while last < len(units):
        unit = units[last]
        full = n_words + unit.n_words > settings.max_words
        if full or (unit.opens_section and n_words >= settings.min_words):
            break
        n_words += unit.n_words
        last += 1
    # A heading is never the last thing in a passage: it belongs to what follows it.
    while last - 1 > first and last < len(units) and units[last - 1].opens_section:
        last -= 1
    return last


def _back_up(units: list[_Unit], first: int, last: int, settings: ChunkerSettings) -> int:
    """Index of the unit where the next passage starts, so that it repeats the end of this one."""
    n_words = 0
    start = last
    while start - 1 > first and not units[start].opens_section:
        n_words += units[start - 1].n_words
        if n_words > settings.overlap_words:
            break
        start -= 1
    return start


def _units(document: Document, max_words: int) -> Iterator[_Unit]:
    """Sentences in reading order, the too long ones in pieces; a heading is a unit of its own."""
    cursor = 0
    for heading in document.headings:
        start = _with_marks(document.text, cursor, heading.start)
        yield from _sentence_units(document, cursor, start, max_words)
        place = trim(document.text, start, heading.end)
        if place is not None:
            yield from _split(document.text, *place, max_words, opens_section=True)
        cursor = max(cursor, heading.end)
    yield from _sentence_units(document, cursor, len(document.text), max_words)


def _with_marks(text: str, cursor: int, start: int) -> int:
    """Where a heading's line starts after `cursor`, if only marks such as "##" stand there before the heading."""
    line_start = max(cursor, text.rfind("\n", cursor, start) + 1)
    return max(cursor, start) if _WORD_CHARACTER.search(text, line_start, start) else line_start


def _sentence_units(document: Document, start: int, end: int, max_words: int) -> Iterator[_Unit]:
    found = sentences(document.text[start:end], is_wrapped=document.is_wrapped)
    for sentence_start, sentence_end in found:
        yield from _split(document.text, start + sentence_start, start + sentence_end, max_words)


def _split(text: str, start: int, end: int, max_words: int, *, opens_section: bool = False) -> Iterator[_Unit]:
    """One unit where the words fit, else pieces cut between words."""
    words = [match.start() for match in _WORD.finditer(text, start, end)] or [start]
    first = 0
    while len(words) - first > max_words:
        cut = _cut(text, words, first, first + max_words)
        piece_end = words[first] + len(text[words[first] : words[cut]].rstrip())
        yield _Unit(words[first], piece_end, cut - first, opens_section)
        first, opens_section = cut, False
    yield _Unit(start if first == 0 else words[first], end, len(words) - first, opens_section)


def _cut(text: str, words: list[int], first: int, last: int) -> int:
    """Index in `(first, last]` of the last word that white space stands before; `last` if none does."""
    return next((i for i in range(last, first, -1) if text[words[i] - 1].isspace()), last)
