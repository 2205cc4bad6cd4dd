"""A question in, an exact quotation out. The public API; `import rag` loads no model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import Document, Filter, Hit, Passage, SyncReport
from rag.types import Alternative, Answer, Citation, Outcome, Span, Turn

if TYPE_CHECKING:
    from rag.pipeline import OpenLibrary

__all__ = [
    "Alternative",
    "Answer",
    "Citation",
    "Document",
    "Filter",
    "Hit",
    "Outcome",
    "Passage",
    "Span",
    "SyncReport",
    "Turn",
    "ask",
    "open_library",
    "retrieve",
]


def open_library(library: str | Path, **options: Any) -> OpenLibrary:
    """Open a library to ask it more than once; see `rag.pipeline.open_library`.

    Example:
        >>> with open_library("news") as library:  # doctest: +SKIP
        ...     library.ask("How many troops are there?").text
        '30,000'
    """
    from rag import pipeline  # FAISS and its friends: not for those who only want the types

    return pipeline.open_library(library, **options)


def retrieve(question: str, *, library: str | Path, k: int = 10, where: Filter | None = None) -> list[Hit]:
    """Find the k passages of a library that most likely hold the answer, best first."""
    with open_library(library) as opened:
        return opened.retrieve(question, k=k, where=where)


def ask(
    question: str,
    *,
    library: str | Path,
    history: Sequence[Turn] = (),
    k: int = 10,
    where: Filter | None = None,
) -> Answer:
    """Answer a question with the exact words of a library's documents, or say that they don't hold the answer."""
    with open_library(library) as opened:
        return opened.ask(question, history=history, k=k, where=where)
