"""The twin of `index.vectors.FaissIndex` over Milvus Lite, for those who have it (extra `[milvus]`).

Like that one it is a cache: it lives in a temporary folder and is made anew from the library's vectors.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from index.errors import VectorStoreError
from index.vectors import ordered

_COLLECTION = "passages"
_BATCH = 1_000
_MAX_K = 16_384  # Milvus's own limit


class MilvusIndex:
    """Exact search by inner product in a Milvus Lite file; see `index.vectors.VectorIndex`.

    Raises:
        VectorStoreError: Milvus is not installed.
    """

    def __init__(self, dim: int) -> None:
        try:
            from pymilvus import DataType, MilvusClient
        except ImportError as error:
            raise VectorStoreError("Milvus is not installed. Install it: pip install 'quoteback[milvus]'") from error
        self._dim = dim
        self._folder = TemporaryDirectory(prefix="quoteback-milvus-")
        self._client = MilvusClient(str(Path(self._folder.name) / "vectors.db"))
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        parameters = self._client.prepare_index_params()
        parameters.add_index(field_name="vector", index_type="FLAT", metric_type="IP")
        self._client.create_collection(
            _COLLECTION, schema=schema, index_params=parameters, consistency_level="Strong"
        )

    def __len__(self) -> int:
        return int(self._client.get_collection_stats(_COLLECTION)["row_count"])

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add unit rows, shape (n, dim), under ids, shape (n,)."""
        self._check_dim(vectors)
        rows = ({"id": int(i), "vector": row.tolist()} for i, row in zip(ids, vectors, strict=True))
        while batch := list(islice(rows, _BATCH)):
            self._client.insert(_COLLECTION, batch)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Forget these ids; unknown ones are passed over."""
        if len(ids):
            self._client.delete(_COLLECTION, ids=[int(i) for i in ids])

    def search(
        self, queries: NDArray[np.float32], *, k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[list[tuple[int, float]]]:
        """Find the k nearest of each query among the `allowed` ids."""
        self._check_dim(queries)
        k = min(k, _MAX_K, len(self) if allowed is None else len(allowed))
        if k <= 0:
            return [[] for _ in queries]
        found = self._client.search(
            _COLLECTION,
            data=queries.tolist(),
            limit=k,
            filter="" if allowed is None else f"id in {[int(i) for i in allowed]}",
            output_fields=["id"],
        )
        return [ordered([hit["id"] for hit in hits], [hit["distance"] for hit in hits]) for hits in found]

    def _check_dim(self, vectors: NDArray[np.float32]) -> None:
        if vectors.ndim != 2 or vectors.shape[1] != self._dim:
            raise ValueError(f"Vectors of shape {vectors.shape} were given; (n, {self._dim}) is needed.")
