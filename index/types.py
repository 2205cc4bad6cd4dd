"""The words of the program: a document, a passage of it, and a hit on a passage.

Every offset anywhere is half-open, in characters, and counts in `Document.text`; text is never copied.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's own place in the text; `level` is 1 for the outermost."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class Document:
    """One source's canonical text, with all that is known of it.

    Attributes:
        id: Stable over renames and updates.
        text: Exactly what every offset counts in.
        source: Path of the file, or URL.
        title: From the metadata or the text's head; the file's name where there is none.
        date: The date that the document itself bears, or None: never a guess.
        sha256: Of the source's bytes, in hexadecimal.
        kind: The format it was read from: "pdf", "docx", ...
        pages: Start offset of each page, ascending; () where the format has no pages.
        headings: In reading order.
    """

    id: str
    text: str
    source: str
    title: str
    date: date | None = None
    sha256: str = ""
    kind: str = "txt"
    pages: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()

    @property
    def is_wrapped(self) -> bool:
        """Whether a line may end within a sentence; other formats than these come with a paragraph a line."""
        return self.kind in ("txt", "md")

    def page_at(self, offset: int) -> int | None:
        """Number of the page (from 1) that holds the character at `offset`; None without pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    def heading_at(self, offset: int) -> str:
        """Path of the headings above `offset`, outermost first: "Travel > Hotels".

        One that only repeats the document's title is left out; "" without others.
        """
        path: list[Heading] = []
        for heading in self.headings:
            if heading.start > offset:
                break
            path = [above for above in path if above.level < heading.level] + [heading]
        texts = [" ".join(self.text[h.start : h.end].split()) for h in path]
        return " > ".join(text for text in texts if text.strip("# ") != self.title)


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved: a slice of a document."""

    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def heading(self) -> str:
        """Path of the headings above its first word; its own heading's marks ("##") may stand before that."""
        word = _WORD.search(self.document.text, self.start, self.end)
        return self.document.heading_at(self.start if word is None else word.start())

    @property
    def page(self) -> int | None:
        return self.document.page_at(self.start)

    @property
    def search_text(self) -> str:
        """What is searched: the title and headings, then the text, which often doesn't name its own subject."""
        return "\n".join(part for part in (self.document.title, self.heading, self.text) if part)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that answers a search.

    Attributes:
        score: Fused score in [0, 1]; higher is better.
        rank: From 1.
        dense_rank: Rank by the vectors, from 1; None if not found that way.
        lexical_rank: Rank by the terms, from 1; None if not found that way.
    """

    passage: Passage
    score: float
    rank: int
    dense_rank: int | None = None
    lexical_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents a question may use. Every condition that is given must hold.

    Attributes:
        documents: Ids; None for all.
        folder: Only sources below this folder.
        kinds: Formats, as in `Document.kind`; None for all.
        after: Only documents that bear this date or a later one.
        before: Only documents that bear this date or an earlier one.
    """

    documents: frozenset[str] | None = None
    folder: str | None = None
    kinds: frozenset[str] | None = None
    after: date | None = None
    before: date | None = None

    def admits(self, document: Document) -> bool:
        """Whether a question may use this document. One without a date meets no condition on dates."""
        return (
            (self.documents is None or document.id in self.documents)
            and (self.folder is None or document.source.startswith(self.folder.rstrip("/") + "/"))
            and (self.kinds is None or document.kind in self.kinds)
            and (self.after is None or (document.date is not None and document.date >= self.after))
            and (self.before is None or (document.date is not None and document.date <= self.before))
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A source that was not indexed, and the reason in one plain sentence."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, by source. `warnings` are about documents that were indexed all the same."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[Refused, ...] = ()
