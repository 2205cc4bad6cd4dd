"""The child process that draws a page of a PDF: limited, because a PDF from elsewhere may be made to do harm.

Request: one line of JSON, then the file's bytes. Reply: one line of JSON, then the picture's bytes.
"""

from __future__ import annotations

import json
import os
import sys
from io import BytesIO
from typing import Any

from index.limits import allow_cpu_seconds, limit_process
from ui.alignment import raw_characters

_MEMORY_BYTES = 1_500_000_000
_CPU_SECONDS = 15
_WIDTH = 1_100  # pixels
_MAX_HEIGHT = 3_000  # pixels
_Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def main() -> None:
    """Draw one page."""
    request = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    limit_process(memory_bytes=_MEMORY_BYTES)
    allow_cpu_seconds(_CPU_SECONDS)
    picture, boxes = drawn(data, request["page"], request["text"], request["start"], request["end"])
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    replies.write(json.dumps({"width": picture.width, "height": picture.height, "boxes": boxes}).encode())
    replies.write(b"\n" + buffer.getvalue())
    replies.flush()


def drawn(data: bytes, number: int, text: str, start: int, end: int) -> tuple[Any, list[_Box]]:
    """Draw a page and find a span on it.

    Args:
        data: The PDF.
        number: Of the page, from 1.
        text: Of the page, as it is in the document.
        start: Where the span begins in `text`.
        end: Where it ends.

    Returns:
        The picture, and one box a line of the span.
    """
    import pypdfium2

    page = pypdfium2.PdfDocument(data)[number - 1]
    scale = min(_WIDTH / page.get_width(), _MAX_HEIGHT / page.get_height())
    picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    textpage = page.get_textpage()
    raw = textpage.get_text_range()
    at_units = raw_characters(text, raw, start, end)
    if any(character > "\uffff" for character in raw):  # PDFium counts UTF-16 units
        at_units = [len(raw[:at].encode("utf-16-le", "surrogatepass")) // 2 for at in at_units]
    boxes = [_box(page, textpage, at, picture.width, picture.height) for at in at_units]
    return picture, _lines([box for box in boxes if box is not None])


def _box(page: Any, textpage: Any, at: int, width: int, height: int) -> _Box | None:
    import pypdfium2

    index = pypdfium2.raw.FPDFText_GetCharIndexFromTextIndex(textpage, at)
    try:
        left, bottom, right, top = textpage.get_charbox(index, loose=True)
    except (pypdfium2.PdfiumError, IndexError):
        return None
    corners = [_pixel(page, width, height, x, y) for x, y in ((left, bottom), (right, top))]
    xs, ys = zip(*corners, strict=True)  # a page may be turned, so its left needn't be the picture's
    return min(xs), min(ys), max(xs), max(ys)


def _pixel(page: Any, width: int, height: int, x: float, y: float) -> tuple[int, int]:
    from ctypes import byref, c_int

    from pypdfium2 import raw

    across, down = c_int(), c_int()
    raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, byref(across), byref(down))
    return across.value, down.value


def _lines(boxes: list[_Box]) -> list[_Box]:
    lines: list[_Box] = []
    for box in boxes:
        if lines and _same_line(lines[-1], box):
            last = lines.pop()
            box = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        lines.append(box)
    return lines


def _same_line(line: _Box, box: _Box) -> bool:
    middle = (box[1] + box[3]) / 2
    return line[1] <= middle <= line[3] and box[0] - line[2] < 4 * (box[3] - box[1])


if __name__ == "__main__":
    main()
