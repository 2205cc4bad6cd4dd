"""Changes to a library, batch by batch; each batch is one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import lexical
from index.rows import StoredDocument, from_row, passage_ids, to_row
from index.storage import connect
from index.types import Document, Passage


class Writer:
    """Changes to a library; each batch is one transaction. Made by `Library.writing`."""

    def __init__(self, file: Path) -> None:
        self._connection = connect(file)
        # A spilled page takes the exclusive lock: readers would wait as long as a large batch takes to make.
        self._connection.execute("PRAGMA cache_spill=OFF")
        self._has_stale_terms = False

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Everything inside happens together or not at all."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute(
                "UPDATE settings SET value = CAST(value AS INTEGER) + 1 WHERE name = 'generation'"
            )
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite may have rolled back, as on a full disk
                self._connection.execute("ROLLBACK")
            raise

    def set(self, name: str, value: str) -> None:
        """Record a setting."""
        self._connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def set_fingerprint(self, fingerprint: dict[str, str]) -> None:
        """Record what the vectors and terms are made by."""
        self.set("fingerprint", json.dumps(fingerprint, sort_keys=True))

    def put(self, document: Document, passages: list[Passage], vectors: NDArray[np.float32]) -> None:
        """Add a document, or replace the one of the same id."""
        self.delete(document.id)
        row = to_row(document, passages, vectors)
        number = self._connection.execute(
            "INSERT INTO documents (id, source, sha256, facts, text, passages, vectors, checksum)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        first, _ = passage_ids(int(number or 0))
        self._connection.executemany(
            "INSERT INTO terms (rowid, words) VALUES (?, ?)",
            ((first + i, " ".join(lexical.terms(passage.search_text))) for i, passage in enumerate(passages)),
        )

    def delete(self, document_id: str) -> bool:
        """Delete a document with its passages, vectors and terms; whether there was one."""
        row = self._connection.execute("SELECT number FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            return False
        self._connection.execute("DELETE FROM terms WHERE rowid BETWEEN ? AND ?", passage_ids(row[0]))
        self._connection.execute("DELETE FROM documents WHERE number = ?", row)
        self._has_stale_terms = True
        return True

    def erase_stale_terms(self) -> None:
        """Rewrite the terms without those of deleted documents, which FTS5 otherwise keeps until it next merges."""
        if self._has_stale_terms:
            self._connection.execute("INSERT INTO terms(terms) VALUES ('optimize')")
            self._has_stale_terms = False

    def load(self, document_id: str, library_path: Path) -> StoredDocument:
        """Read one document, verified."""
        row = self._connection.execute("SELECT * FROM documents WHERE id = ?", (document_id,)).fetchone()
        return from_row(row, library_path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
