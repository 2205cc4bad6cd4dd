"""A document as a row of the library's table, under a checksum, and back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryDamagedError
from index.types import Document, Heading, Passage

PASSAGE_BITS = 20  # a passage's id is its document's number, shifted by these, plus its place in the document

Row = tuple[str, str, str, str, bytes, bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document with all that was made of it.

    Attributes:
        number: The row's.
        passages: In reading order.
        vectors: Unit rows, shape (n_passages, dim).
    """

    number: int
    document: Document
    passages: tuple[Passage, ...]
    vectors: NDArray[np.float32]

    @property
    def ids(self) -> list[int]:
        """Id of each passage."""
        first, _ = passage_ids(self.number)
        return list(range(first, first + len(self.passages)))


def passage_ids(number: int) -> tuple[int, int]:
    """The first and the last id that passages of a document can have."""
    return number << PASSAGE_BITS, ((number + 1) << PASSAGE_BITS) - 1


def to_row(document: Document, passages: list[Passage], vectors: NDArray[np.float32]) -> Row:
    """The columns id, source, sha256, facts, text, passages, vectors, checksum."""
    if len(passages) != len(vectors) or len(passages) >= 1 << PASSAGE_BITS:
        raise ValueError(f"{document.source}: {len(passages)} passages and {len(vectors)} vectors do not fit.")
    facts = {
        "title": document.title,
        "date": document.date and document.date.isoformat(),
        "kind": document.kind,
        "pages": document.pages,
        "headings": [list(asdict(heading).values()) for heading in document.headings],
    }
    offsets = np.array([(p.start, p.end) for p in passages], dtype="<i8").reshape(-1, 2)
    columns = (
        document.id,
        document.source,
        document.sha256,
        json.dumps(facts, ensure_ascii=False),
        document.text.encode(),
        offsets.tobytes(),
        np.ascontiguousarray(vectors, dtype="<f4").tobytes(),
    )
    return (*columns, _checksum(columns))


def from_row(row: tuple[int, str, str, str, str, bytes, bytes, bytes, bytes], library: Path) -> StoredDocument:
    """The document of a row that starts with its number.

    Raises:
        LibraryDamagedError: The row is not what was written.
    """
    number, *_, checksum = row
    id_, source, sha256, facts_json, text, offsets, vectors = columns = row[1:-1]
    if _checksum(columns) != checksum:
        raise LibraryDamagedError(
            f"{source!r} in {library} does not match its checksum: the disk changed it. "
            f"Take it out (quoteback rm {id_} --library {library}), then sync its folder again."
        )
    facts = json.loads(facts_json)
    document = Document(
        id=id_,
        text=text.decode(),
        source=source,
        title=facts["title"],
        date=facts["date"] and date.fromisoformat(facts["date"]),
        sha256=sha256,
        kind=facts["kind"],
        pages=tuple(facts["pages"]),
        headings=tuple(Heading(*heading) for heading in facts["headings"]),
    )
    places = np.frombuffer(offsets, dtype="<i8").reshape(-1, 2).tolist()
    passages = tuple(Passage(document, start, end) for start, end in places)
    rows = np.frombuffer(vectors, dtype="<f4").reshape(len(passages), -1) if passages else np.empty((0, 0), "<f4")
    return StoredDocument(number, document, passages, rows)


def _checksum(columns: tuple[object, ...]) -> bytes:
    digest = hashlib.sha256()
    for column in columns:
        data = column if isinstance(column, bytes) else str(column).encode(errors="surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.digest()
