"""The SQLite file under a library: its tables, how it is opened, how it is made."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import LibraryBusyError, LibraryDamagedError

FILE = "library.sqlite3"
FORMAT = 1
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


def make(folder: Path) -> None:
    """Make an empty library, whole or not at all; one that another process has made meanwhile is left alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = folder / f".{FILE}.{os.getpid()}"
    unfinished.unlink(missing_ok=True)
    connection = connect(unfinished)
    connection.executescript(_SCHEMA)
    connection.executemany("INSERT INTO settings VALUES (?, ?)", [("format", str(FORMAT)), ("generation", "0")])
    connection.close()
    unfinished.chmod(0o600)
    try:
        os.link(unfinished, folder / FILE)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        unfinished.replace(folder / FILE)
    unfinished.unlink(missing_ok=True)


def connect(file: Path) -> sqlite3.Connection:
    """Open the file; every statement outside a transaction commits by itself."""
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


@contextmanager
def reporting_damage(folder: Path) -> Iterator[None]:
    """Turn SQLite's errors into sentences about the library in this folder."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_locked(error):
            raise LibraryBusyError(f"{folder} is in use by another process. Try again in a moment.") from error
        raise LibraryDamagedError(f"{folder} can't be read or written: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise LibraryDamagedError(f"{folder} is damaged: {error}. Sync its folders into a new library.") from error


def is_locked(error: sqlite3.DatabaseError) -> bool:
    """Whether it only says that another connection is writing."""
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
