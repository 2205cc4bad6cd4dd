"""Haystack: BM25 and vectors in memory, fused by rank, and its extractive reader, with our weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from haystack import Document as HaystackDocument
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

from eval.peers.work import Found, K, Place, windows
from index.encoder import default_folder
from index.types import Document
from rag.reader import SHIPPED


class Haystack:
    """Everything as it comes, but for the models and for k."""

    reads = True

    def __init__(self) -> None:
        device, encoder = ComponentDevice.from_str("cpu"), str(default_folder())
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._of_documents = SentenceTransformersDocumentEmbedder(model=encoder, device=device, progress_bar=False)
        self._of_question = SentenceTransformersTextEmbedder(model=encoder, device=device, progress_bar=False)
        self._bm25 = InMemoryBM25Retriever(self._store, top_k=K)
        self._dense = InMemoryEmbeddingRetriever(self._store, top_k=K)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K)
        # Our weights are kept in float16, which Quoteback too computes in float32.
        self._reader = TransformersExtractiveReader(SHIPPED, device=device, model_kwargs={"dtype": "float32"})
        for part in (self._of_documents, self._of_question, self._reader):
            part.warm_up()

    def index(self, folder: Path, documents: Sequence[Document]) -> int:
        """Embed and store windows of each document."""
        passages = [
            HaystackDocument(
                content=document.text[place.start : place.end],
                meta={"name": place.document, "start": place.start, "end": place.end},
            )
            for document in documents
            for place in windows(document)
        ]
        self._store.write_documents(self._of_documents.run(documents=passages)["documents"])
        return len(passages)

    def ask(self, question: str) -> Found:
        """Its best answer with its score; its own "no answer" is left aside."""
        clock = perf_counter()
        vector = self._of_question.run(text=question)["embedding"]
        by_terms = self._bm25.run(query=question)["documents"]
        by_vector = self._dense.run(query_embedding=vector)["documents"]
        hits = self._joiner.run(documents=[by_terms, by_vector])["documents"]
        seconds = perf_counter() - clock
        answers = self._reader.run(query=question, documents=hits)["answers"]
        best = next((answer for answer in answers if answer.data), None)
        return Found(
            tuple(Place(hit.meta["name"], hit.meta["start"], hit.meta["end"]) for hit in hits),
            "" if best is None else best.data,
            None if best is None else best.score,
            seconds,
        )
