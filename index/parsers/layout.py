"""Lines on a page to paragraphs, by their boxes. Pure: it knows no PDF library.

A line end is soft, and becomes a blank, when the line is full (the next line's first word would not have
fitted on it) and the next line stands where the paragraph's next one would: same size and indent, usual gap.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

_WORD = re.compile(r"[^\W_]+(?:[-‐‑'’][^\W_]+)*")
_BULLET = re.compile(r"(?:[•●▪‣◦·*–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s")
_ENDS = (".", "!", "?", ":", "。", "।", "؟", "…", ".”", '."', ".)", ".’", "：", "！", "？")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u0e00-\u0eff]")
_SIGN = re.compile(r"[•●▪‣◦·]\s")
_CELL_END = " | "
_SENTENCE_ENDS = tuple(".,;!。،")
_HEADING_SIZE = 1.15  # times the size of the body
_SHARE = 0.3  # of a document's letters; what is more than that is no heading
_LONGEST_HEADING = 200
_INDENT = 0.8  # times the size; a line that starts less to the right is not indented
_WIDEST_INDENT = 4  # times the size; a line that starts further right stands in a column
_SPREAD = 0.7  # of the size, for each letter; running text takes less than 0.6
_DOUBLE_SPACING = 2.2  # in sizes; lines further apart are paragraphs, however usual that is
_WIDER_GAP = 1.3  # times the usual distance of lines


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its box in points, y upwards.

    Attributes:
        broken: A hyphen that ended it was taken off.
        bold: It begins and ends in bold letters.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    broken: bool = False
    bold: bool = False

    @property
    def size(self) -> float:
        return self.top - self.bottom

    @property
    def is_spread(self) -> bool:
        """Whether wide gaps stand in it, as between the cells of a table."""
        if _CELL_END in self.text:
            return True
        wide = sum(1 for character in self.text if _UNSPACED.match(character))
        return self.right - self.left > _SPREAD * self.size * (len(self.text) + wide)


@dataclass(frozen=True, slots=True)
class _Column:
    left: float
    right: float


class Layout:
    """What is usual in one document: its words, its letters' size, its lines' distance."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """Learn from all lines of the document."""
        self._words = frozenset(_whole_words(lines))
        sizes = Counter[float]()
        for line in lines:
            sizes[_rounded(line.size)] += len(line.text)
        self._body = sizes.most_common(1)[0][0] if sizes else 0.0
        self._bold_share = sum(len(line.text) for line in lines if line.bold) / max(1, sizes.total())
        larger = sorted((size for size in sizes if self._body and size >= _HEADING_SIZE * self._body), reverse=True)
        share = sum(sizes[size] for size in larger) / max(1, sizes.total())
        self._levels = {size: min(6, rank) for rank, size in enumerate(larger, start=1)} if share < _SHARE else {}
        self._leading = _usual_leading(lines)

    def paragraphs(self, lines: Sequence[Line]) -> Iterator[tuple[str, int | None]]:
        """The paragraphs of a page, each with its level if it is a heading."""
        paragraph: tuple[str, int | None] | None = None
        last: Line | None = None
        for run in _runs(lines, self._leading):
            first, *others = self._split(run)
            if paragraph is not None and last is not None:
                if paragraph[1] is None and first[1] is None and _goes_on(last, run[0]):
                    first = self._joined(paragraph[0], last, run[0]) + first[0][len(run[0].text) :], None
                else:
                    yield _closed(paragraph, last)
            yield from [first, *others][:-1]
            paragraph, last = [first, *others][-1], run[-1]
        if paragraph is not None and last is not None:
            yield _closed(paragraph, last)

    def _split(self, run: Sequence[Line]) -> Iterator[tuple[str, int | None]]:
        column = _column(run)
        text, first, opening = run[0].text, run[0], run[0]  # opening: where the last hard line end was
        for before, line, after in zip(run, run[1:], [*run[2:], None], strict=False):
            heading = self._level(first, text) is not None
            if self._parts(before, line, after, is_first=before is opening, column=column):
                yield text, self._level(first, text)
                text, first, opening = line.text, line, line
            elif not heading and _is_hard(before, line, column):
                text, opening = f"{text}\n{line.text}", line
            else:
                text = self._joined(text, before, line)
        yield text, self._level(first, text)

    def _parts(self, before: Line, line: Line, after: Line | None, *, is_first: bool, column: _Column) -> bool:
        """Whether a paragraph ends between two lines."""
        size = max(before.size, 1.0)
        ended = before.text.endswith(_ENDS)
        if _CELL_END in line.text and (ended or _CELL_END in before.text):
            return _CELL_END not in before.text  # rows of one table stay together
        if abs(before.size - line.size) > 0.08 * size:
            return True
        if before.bottom - line.bottom > _WIDER_GAP * self._leading * size:
            return True
        if before.bold != line.bold and (is_first or ended):
            return True
        if self._level(line, line.text) is not None:
            return False
        shift = line.left - before.left
        if _INDENT * size < shift < _WIDEST_INDENT * size:
            hanging = after is not None and abs(after.left - line.left) < 0.5 * size
            return not hanging and ended and before.left < column.left + 0.5 * size
        if shift < -_INDENT * size and not is_first and not before.broken:
            return True
        return ended and not before.broken and _is_short(before, line, column) and not _BULLET.match(line.text)

    def _joined(self, text: str, before: Line, line: Line) -> str:
        if before.broken:
            return text + ("" if self._is_broken_word(before.text, line.text) else "-") + line.text
        if text.endswith("\u00ad"):
            return text[:-1] + line.text
        if re.search(r"\w[-‐‑]$", text) and line.text[0].isalnum():
            return text + line.text
        return text + ("" if _UNSPACED.match(text[-1]) and _UNSPACED.match(line.text[0]) else " ") + line.text

    def _is_broken_word(self, before: str, after: str) -> bool:
        """Whether a hyphen only broke a word: "govern-ment", unlike "well-known"."""
        heads, tails = _WORD.findall(before.lower()), _WORD.findall(after.lower())
        if not heads or not tails or (after[0].isupper() and not before[-1].isupper()):
            return False
        head, tail = heads[-1], tails[0]
        if head + tail in self._words:
            return True
        return f"{head}-{tail}" not in self._words and not {head, tail} <= self._words

    def _level(self, line: Line, text: str) -> int | None:
        level = self._levels.get(_rounded(line.size))
        if level is None and line.bold and not line.is_spread and self._bold_share < _SHARE:
            level = None if text.endswith(_SENTENCE_ENDS) else min(6, len(self._levels) + 1)
        return level if len(text) <= _LONGEST_HEADING and any(c.isalpha() for c in text) else None


def _whole_words(lines: Iterable[Line]) -> Iterator[str]:
    """The words of a document in small letters, but for the halves of broken ones."""
    after_break = False
    for line in lines:
        words = _WORD.findall(line.text.lower())
        yield from words[after_break : len(words) - line.broken]
        after_break = line.broken


def _runs(lines: Sequence[Line], leading: float) -> Iterator[list[Line]]:
    """Lines that follow each other downwards in one column."""
    run: list[Line] = []
    for line in lines:
        if run and not _is_below(run[-1], line, leading):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _is_below(above: Line, line: Line, leading: float) -> bool:
    size = max(above.size, line.size, 1.0)
    overlaps = line.left < above.right and above.left < line.right
    return overlaps and -0.3 * size < above.bottom - line.bottom < 3 * leading * size


def _column(run: Sequence[Line]) -> _Column:
    """Where the lines of a run begin and end; rows of tables, which may be wider, count only among themselves."""
    lines = [line for line in run if _CELL_END not in line.text] or run
    return _Column(min(line.left for line in lines), max(line.right for line in lines))


def _goes_on(before: Line, line: Line) -> bool:
    """Whether a sentence that a column ends in is taken up by the next column's first line."""
    if line.bottom < before.top or abs(before.size - line.size) > 0.08 * max(before.size, 1.0):
        return False
    unfinished = before.broken or before.text[-1].isalpha() or before.text[-1] == ","
    return unfinished and line.text[0].islower()


