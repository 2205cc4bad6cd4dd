"""The one place where the parts are put together: a library, its encoder, the retriever and the reader."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Protocol

from index import doctor, uploads
from index import sync as syncing
from index.changes import Changes
from index.collection import Collection
from index.encoder import Encoder
from index.encoder_onnx import load_encoder
from index.errors import LibraryNotFoundError
from index.library import Library
from index.places import libraries_folder, library_folder
from index.types import Document, Filter, Hit, Passage, SyncReport
from index.vectors import vector_index
from rag import answers, conversation, kept_calibration, retriever
from rag.calibration import Calibration
from rag.clock import Clock
from rag.question import checked_question
from rag.types import Answer, Span, Turn


class SpanReader(Protocol):
    """What reads passages for the exact words that answer a question."""

    calibration: Calibration

    @property
    def fingerprint(self) -> dict[str, str]:
        """All that tells it from other readers."""
        ...

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        """For each passage its spans, best first."""
        ...


class OpenLibrary:
    """A library that can be asked. Made by `open_library`; a context manager; safe to share between threads.

    Models are loaded when they are first needed.
    """

    def __init__(
        self,
        library: Library,
        *,
        encoder: str | Path | Encoder | None = None,
        reader: str | Path | SpanReader | None = None,
        vectors: str | None = None,
    ) -> None:
        self._library = library
        self._store = vectors or os.environ.get("QUOTEBACK_VECTORS") or "faiss"
        self._given_encoder = encoder
        self._given_reader = reader
        self._encoder: Encoder | None = None
        self._reader: SpanReader | None = None
        self._collection: Collection | None = None
        self._loading = RLock()
        self._changes = Changes()

    @property
    def path(self) -> Path:
        """The library's own folder."""
        return self._library.path

    def sync(self, folder: str | Path, *, progress: syncing.Progress | None = None) -> SyncReport:
        """Bring the library in line with a folder and all below it: add, update, delete. See `index.sync.sync`."""
        folder = syncing.checked_folder(folder)  # before the seconds that an encoder takes to load
        with self._changes.change(progress) as told:
            return syncing.sync(self._library, folder, encoder=self.encoder, progress=told)

    def add(self, paths: Sequence[str | Path], *, progress: syncing.Progress | None = None) -> SyncReport:
        """Keep copies of files in the library's own folder and index them; one of the same name is replaced.

        What is refused, or not saved when this is interrupted, is not kept.
        """
        with self._changes.change(progress) as told:
            return uploads.add(self.path, [Path(path) for path in paths], sync=partial(self.sync, progress=told))

    def delete(self, document_id: str) -> bool:
        """Delete a document and every trace of it; whether there was one. Files that were added for it go too."""
        document = next((document for document in self.documents() if document.id == document_id), None)
        was_there = syncing.delete(self._library, document_id)
        if document is not None:
            uploads.remove(self.path, document)
        return was_there

    def rebuild(self, *, progress: syncing.Progress | None = None) -> int:
        """Make all passages, vectors and terms anew, with the encoder that is given now; how many documents."""
        with self._changes.change(progress) as told:
            n_documents = syncing.rebuild(self._library, encoder=self.encoder, progress=told)
        with self._loading:
            self._collection = None  # its index has the size of the vectors before
        return n_documents

    def documents(self) -> list[Document]:
        """All documents, in the order in which they came."""
        with self._in_step() as collection:
            return collection.documents

    def document(self, document_id: str) -> Document:
        """The document of an id.

        Raises:
            KeyError: There is none.
        """
        return {document.id: document for document in self.documents()}[document_id]

    def passages(self, document_id: str) -> list[Passage]:
        """A document's passages, in reading order."""
        with self._in_step() as collection:
            return list(collection.passages_of(document_id))

    def problems(self) -> list[str]:
        """All that is wrong with the library on disk, in sentences."""
        return doctor.problems(self._library)

    def retrieve(self, question: str, *, k: int = 10, where: Filter | None = None) -> list[Hit]:
        """Find the k passages that most likely hold the answer, best first.

        Raises:
            InvalidQuestionError: The question is empty or too long, or k is below 1.
        """
        return retriever.retrieve(
            checked_question(question, k), self._open_collection(), self.encoder, k=k, where=where
        )

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        k: int = 10,
        where: Filter | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Answer:
        """Answer a question with the exact words of the documents, or say that they don't hold the answer.

        Args:
            question: In plain words; after a history it may be a follow-up ("And when did it start?").
            history: Earlier turns, oldest first.
            k: How many passages are read.
            where: Which documents may be used.
            progress: Is told "searching" with the number of documents, then "reading" with that of passages.

        Raises:
            InvalidQuestionError: The question is empty or too long, or k is below 1.
        """
        clock = Clock()
        question = checked_question(question, k)
        asked = conversation.resolve(question, history)
        if progress is not None:
            progress("searching", sum(where is None or where.admits(d) for d in self.documents()))
        hits = self.retrieve(asked, k=k, where=where)
        clock.lap("retrieve")
        if progress is not None:
            progress("reading", len(hits))
        spans = self.read(asked, hits)
        clock.lap("read")
        answer = answers.compose(question, asked, hits, spans, self.calibration)
        clock.lap("answer")
        return replace(answer, timings=clock.seconds())

    def read(self, question: str, hits: Sequence[Hit]) -> list[list[Span]]:
        """For each hit the spans of its passage that may answer the question, best first."""
        return self.reader.read(question, [hit.passage for hit in hits]) if hits else []

    def keep_calibration(self, calibration: Calibration) -> None:
        """Use a calibration that was fitted to this library's questions from now on, with this reader."""
        kept_calibration.keep(self._library, calibration, self.reader.fingerprint)

    def fingerprint(self) -> dict[str, str]:
        """What answers depend on: models, settings and the state of the library."""
        with self._library.reading() as generation:
            pass
        calibration = self.calibration
        return {
            **syncing.running_fingerprint(self.encoder),
            **self.reader.fingerprint,
            "calibration_sha256": calibration.sha256,
            "threshold": f"{calibration.threshold:g}",
            "generation": str(generation),
            "quoteback": importlib.metadata.version("quoteback"),
        }

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded when first needed."""
        with self._loading:
            if self._encoder is None:
                given = self._given_encoder
                self._encoder = load_encoder(given) if given is None or isinstance(given, str | Path) else given
            return self._encoder

    @property
    def reader(self) -> SpanReader:
        """The reader, loaded when first needed."""
        with self._loading:
            if self._reader is None:
                from rag.reader import Reader  # torch: seconds of start-up

                given = self._given_reader
                self._reader = Reader(given) if given is None or isinstance(given, str | Path) else given
            return self._reader

    @property
    def calibration(self) -> Calibration:
        """The library's own, fitted to its questions and this reader; else the one that came with the reader."""
        return kept_calibration.kept(self._library, self.reader.fingerprint) or self.reader.calibration

    def close(self) -> None:
        """Close the library. What another thread is adding is stopped first; what it has saved stays."""
        self._changes.stop()
        self._library.close()

    def __enter__(self) -> OpenLibrary:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _in_step(self) -> Iterator[Collection]:
        with self._open_collection(check=False).reading() as collection:
            yield collection

    def _open_collection(self, *, check: bool = True) -> Collection:
        with self._loading:
            if self._collection is None:
                dim = (self._library.fingerprint() or {}).get("dim")
                self._collection = Collection(self._library, vector_index(self._store, int(dim or self.encoder.dim)))
            if check:
                self._library.check_fingerprint(syncing.running_fingerprint(self.encoder))
            return self._collection


