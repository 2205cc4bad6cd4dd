"""txtai: its hybrid index with our encoder. Retrieval alone: its reader gives no score to rank answers by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from txtai import Embeddings

from eval.peers.work import Found, K, Place, windows
from index.encoder import default_folder
from index.types import Document


class Txtai:
    """Everything as it comes, but for the model and for k."""

    reads = False

    def __init__(self) -> None:
        self._embeddings = Embeddings(path=str(default_folder()), hybrid=True, gpu=False)
        self._places: list[Place] = []

    def index(self, folder: Path, documents: Sequence[Document]) -> int:
        """Index windows of each document."""
        texts = []
        for document in documents:
            for place in windows(document):
                self._places.append(place)
                texts.append(document.text[place.start : place.end])
        self._embeddings.index(enumerate(texts))
        return len(texts)

    def ask(self, question: str) -> Found:
        """The passages it finds."""
        clock = perf_counter()
        hits = self._embeddings.search(question, K)
        return Found(tuple(self._places[number] for number, _ in hits), "", None, perf_counter() - clock)
