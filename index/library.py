"""A library on disk: one SQLite file that holds everything; what is in memory is only a verified copy of it.

A document is one row with its text, passages and vectors, and a sha256 over all of it that is checked whenever the
row is read. Documents and their terms change in one transaction, so a library is always before or after a change.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from index import lexical
from index.errors import (
    EncoderMismatchError,
    LibraryBusyError,
    LibraryDamagedError,
    LibraryNotFoundError,
    LibraryVersionError,
)
from index.rows import PASSAGE_BITS, StoredDocument, from_row, to_row
from index.types import Document, Passage

FORMAT = 1
_FILE = "library.sqlite3"
_BUSY_SECONDS = 30.0
_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL, facts TEXT NOT NULL, text BLOB NOT NULL, passages BLOB NOT NULL, vectors BLOB NOT NULL,
    checksum BLOB NOT NULL
);
CREATE VIRTUAL TABLE terms USING fts5(
    words, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Pc Co'"
);
"""


class Library:
    """A library's file. Safe to share between threads; at most one process writes at a time.

    Args:
        folder: The library's own folder.
        create: Make it if it does not exist.

    Raises:
        LibraryNotFoundError: There is no library there.
        LibraryDamagedError: The file is not a sound library.
        LibraryVersionError: It was written by a newer version.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.path = folder
        self._file = folder / _FILE
        if create and not self._file.exists():
            _make(folder)
        if not self._file.is_file():
            raise LibraryNotFoundError(
                f"There is no library at {folder}. Make one: quoteback sync FOLDER --library {folder}"
            )
        self._lock = threading.RLock()
        with self._reporting_damage():
            self._connection = _connect(self._file)
            self._check_format()

    def close(self) -> None:
        """Close the file; the library can't be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[int]:
        """See one generation of the library, whose number is given, until the end of the block."""
        with self._lock, self._reporting_damage():
            self._connection.execute("BEGIN")
            try:
                yield int(self._setting("generation") or 0)
            finally:
                self._connection.execute("ROLLBACK")

    def checksums(self) -> dict[int, bytes]:
        """Checksum of each document, by its number. Only inside `reading`."""
        return dict(self._connection.execute("SELECT number, checksum FROM documents ORDER BY number"))

    def load(self, number: int) -> StoredDocument:
        """Read one document, verified. Only inside `reading`."""
        row = self._connection.execute("SELECT * FROM documents WHERE number = ?", (number,)).fetchone()
        return from_row(row, self.path)

    def match(self, terms: list[str], *, k: int, numbers: list[int] | None = None) -> list[tuple[int, float]]:
        """The k passages that match the terms best, by BM25 (Robertson & Zaragoza 2009). Only inside `reading`.

        Args:
            terms: Of the question, as `lexical.terms` gives them.
            k: How many; fewer come back if fewer match.
            numbers: Only passages of these documents; None for all.

        Returns:
            (passage id, score > 0), best first, equal scores by id.
        """
        if not terms:
            return []
        within = "" if numbers is None else f"AND rowid >> {PASSAGE_BITS} IN (SELECT value FROM json_each(?))"
        values = [lexical.match_expression(terms), *([] if numbers is None else [json.dumps(numbers)]), k]
        found = self._connection.execute(
            f"SELECT rowid, -bm25(terms) FROM terms WHERE terms MATCH ? {within} ORDER BY bm25(terms), rowid LIMIT ?",
            values,
        )
        return [(int(rowid), float(score)) for rowid, score in found]

    def sources(self) -> dict[str, tuple[str, str]]:
        """Id and sha256 of each document, by its source."""
        with self.reading():
            rows = self._connection.execute("SELECT source, id, sha256 FROM documents ORDER BY source")
            return {source: (id_, sha256) for source, id_, sha256 in rows}

    def setting(self, name: str) -> str | None:
        """A value that was put there by `Writer.set`; None if there is none."""
        with self.reading():
            return self._setting(name)

    def fingerprint(self) -> dict[str, str] | None:
        """What the vectors and terms were made by; None while there are none."""
        value = self.setting("fingerprint")
        return None if value is None else dict(json.loads(value))

    def check_fingerprint(self, running: dict[str, str]) -> None:
        """Raise EncoderMismatchError unless the library was made by what is running now."""
        built = self.fingerprint()
        differing = (
            [] if built is None else sorted(k for k in built | running if built.get(k) != running.get(k))
        )
        if built is None or not differing:
            return
        name = "encoder" if "encoder" in differing else differing[0]
        raise EncoderMismatchError(
            f"{self.path} was made with {name} {_short(built.get(name))}, but {_short(running.get(name))} is running. "
            f"Use that one, or make it anew: quoteback rebuild --library {self.path}"
        )

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Be the one process that writes.

        Raises:
            LibraryBusyError: Another one is writing.
        """
        holder = self.path / "writer.pid"
        lock = FileLock(self.path / "writer.lock", timeout=0, thread_local=False, mode=0o600)
        try:
            lock.acquire()
        except Timeout as error:
            pid = holder.read_text().strip() if holder.exists() else "unknown"
            raise LibraryBusyError(
                f"Another process (pid {pid}) is writing to {self.path}. Wait until it is done, then try again."
            ) from error
        try:
            holder.write_text(str(os.getpid()))
            writer = Writer(self._file)
            try:
                with self._reporting_damage():
                    yield writer
            finally:
                writer.close()
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def problems(self) -> list[str]:
        """All that is wrong with the file, in sentences; nothing if it is sound."""
        found: list[str] = []
        with self._lock:
            try:
                for (line,) in self._connection.execute("PRAGMA integrity_check"):
                    found += [] if line == "ok" else [f"The file is damaged: {line}."]
                self._connection.execute("INSERT INTO terms(terms) VALUES ('integrity-check')")
            except sqlite3.DatabaseError as error:
                return [*found, f"The file is damaged: {error}."]
        with self.reading():
            for number in self.checksums():
                try:
                    stored = self.load(number)
                    found += self._terms_problems(stored)
                except LibraryDamagedError as error:
                    found.append(str(error))
            orphans = self._connection.execute(
                f"SELECT count(*) FROM terms WHERE rowid >> {PASSAGE_BITS} NOT IN (SELECT number FROM documents)"
            ).fetchone()[0]
        return found + ([f"{orphans} passages of deleted documents can still be found."] if orphans else [])

    def _terms_problems(self, stored: StoredDocument) -> list[str]:
        rows = dict(
            self._connection.execute(
                "SELECT rowid, words FROM terms WHERE rowid BETWEEN ? AND ?", _id_range(stored.number)
            )
        )
        expected = {
            stored.ids[i]: " ".join(lexical.terms(passage.search_text))
            for i, passage in enumerate(stored.passages)
        }
        if rows == expected:
            return []
        return [
            f"The terms of {stored.document.source} are not those of its text. Run: quoteback rebuild --library {self.path}"
        ]

    def _check_format(self) -> None:
        written = int(self._setting("format") or 0)
        if written > FORMAT:
            raise LibraryVersionError(
                f"{self.path} was written by a newer version (format {written}; this one reads {FORMAT}). Update Quoteback."
            )

    def _setting(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    @contextmanager
    def _reporting_damage(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise LibraryBusyError(
                    f"{self.path} is in use by another process. Try again in a moment."
                ) from error
            raise LibraryDamagedError(f"{self.path} can't be read or written: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise LibraryDamagedError(
                f"{self.path} is damaged: {error}. Sync its folders into a new library."
            ) from error


class Writer:
    """Changes to a library; each batch is one transaction. Made by `Library.writing`."""

    def __init__(self, file: Path) -> None:
        self._connection = _connect(file)
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
        first = int(number or 0) << PASSAGE_BITS
        self._connection.executemany(
            "INSERT INTO terms (rowid, words) VALUES (?, ?)",
            ((first + i, " ".join(lexical.terms(passage.search_text))) for i, passage in enumerate(passages)),
        )

    def delete(self, document_id: str) -> bool:
        """Delete a document with its passages, vectors and terms; whether there was one."""
        row = self._connection.execute("SELECT number FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            return False
        self._connection.execute("DELETE FROM terms WHERE rowid BETWEEN ? AND ?", _id_range(row[0]))
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


def _make(folder: Path) -> None:
    """Make an empty library, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = folder / f".{_FILE}.{os.getpid()}"
    unfinished.unlink(missing_ok=True)
    connection = _connect(unfinished)
    connection.executescript(_SCHEMA)
    connection.executemany(
        "INSERT INTO settings VALUES (?, ?)", [("format", str(FORMAT)), ("generation", "0")]
    )
    connection.close()
    unfinished.chmod(0o600)
    unfinished.replace(folder / _FILE)


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False)
    # The rollback journal, not WAL: SQLite 3.7.0-3.51.2 can lose commits when a WAL is reset.
    for pragma in (
        "journal_mode=DELETE",
        "synchronous=FULL",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _id_range(number: int) -> tuple[int, int]:
    return number << PASSAGE_BITS, ((number + 1) << PASSAGE_BITS) - 1


def _short(value: str | None) -> str:
    return repr("none" if value is None else value if len(value) <= 40 else value[:12])