def open_library(
    library: str | Path,
    *,
    create: bool = False,
    encoder: str | Path | Encoder | None = None,
    reader: str | Path | SpanReader | None = None,
    vectors: str | None = None,
) -> OpenLibrary:
    """Open a library to ask it.

    Args:
        library: A folder ("./news", "/data/news") or a name ("news": kept in the user's data folder).
        create: Make it if it does not exist.
        encoder: A sentence-transformers model by folder or hub name; None for the default, "torch" for that one in
            torch, also where its int8 form is there.
        reader: An extractive question-answering model by folder or hub name; None for the one that is shipped,
            "torch" for that one in torch.
        vectors: "faiss" or "milvus" (extra `[milvus]`); None for what `QUOTEBACK_VECTORS` says, else "faiss".

    Raises:
        LibraryNotFoundError: There is no such library.
    """
    folder = library_folder(library)
    if not create and not folder.exists():
        known = ", ".join(sorted(p.name for p in libraries_folder().glob("*") if p.is_dir())) or "none yet"
        raise LibraryNotFoundError(
            f"There is no library {str(library)!r} (libraries here: {known}). "
            f"Make it: quoteback sync FOLDER --library {library}"
        )
    return OpenLibrary(Library(folder, create=create), encoder=encoder, reader=reader, vectors=vectors)
