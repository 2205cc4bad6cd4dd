from datetime import date
from pathlib import Path

import pytest

from index.chunker import chunk
from index.collection import Collection
from index.library import Library
from index.types import Document, Filter
from index.vectors import FaissIndex
from rag.retriever import fuse, retrieve
from tests.fakes import WordEncoder

TEXTS = {
    "ferry": "The blue ferry leaves the northern quay at nine.",
    "fares": "A ticket for the ferry costs four crowns.",
    "copy": "The blue ferry leaves the northern  quay at NINE.",
    "cats": "Cats sleep in the harbour office all day.",
}


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    library = Library(tmp_path / "library", create=True)
    put(
        library,
        *(
            Document(id_, text, f"/docs/{id_}.txt", id_, date(2020, 1, i))
            for i, (id_, text) in enumerate(TEXTS.items(), 1)
        ),
    )
    return Collection(library, FaissIndex(WordEncoder.dim))


def put(library: Library, *documents: Document) -> None:
    with library.writing() as writer, writer.batch():
        for document in documents:
            passages = chunk(document)
            writer.put(document, passages, WordEncoder().encode_passages([p.search_text for p in passages]))


def found(question: str, collection: Collection, **options: object) -> list[str]:
    hits = retrieve(question, collection, WordEncoder(), **options)  # type: ignore[arg-type]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    return [hit.passage.document.id for hit in hits]


def test_the_passage_with_the_words_comes_first_and_copies_once(collection: Collection) -> None:
    assert found("when does the blue ferry leave", collection)[:2] == ["ferry", "fares"]


def test_the_order_is_the_same_every_time(collection: Collection) -> None:
    assert found("harbour", collection) == found("harbour", collection)


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (Filter(documents=frozenset(["cats"])), {"cats"}),
        (Filter(after=date(2020, 1, 2), before=date(2020, 1, 3)), {"fares", "copy"}),
        (Filter(kinds=frozenset(["pdf"])), set()),
        (Filter(folder="/docs"), {"ferry", "fares", "cats"}),
        (Filter(folder="/doc"), set()),
    ],
)
def test_a_filter_is_applied_inside_the_search(collection: Collection, where: Filter, ids: set[str]) -> None:
    assert set(found("blue ferry", collection, where=where)) == ids


def test_k_bounds_the_hits(collection: Collection) -> None:
    assert len(found("ferry", collection, k=1)) == 1


def test_a_change_on_disk_is_seen_by_the_next_question(tmp_path: Path, collection: Collection) -> None:
    found("ferry", collection)
    other = Library(tmp_path / "library")
    put(other, Document("new", "A zeppelin now carries passengers.", "/docs/new.txt", "new"))
    with other.writing() as writer, writer.batch():
        writer.delete("ferry")
    assert found("zeppelin passengers", collection)[0] == "new"
    assert "ferry" not in found("blue ferry quay", collection)


def test_each_search_counts_by_its_weight() -> None:
    fused = fuse([(1, 0.9), (2, 0.5)], [(2, 7.0), (3, 1.0)], dense_weight=0.4)
    assert fused == pytest.approx({1: 0.4, 2: 0.6, 3: 0.0})
    assert fuse([], []) == {}
    assert fuse([(5, 0.3)], [], dense_weight=0.4) == pytest.approx({5: 0.4})
