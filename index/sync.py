"""A folder into a library: new files are added, changed ones updated, removed ones deleted, the rest left alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index import documents, lexical
from index.chunker import ChunkerSettings, chunk
from index.encoder import Encoder
from index.errors import RefusedError, UsageError
from index.library import Library
from index.parsers import Parsed
from index.plan import Plan, make_plan
from index.types import Document, Passage, Refused, SyncReport
from index.worker import ParseWorker
from index.writer import Writer

_BATCH_PASSAGES = 128  # committed together, unless a single document has more
_SLICE_PASSAGES = 64  # encoded together: less than a second's work


class Progress(Protocol):
    """Is told of each source as it gets on; what it raises ends the work.

    `stage` is one word: "parsing", "embedding", "saved" or "refused". `share` is how much is encoded of what is being
    embedded, in [0, 1).
    """

    def __call__(self, source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None: ...


class FolderError(UsageError):
    """The folder to sync is not one."""


def running_fingerprint(encoder: Encoder) -> dict[str, str]:
    """What vectors and terms would be made by now."""
    return encoder.fingerprint | {"chunker": repr(ChunkerSettings()), "terms": str(lexical.VERSION)}


def sync(library: Library, folder: Path, *, encoder: Encoder, progress: Progress | None = None) -> SyncReport:
    """Bring a library in line with a folder and all below it.

    What is saved stays saved when this is interrupted, and running it again goes on from there. A file that can't
    be opened now keeps the document it had; one that holds no text any more loses it.

    Raises:
        FolderError: The folder does not exist or holds nothing that can be read.
        LibraryBusyError: Another process is writing.
        EncoderMismatchError: The library was made by another encoder.
    """
    folder = checked_folder(folder)
    library.check_fingerprint(running_fingerprint(encoder))
    with library.writing() as writer:
        found, unreadable = _hashes(folder)
        plan = _plan(library, folder, found, {refused.source for refused in unreadable})
        if not found and not unreadable:
            raise FolderError(f"{folder} holds no document that can be read ({_kinds()}). Nothing was changed.")
        return _Sync(library, writer, encoder, progress).run(plan, unreadable)


def delete(library: Library, document_id: str) -> bool:
    """Delete a document and every trace of it; whether there was one."""
    with library.writing() as writer, writer.batch():
        was_there = writer.delete(document_id)
        writer.erase_stale_terms()
    return was_there


def rebuild(library: Library, *, encoder: Encoder, progress: Progress | None = None) -> int:
    """Make passages, vectors and terms of every document anew from its text; how many documents there are.

    Everything happens in one transaction: whoever stops it keeps the library as it was.
    """
    with library.reading():
        numbers = list(library.checksums())
        stored = [library.load(number).document for number in numbers]
    with library.writing() as writer, writer.batch():
        for n_done, document in enumerate(stored):
            passages = chunk(document)
            tell = partial(_tell, progress, document.source, "embedding", n_done, len(stored))
            writer.put(document, passages, _encoded(encoder, passages, tell))
            _tell(progress, document.source, "saved", n_done + 1, len(stored))
        writer.erase_stale_terms()
        writer.set_fingerprint(running_fingerprint(encoder))
    return len(stored)


class _Sync:
    """One run: what has been done so far."""

    def __init__(self, library: Library, writer: Writer, encoder: Encoder, progress: Progress | None) -> None:
        self._library, self._writer, self._encoder, self._progress = library, writer, encoder, progress
        self._refused: list[Refused] = []
        self._warnings: list[Refused] = []
        self._saved: list[str] = []
        self._dropped: list[str] = []
        self._ids = {id_ for id_, _ in library.sources().values()}
        self._n_done = self._n_total = 0

    def run(self, plan: Plan, unreadable: list[Refused]) -> SyncReport:
        self._n_total = len(plan.add) + len(plan.update)
        with self._writer.batch():
            self._writer.set_fingerprint(running_fingerprint(self._encoder))
            self._rename_and_delete(plan)
        waiting: list[tuple[Document, list[Passage]]] = []
        for document in self._parsed(plan):
            waiting.append((document, chunk(document)))
            if sum(len(passages) for _, passages in waiting) >= _BATCH_PASSAGES:
                self._save(waiting)
                waiting = []
        self._save(waiting)
        with self._writer.batch():
            self._writer.erase_stale_terms()
        saved = set(self._saved)
        return SyncReport(
            added=tuple(source for source in plan.add if source in saved),
            updated=tuple(source for source in plan.update if source in saved),
            renamed=tuple(plan.rename),
            deleted=tuple(sorted([*plan.delete.values(), *self._dropped])),
            unchanged=plan.unchanged,
            duplicates=tuple(plan.duplicates),
            refused=tuple(sorted([*unreadable, *self._refused], key=lambda refused: refused.source)),
            warnings=tuple(self._warnings),
        )

    def _rename_and_delete(self, plan: Plan) -> None:
        known = self._library.sources()
        for source, old_source in plan.rename.items():
            stored = self._writer.load(known[old_source][0], self._library.path)
            document = replace(stored.document, source=source)
            passages = [replace(passage, document=document) for passage in stored.passages]
            self._writer.put(document, passages, stored.vectors)
        for document_id in plan.delete:
            self._writer.delete(document_id)
        self._writer.erase_stale_terms()

    def _parsed(self, plan: Plan) -> Iterator[Document]:
        if not self._n_total:
            return
        with ParseWorker() as worker:
            for source in sorted([*plan.add, *plan.update]):
                _tell(self._progress, source, "parsing", self._n_done, self._n_total)
                document_id, path = plan.update.get(source), Path(source)
                try:
                    data = documents.read(path, path.parent)
                except RefusedError as error:
                    self._refuse(source, str(error))
                    continue
                try:
                    yield self._document(source, data, document_id, worker)
                except RefusedError as error:
                    self._drop(source, document_id)
                    self._refuse(source, str(error))

    def _document(self, source: str, data: bytes, document_id: str | None, worker: ParseWorker) -> Document:
        parsed = worker.parse(data, documents.sniff(data, Path(source).name))
        self._warnings += [Refused(source, warning) for warning in parsed.warnings]
        sha256 = hashlib.sha256(data).hexdigest()
        return _document(source, sha256, parsed, document_id or self._new_id(source, sha256))

    def _new_id(self, source: str, sha256: str) -> str:
        """The same for the same file in the same place, unless a document that moved away has it."""
        name = f"{source}\0{sha256}"
        while (id_ := hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]) in self._ids:
            name += "'"
        self._ids.add(id_)
        return id_

    def _drop(self, source: str, document_id: str | None) -> None:
        if document_id is not None:
            with self._writer.batch():
                self._writer.delete(document_id)
                self._writer.erase_stale_terms()
            self._dropped.append(source)

    def _refuse(self, source: str, reason: str) -> None:
        self._n_done += 1
        self._refused.append(Refused(source, reason))
        _tell(self._progress, source, "refused", self._n_done, self._n_total)

    def _save(self, waiting: list[tuple[Document, list[Passage]]]) -> None:
        """Encode and commit; only then are these documents said to be saved."""
        if not waiting:
            return
        passages = [passage for _, of_document in waiting for passage in of_document]
        tell = partial(_tell, self._progress, waiting[-1][0].source, "embedding", self._n_done, self._n_total)
        vectors = _encoded(self._encoder, passages, tell)
        with self._writer.batch():
            first = 0
            for document, of_document in waiting:
                self._writer.put(document, of_document, vectors[first : first + len(of_document)])
                first += len(of_document)
        for document, _ in waiting:
            self._n_done += 1
            self._saved.append(document.source)
            _tell(self._progress, document.source, "saved", self._n_done, self._n_total)


def checked_folder(folder: str | Path) -> Path:
    """The absolute path of a folder that can be synced.

    Raises:
        FolderError: It does not exist, or is a file.
    """
    folder = Path(folder).expanduser()
    if not folder.exists():
        raise FolderError(f"There is no folder {folder}. Check the path.")
    if not folder.is_dir():
        raise FolderError(f"{folder} is a file. Give the folder that it is in.")
    return folder.resolve()


def _hashes(folder: Path) -> tuple[dict[str, str], list[Refused]]:
    paths, unreadable = documents.find(folder)
    hashes = {}
    for path in paths:
        try:
            hashes[str(path)] = hashlib.sha256(documents.read(path, folder)).hexdigest()
        except RefusedError as error:
            unreadable.append(Refused(str(path), str(error)))
    return hashes, unreadable


def _plan(library: Library, folder: Path, found: dict[str, str], unreadable: set[str]) -> Plan:
    below = str(folder).rstrip("/") + "/"
    sources = library.sources()
    kept = tuple(f"{source}/" for source in unreadable)  # a folder that can't be read, too
    known = {
        s: facts
        for s, facts in sources.items()
        if s.startswith(below) and not (s in unreadable or s.startswith(kept))
    }
    return make_plan(known, found, elsewhere={sha256: s for s, (_, sha256) in sources.items() if s not in known})


def _document(source: str, sha256: str, parsed: Parsed, document_id: str) -> Document:
    return Document(
        id=document_id,
        text=parsed.text,
        source=source,
        title=parsed.title or Path(source).stem,
        date=parsed.date,
        sha256=sha256,
        kind=parsed.kind,
        pages=parsed.pages,
        headings=parsed.headings,
    )


def _encoded(encoder: Encoder, passages: list[Passage], tell: Callable[[float], None]) -> NDArray[np.float32]:
    """The vectors of passages, made in slices; the share that is done is told before each."""
    vectors = np.empty((len(passages), encoder.dim), dtype=np.float32)
    for first in range(0, len(passages), _SLICE_PASSAGES):
        tell(first / len(passages))
        some = passages[first : first + _SLICE_PASSAGES]
        vectors[first : first + len(some)] = encoder.encode_passages([passage.search_text for passage in some])
    return vectors


def _kinds() -> str:
    return ", ".join(dict.fromkeys(documents.EXTENSIONS.values()))


def _tell(progress: Progress | None, source: str, stage: str, n_done: int, n_total: int, share: float = 0.0) -> None:
    if progress is not None:
        progress(source, stage, n_done=n_done, n_total=n_total, share=share)
