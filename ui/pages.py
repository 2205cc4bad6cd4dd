"""The page of a PDF as it looks, with the place of a citation on it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from index import documents
from index.errors import QuotebackError, RefusedError
from rag.types import Citation

_TIMEOUT_SECONDS = 20.0


class PageError(QuotebackError):
    """A page can't be drawn."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page drawn.

    Attributes:
        png: The picture.
        width: In pixels.
        height: In pixels.
        boxes: Left, top, right, bottom in pixels of each line of the citation; () if it was not found.
    """

    png: bytes
    width: int
    height: int
    boxes: tuple[tuple[int, int, int, int], ...]

    @property
    def address(self) -> str:
        """The picture as a data: address."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


def has_page(citation: Citation) -> bool:
    """Whether a citation stands on a page that can be drawn."""
    return citation.document.kind == "pdf" and citation.page is not None


def page_picture(citation: Citation) -> PagePicture:
    """Draw the page of a citation from the file that its document was read from.

    Raises:
        PageError: The file is not there any more, is another one now, or can't be drawn.
    """
    document, number = citation.document, citation.page
    if number is None or document.kind != "pdf":
        raise PageError("Only pages of a PDF can be drawn.")
    first = document.pages[number - 1]
    last = document.pages[number] if number < len(document.pages) else len(document.text)
    request = {
        "page": number,
        "text": document.text[first:last],
        "start": citation.start - first,
        "end": min(citation.end, last) - first,
    }
    return _drawn(request, _file(citation))


def _file(citation: Citation) -> bytes:
    path = Path(citation.document.source)
    try:
        data = documents.read(path, path.parent)
    except RefusedError as error:
        raise PageError(f"The file {path.name} {error}.") from error
    if hashlib.sha256(data).hexdigest() != citation.document.sha256:
        raise PageError(f"The file {path.name} was changed after it was read, so its page is not shown.")
    return data


def _drawn(request: dict[str, object], data: bytes) -> PagePicture:
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", "ui.page_worker"],
            input=json.dumps(request).encode() + b"\n" + data,
            capture_output=True,
            check=True,
            timeout=_TIMEOUT_SECONDS,
            cwd=os.path.abspath(os.sep),
            env={"PYTHONPATH": str(Path(__file__).resolve().parents[1]), "PYTHONUTF8": "1"},
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise PageError("This page could not be drawn; its text is shown instead.") from error
    header, _, png = child.stdout.partition(b"\n")
    drawn = json.loads(header)
    return PagePicture(png, drawn["width"], drawn["height"], tuple(tuple(box) for box in drawn["boxes"]))
