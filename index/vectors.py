"""Nearest vectors by inner product. FAISS stands behind a Protocol, so that another store can take its place.

The index is exact, lives in memory, and is made anew from the library's own vectors: copying them takes
milliseconds, a file would have to be checked against them (Johnson et al. 2019 describe FAISS itself).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import VectorStoreError


class VectorIndex(Protocol):
    """What a retriever needs of a store of vectors."""

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add unit rows, shape (n, dim), under ids, shape (n,)."""
        ...

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Forget these ids; unknown ones are passed over."""
        ...

    def search(
        self, queries: NDArray[np.float32], *, k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[list[tuple[int, float]]]:
        """Find the k nearest of each query among the `allowed` ids (None: all).

        Args:
            queries: Unit rows, shape (n_queries, dim).
            k: How many a query; fewer come back if there are fewer.

        Returns:
            One list a query of (id, cosine in [-1, 1]), best first, equal cosines by id.
        """
        ...


def vector_index(store: str, dim: int) -> VectorIndex:
    """An empty index in "faiss" or "milvus".

    Raises:
        VectorStoreError: There is no such store.
    """
    if store == "faiss":
        return FaissIndex(dim)
    if store == "milvus":
        from index.milvus import MilvusIndex  # an optional extra

        return MilvusIndex(dim)
    raise VectorStoreError(f"There is no vector store {store!r}. Use 'faiss' or 'milvus'.")


class FaissIndex:
    """`IndexIDMap2` over an exact inner-product index."""

    def __init__(self, dim: int) -> None:
        import faiss  # native libraries: loaded when a library is opened, not when this is imported

        self._faiss = faiss
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add unit rows, shape (n, dim), under ids, shape (n,)."""
        self._check_dim(vectors)
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), ids.astype(np.int64))

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Forget these ids; unknown ones are passed over."""
        self._index.remove_ids(self._faiss.IDSelectorBatch(ids.astype(np.int64)))

    def search(
        self, queries: NDArray[np.float32], *, k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[list[tuple[int, float]]]:
        """Find the k nearest of each query among the `allowed` ids; see `VectorIndex`."""
        self._check_dim(queries)
        k = min(k, len(self) if allowed is None else len(allowed))
        if k <= 0:
            return [[] for _ in queries]
        parameters = None
        if allowed is not None:
            selector = self._faiss.IDSelectorBatch(np.unique(allowed.astype(np.int64)))
            parameters = self._faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, ids = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), k, params=parameters)
        return [ordered(row_ids, row_scores) for row_ids, row_scores in zip(ids, scores, strict=True)]

    def _check_dim(self, vectors: NDArray[np.float32]) -> None:
        if vectors.ndim != 2 or vectors.shape[1] != self._index.d:
            raise ValueError(f"Vectors of shape {vectors.shape} were given; (n, {self._index.d}) is needed.")


def ordered(ids: Sequence[int], scores: Sequence[float]) -> list[tuple[int, float]]:
    """(id, score) pairs, best first, equal scores by id; FAISS's -1 for "none" left out."""
    found = [(int(i), float(score)) for i, score in zip(ids, scores, strict=True) if i >= 0]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))
