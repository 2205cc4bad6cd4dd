"""What a library holds, in memory: verified documents, their passages, and the vector index over them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from index.library import Library
from index.rows import PASSAGE_BITS
from index.types import Document, Filter, Passage
from index.vectors import VectorIndex


class Collection:
    """Follows a library from generation to generation; only what changed is read again.

    Args:
        library: Where the documents are.
        index: An empty index, with the dimension of the library's vectors.
    """

    def __init__(self, library: Library, index: VectorIndex) -> None:
        self._library = library
        self._index = index
        self._generation = -1
        self._checksums: dict[int, bytes] = {}
        self._passages: dict[int, tuple[Passage, ...]] = {}
        self._documents: dict[int, Document] = {}

    @contextmanager
    def reading(self) -> Iterator[Collection]:
        """Be in step with the library, and see one generation of it, until the end of the block."""
        with self._library.reading() as generation:
            if generation != self._generation:
                self._follow()
                self._generation = generation
            yield self

    @property
    def documents(self) -> list[Document]:
        """All documents, in the order in which they came."""
        return [self._documents[number] for number in sorted(self._documents)]

    def passages_of(self, document_id: str) -> tuple[Passage, ...]:
        """A document's passages in reading order; () for an unknown id."""
        return next((self._passages[n] for n, d in self._documents.items() if d.id == document_id), ())

    def passage(self, passage_id: int) -> Passage:
        """The passage of an id that a search gave."""
        return self._passages[passage_id >> PASSAGE_BITS][passage_id & ((1 << PASSAGE_BITS) - 1)]

    def nearest(self, query: NDArray[np.float32], *, k: int, where: Filter | None = None) -> list[tuple[int, float]]:
        """The k passages nearest to a unit row, shape (1, dim): (id, cosine), best first."""
        numbers = self._admitted(where)
        allowed = None if numbers is None else np.concatenate([self._ids(n) for n in numbers] or [self._ids(-1)])
        return self._index.search(query, k=k, allowed=allowed)[0]

    def matching(self, terms: list[str], *, k: int, where: Filter | None = None) -> list[tuple[int, float]]:
        """The k passages that match the terms best: (id, BM25 score), best first."""
        return self._library.match(terms, k=k, numbers=self._admitted(where))

    def _admitted(self, where: Filter | None) -> list[int] | None:
        return None if where is None else [n for n, d in sorted(self._documents.items()) if where.admits(d)]

    def _ids(self, number: int) -> NDArray[np.int64]:
        n_passages = len(self._passages.get(number, ()))
        return (number << PASSAGE_BITS) + np.arange(n_passages, dtype=np.int64)

    def _follow(self) -> None:
        now = self._library.checksums()
        gone = [number for number, checksum in self._checksums.items() if now.get(number) != checksum]
        if gone:
            self._index.remove(np.concatenate([self._ids(number) for number in gone]))
        for number in gone:
            del self._checksums[number], self._passages[number], self._documents[number]
        for number in now.keys() - self._checksums.keys():
            stored = self._library.load(number)
            if stored.passages:
                self._index.add(np.array(stored.ids), stored.vectors)
            self._checksums[number] = now[number]
            self._passages[number] = stored.passages
            self._documents[number] = stored.document
