"""A library made of a benchmark's own documents: the contexts of a SQuAD file, the corpus of a BEIR folder."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from eval.beir import read_beir
from eval.gold import GoldError
from eval.squad import squad_documents, write_documents
from index.sync import Progress
from index.types import Document, SyncReport

_FOLDER = "contexts"  # in the library's own


class Filled(Protocol):
    """What is asked of a library that takes a benchmark's documents."""

    @property
    def path(self) -> Path: ...

    def documents(self) -> list[Document]: ...

    def sync(self, folder: str | Path, *, progress: Progress | None = None) -> SyncReport: ...


def fill(library: Filled, benchmark: Path, *, progress: Progress | None = None) -> SyncReport:
    """Bring a library in line with the documents that a benchmark brings, which are kept as files in its folder.

    Raises:
        GoldError: The benchmark brings none, or the library holds other documents.
    """
    documents = _documents(benchmark)
    folder = library.path.resolve() / _FOLDER
    if other := next((d for d in library.documents() if folder not in Path(d.source).parents), None):
        raise GoldError(
            f"{library.path} holds other documents ({other.source}). Name a new library for those of {benchmark}."
        )
    write_documents(documents, folder)
    for path in set(folder.iterdir()) - {folder / document.source for document in documents}:
        path.unlink()
    return library.sync(folder, progress=progress)


def _documents(benchmark: Path) -> list[Document]:
    if benchmark.is_dir():
        return list(read_beir(benchmark).documents)
    if benchmark.name.endswith((".json", ".json.gz")):
        return squad_documents(benchmark)
    raise GoldError(f"{benchmark} brings no documents of its own: SQuAD's .json and BEIR's folders do.")
