import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.vectors import FaissIndex, VectorIndex, vector_index

try:
    import pymilvus  # noqa: F401

    STORES = ["faiss", "milvus"]
except ImportError:  # an optional extra
    STORES = ["faiss"]


def unit_rows(n: int, seed: int, dim: int = 8) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(st.integers(1, 60), st.integers(1, 80), st.integers(0, 10_000))
def test_search_is_the_order_of_queries_times_vectors(n: int, k: int, seed: int) -> None:
    vectors, queries = unit_rows(n, seed), unit_rows(3, seed + 1)
    index = FaissIndex(8)
    index.add(np.arange(100, 100 + n), vectors)
    for query, found in zip(queries, index.search(queries, k=k), strict=True):
        scores = query @ vectors.T
        expected = sorted(range(n), key=lambda i: (-scores[i], i))[:k]
        assert [i - 100 for i, _ in found] == expected
        assert np.allclose([score for _, score in found], scores[expected], atol=1e-5)


@pytest.mark.parametrize("store", STORES)
def test_only_allowed_ids_come_back(store: str) -> None:
    vectors = unit_rows(20, 1)
    index = vector_index(store, 8)
    index.add(np.arange(20), vectors)
    found = index.search(vectors[:1], k=5, allowed=np.array([3, 7, 99]))[0]
    assert {id_ for id_, _ in found} == {3, 7}
    assert index.search(vectors[:1], k=5, allowed=np.array([], dtype=np.int64)) == [[]]


@pytest.mark.parametrize("store", STORES)
def test_removed_vectors_are_gone(store: str) -> None:
    vectors = unit_rows(5, 2)
    index = vector_index(store, 8)
    index.add(np.arange(5), vectors)
    index.remove(np.array([0, 42]))
    assert len(index) == 4
    assert 0 not in {id_ for id_, _ in index.search(vectors[:1], k=5)[0]}


def test_vectors_of_another_dimension_are_named() -> None:
    with pytest.raises(ValueError, match=r"\(1, 9\) was given|shape \(1, 9\)"):
        FaissIndex(8).search(unit_rows(1, 0, dim=9), k=1)


@pytest.mark.parametrize("store", STORES)
def test_an_empty_index_finds_nothing(store: str) -> None:
    assert vector_index(store, 8).search(unit_rows(2, 0), k=3) == [[], []]


@pytest.mark.skipif(len(STORES) < 2, reason="Milvus is an optional extra")
def test_both_stores_give_the_same_hits() -> None:
    vectors, queries = unit_rows(300, 3), unit_rows(5, 4)
    found = []
    for store in STORES:
        index: VectorIndex = vector_index(store, 8)
        index.add(np.arange(300) << 20, vectors)
        found.append([[id_ for id_, _ in hits] for hits in index.search(queries, k=20)])
    assert found[0] == found[1]


def test_an_unknown_store_is_named() -> None:
    with pytest.raises(ValueError, match=r"no vector store 'redis'.*'milvus'"):
        vector_index("redis", 8)
