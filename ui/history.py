"""Conversations kept in the library's folder, in a file of their own: each belongs to one browser or one user.

A conversation is one row, written in one transaction, so that killing the program never hurts.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from index import storage
from index.errors import QuotebackError
from ui.keeping import Kept

FILE = "conversations.sqlite3"
_FORMAT = 1
_MAX_OF_ONE = 200
_MAX_OF_ALL = 5_000
_MAX_TITLE = 200  # characters
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, revision INTEGER NOT NULL,
    title TEXT NOT NULL, begun TEXT NOT NULL, n_questions INTEGER NOT NULL, exchanges TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS owners ON conversations (owner, number);
"""


class HistoryError(QuotebackError):
    """The file of conversations can't be read or written."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is kept: nowhere yet without an id. `revision` counts how often it was saved."""

    id: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """A conversation as a list shows it."""

    id: str
    title: str
    begun: datetime
    n_questions: int


class History:
    """The conversations of a library. Safe to share between threads, and the file between processes.

    Args:
        folder: The library's own folder.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    def earlier(self, owner: str) -> list[Earlier]:
        """The conversations of an owner, the one that was spoken in last first."""
        query = "SELECT id, title, begun, n_questions FROM conversations WHERE owner = ? ORDER BY number DESC"
        with self._reporting() as connection:
            rows = connection.execute(query, (owner,)).fetchall()
        return [Earlier(id_, title, datetime.fromisoformat(begun), n) for id_, title, begun, n in rows]

    def load(self, owner: str, id_: str) -> tuple[Place, list[Kept]]:
        """A conversation of an owner; (Place(), []) if there is none of that id."""
        query = "SELECT revision, exchanges FROM conversations WHERE owner = ? AND id = ?"
        with self._reporting() as connection:
            row = connection.execute(query, (owner, id_)).fetchone()
        return (Place(), []) if row is None else (Place(id_, row[0]), json.loads(row[1]))

    def save(self, owner: str, place: Place, exchanges: Sequence[Kept]) -> Place:
        """Keep a conversation as it is now.

        If it was changed or deleted elsewhere meanwhile, it is kept as a new one, so that nothing is lost.

        Args:
            owner: Whose it is.
            place: Where it was loaded from or saved last.
            exchanges: All of them; without any, the conversation is deleted.

        Returns:
            Where it is kept now.
        """
        with self._reporting() as connection, _transaction(connection):
            found = connection.execute(
                "SELECT begun FROM conversations WHERE owner = ? AND id = ? AND revision = ?",
                (owner, place.id, place.revision),
            ).fetchone()
            if found is not None:
                connection.execute("DELETE FROM conversations WHERE id = ?", (place.id,))
            if not exchanges:
                return Place()
            now = Place(place.id, place.revision + 1) if found is not None else Place(secrets.token_hex(16), 1)
            begun = datetime.now(UTC).isoformat(timespec="seconds") if found is None else found[0]
            title = " ".join(_first_asked(exchanges)["question"].split())[:_MAX_TITLE]
            connection.execute(
                "INSERT INTO conversations (id, owner, revision, title, begun, n_questions, exchanges) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (now.id, owner, now.revision, title, begun, len(exchanges), json.dumps(exchanges)),
            )
            _forget_oldest(connection, owner)
        return now

    def delete(self, owner: str, id_: str) -> None:
        """Delete a conversation of an owner, if there is one of that id."""
        with self._reporting() as connection:
            connection.execute("DELETE FROM conversations WHERE owner = ? AND id = ?", (owner, id_))

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _reporting(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = _opened(self._file)
                yield self._connection
            except (sqlite3.Error, OSError, ValueError) as error:
                raise HistoryError(
                    f"The conversations in {self._file} can't be read or written ({error}). "
                    "If that stays so, move the file away: a new one is begun."
                ) from error


def _first_asked(exchanges: Sequence[Kept]) -> Kept:
    """The first that could be asked; the first of all if none could."""
    return next((exchange for exchange in exchanges if exchange["answer"] is not None), exchanges[0])


def _opened(file: Path) -> sqlite3.Connection:
    file.touch(mode=0o600)
    connection = storage.connect(file)
    written = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if written > _FORMAT:
        connection.close()
        raise ValueError(f"it was written by a newer version: format {written}, this one reads {_FORMAT}")
    connection.executescript(f"{_SCHEMA} PRAGMA user_version = {_FORMAT};")
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _forget_oldest(connection: sqlite3.Connection, owner: str) -> None:
    """Numbers grow with every save, so the smallest are those that were spoken in longest ago."""
    of_owner = "FROM conversations WHERE owner = :owner ORDER BY number DESC LIMIT -1 OFFSET :kept"
    values = {"owner": owner, "kept": _MAX_OF_ONE, "all": _MAX_OF_ALL}
    connection.execute(f"DELETE FROM conversations WHERE number IN (SELECT number {of_owner})", values)
    of_all = "FROM conversations ORDER BY number DESC LIMIT -1 OFFSET :all"
    connection.execute(f"DELETE FROM conversations WHERE number IN (SELECT number {of_all})", values)
