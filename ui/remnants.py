"""What is left of a place in a document that has changed or was removed since it was quoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from index.types import Document, Heading
from rag.types import Citation


@dataclass(frozen=True, slots=True)
class Remnant(Document):
    """The words around a quote, kept from a document whose text is not there any more. It has no file.

    Attributes:
        was_removed: Whether the document is gone; else it has changed.
        shift: What makes an offset in this text one in the text that it was taken from.
    """

    was_removed: bool = False
    shift: int = 0

    @property
    def is_wrapped(self) -> bool:
        """Lines of an extract never end a sentence: it was cut at sentences."""
        return True


class PlaceKept(TypedDict):
    """A place as it is kept: `[start, end)` in the document, and the extract around it, which begins at `first`."""

    document: str
    title: str
    source: str
    date: str | None
    start: int
    end: int
    first: int
    extract: str
    page: int | None
    heading: str


def place_kept(citation: Citation, *, first: int, last: int) -> PlaceKept:
    """A place with the text `[first, last)` around it."""
    document = citation.document
    shift = shift_of(document)
    return {
        "document": document.id,
        "title": document.title,
        "source": document.source,
        "date": None if document.date is None else document.date.isoformat(),
        "start": citation.start + shift,
        "end": citation.end + shift,
        "first": first + shift,
        "extract": document.text[first:last],
        "page": citation.page,
        "heading": citation.heading,
    }


def place_again(kept: PlaceKept, documents: Mapping[str, Document]) -> tuple[Citation, int, int]:
    """The place, and the extract around it as `[first, last)`, in a document of today.

    Args:
        kept: As it was.
        documents: Those of today, by id.

    Returns:
        The place in the document itself if the same words still stand there, else in a remnant.
    """
    today = documents.get(kept["document"])
    first, extract = kept["first"], kept["extract"]
    if today is not None and today.text[first : first + len(extract)] == extract:
        return Citation(today, kept["start"], kept["end"]), first, first + len(extract)
    left = _remnant(kept, was_removed=today is None)
    return (
        Citation(left, kept["start"] - left.shift, kept["end"] - left.shift),
        first - left.shift,
        len(left.text),
    )


def shift_of(document: Document) -> int:
    """What makes an offset in its text one in the text that was indexed."""
    return document.shift if isinstance(document, Remnant) else 0


def _remnant(kept: PlaceKept, *, was_removed: bool) -> Remnant:
    heading = kept["heading"]
    above = f"{heading}\n\n" if heading else ""
    return Remnant(
        id=kept["document"],
        text=above + kept["extract"],
        source=kept["source"],
        title=kept["title"],
        date=None if kept["date"] is None else date.fromisoformat(kept["date"]),
        kind="",
        pages=(0,) * (kept["page"] or 0),
        headings=(Heading(0, len(heading), 1),) if heading else (),
        was_removed=was_removed,
        shift=kept["first"] - len(above),
    )