def _closed(paragraph: tuple[str, int | None], last: Line) -> tuple[str, int | None]:
    """A paragraph with the hyphen back if the rest of its last word stands on another page."""
    return (paragraph[0] + "-", paragraph[1]) if last.broken else paragraph


def _is_hard(before: Line, line: Line, column: _Column) -> bool:
    """Whether a line end inside a paragraph was put there on purpose: in lists, tables, addresses."""
    if before.broken:
        return False
    if _SIGN.match(line.text) or (_BULLET.match(line.text) and before.text.endswith(_ENDS)):
        return True
    return before.is_spread or line.is_spread or _is_short(before, line, column)


def _is_short(before: Line, line: Line, column: _Column) -> bool:
    """Whether the line's first word would have fitted on the line before."""
    word = len(line.text.split(maxsplit=1)[0]) + 1
    width = (line.right - line.left) * word / max(1, len(line.text))
    return before.right + width < column.right - 1.0


def _usual_leading(lines: Iterable[Line]) -> float:
    """The usual distance of two lines, in sizes."""
    found = []
    above: Line | None = None
    for line in lines:
        if above is not None and abs(above.size - line.size) < 0.5 and above.size > 0:
            distance = (above.bottom - line.bottom) / above.size
            if 0.5 < distance < _DOUBLE_SPACING:
                found.append(distance)
        above = line
    return median(found) if found else 1.2


def _rounded(size: float) -> float:
    return round(size * 2) / 2
