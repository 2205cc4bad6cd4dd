"""What every parser gives back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from index.types import Heading


@dataclass(frozen=True, slots=True)
class Parsed:
    """The canonical text of one source, with what the source says of itself.

    Attributes:
        text: Exactly what every offset counts in; it holds no lone surrogate and no NUL.
        title: From the metadata or the text's head; None where there is none.
        date: The date that the source itself bears; None rather than a guess.
        kind: The format: "pdf", "docx", ...
        pages: Start offset of each page, ascending; () where the format has no pages.
        headings: In reading order.
        warnings: Plain sentences about what was read with doubt or could not be read.
    """

    text: str
    title: str | None
    date: date | None
    kind: str
    pages: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the offsets, which come from another process when a `ParseWorker` reads."""
        offsets = [offset for heading in self.headings for offset in (heading.start, heading.end)]
        for places in (self.pages, offsets):
            if any(after < before for before, after in pairwise((0, *places, len(self.text)))):
                raise ValueError(f"offsets of pages or headings are not in order: {tuple(places)[:9]}")
