"""Quoteback as one of the systems, with its models in int8 or in torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.peers.work import Found, K, Place
from index.types import Document
from rag import open_library


class Quoteback:
    """The library as a person uses it; `form` is None for the default or "torch" for the peers' very weights."""

    reads = True

    def __init__(self, form: str | None = None) -> None:
        self._folder = TemporaryDirectory(prefix="quoteback-")
        self._library = open_library(Path(self._folder.name) / "library", create=True, encoder=form, reader=form)
        _ = self._library.encoder, self._library.reader

    def index(self, folder: Path, documents: Sequence[Document]) -> int:
        """Sync the folder."""
        self._library.sync(folder)
        return sum(len(self._library.passages(document.id)) for document in self._library.documents())

    def ask(self, question: str) -> Found:
        """The best span, given or withheld, with its confidence."""
        answer = self._library.ask(question, k=K)
        best = answer.span or answer.withheld
        places = (hit.passage for hit in answer.closest)
        return Found(
            tuple(Place(Path(p.document.source).name, p.start, p.end) for p in places),
            "" if best is None else best.text,
            None if best is None else answer.confidence,
            answer.timings["retrieve"],
        )
