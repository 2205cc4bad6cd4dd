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

from filelock import FileLock, Timeout

from index import lexical, storage
from index.errors import EncoderMismatchError, LibraryBusyError, LibraryNotFoundError, LibraryVersionError
from index.rows import PASSAGE_BITS, StoredDocument, from_row, passage_ids
from index.writer import Writer


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
        self._file = folder / storage.FILE
        if create and not self._file.exists():
            storage.make(folder)
        if not self._file.is_file():
            raise LibraryNotFoundError(
                f"There is no library at {folder}. Make one: quoteback sync FOLDER --library {folder}"
            )
        self._lock = threading.RLock()
        with storage.reporting_damage(self.path):
            self._connection = storage.connect(self._file)
            self._check_format()

    def close(self) -> None:
        """Close the file; the library can't be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[int]:
        """See one generation of the library, whose number is given, until the end of the block."""
        with self._lock, storage.reporting_damage(self.path):
            self._connection.execute("BEGIN")
            try:
                yield int(self._setting("generation") or 0)
            finally:
                if self._connection.in_transaction:  # an error may have ended it
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

    def terms_of(self, number: int) -> dict[int, str]:
        """The terms of each passage of a document, by the passage's id. Only inside `reading`."""
        ids = passage_ids(number)
        rows = self._connection.execute("SELECT rowid, words FROM terms WHERE rowid BETWEEN ? AND ?", ids)
        return {int(rowid): str(words) for rowid, words in rows}

    def count_orphans(self) -> int:
        """Number of passages that can be found although their document is gone. Only inside `reading`."""
        query = f"SELECT count(*) FROM terms WHERE rowid >> {PASSAGE_BITS} NOT IN (SELECT number FROM documents)"
        return int(self._connection.execute(query).fetchone()[0])

    def check_file(self) -> list[str]:
        """What SQLite itself finds wrong with its pages and its full-text index.

        Raises:
            LibraryBusyError: Another process is writing.
        """
        with self._lock, storage.reporting_damage(self.path):
            try:
                lines = [line for (line,) in self._connection.execute("PRAGMA integrity_check") if line != "ok"]
                self._connection.execute("INSERT INTO terms(terms) VALUES ('integrity-check')")
            except sqlite3.DatabaseError as error:
                if storage.is_locked(error):
                    raise
                lines = [str(error)]
        return [f"The file is damaged: {line}." for line in lines]

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
        differing = [] if built is None else sorted(k for k in built | running if built.get(k) != running.get(k))
        if built is None or not differing:
            return
        name = "encoder" if "encoder" in differing else differing[0]
        raise EncoderMismatchError(
            f"{self.path} was made with {name} {_short(built.get(name))}, but {_short(running.get(name))} "
            f"is running. Use that one, or make it anew: quoteback rebuild --library {self.path}"
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
                with storage.reporting_damage(self.path):
                    yield writer
            finally:
                writer.close()
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def _check_format(self) -> None:
        written = int(self._setting("format") or 0)
        if written > storage.FORMAT:
            raise LibraryVersionError(
                f"{self.path} was written by a newer version (format {written}, this one reads {storage.FORMAT}). "
                "Update Quoteback."
            )

    def _setting(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])


def _short(value: str | None) -> str:
    return repr("none" if value is None else value if len(value) <= 40 else value[:12])
