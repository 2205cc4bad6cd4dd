"""What people said about answers, kept in the library's folder; a person's last verdict on a question counts.

Every verdict is a line that is appended and synced, so a kill loses no more than the line being written. No words of
a document are kept, only places with a checksum: what was deleted from the library is not in here either.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any

from eval.author import gold_line, names_of
from index.errors import QuotebackError
from index.types import Document
from rag.types import Citation

FILE = "feedback.jsonl"
_MAX_BYTES = 20_000_000


class FeedbackError(QuotebackError):
    """A verdict can't be kept."""


class Kind(StrEnum):
    """What was said: the answer is right or wrong, the right one is at a place, in no document, or in one."""

    RIGHT = "right"
    WRONG = "wrong"
    HERE = "here"
    ABSENT = "absent"
    PRESENT = "present"


_OPPOSITES = ({Kind.RIGHT, Kind.WRONG}, {Kind.ABSENT, Kind.PRESENT})
_WITHOUT_ANSWER = (Kind.WRONG, Kind.PRESENT)  # they leave open what the answer is


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `[start, end)` of a document, by its id, with the sha256 of the words there."""

    document: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said about the answer to a question.

    Attributes:
        question: As it was searched for, so that it stands alone.
        marks: Where the right answer stands; () unless it is known.
        closest: Id of the document that came closest; "" for none.
        owner: Who said it; "" without a login.
        said_at: When, in UTC.
    """

    question: str
    kind: Kind
    marks: tuple[Mark, ...] = ()
    closest: str = ""
    owner: str = ""
    said_at: str = ""


class Feedback:
    """The verdicts on a library's answers. Safe to share between threads.

    Args:
        folder: The library's own folder.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._lock = Lock()

    def keep(self, verdict: Verdict) -> None:
        """Add a verdict; it is on the disk when this returns."""
        record = asdict(verdict) | {"said_at": datetime.now(UTC).isoformat(timespec="seconds")}
        line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._lock:
            try:
                self._append(line)
            except OSError as error:
                raise FeedbackError(f"What you said can't be kept in {self._file} ({error.strerror}).") from error

    def verdicts(self, owner: str = "") -> dict[str, Verdict]:
        """What one person said last about each question, by `key_of` the question, in the order of their lines."""
        return {key_of(verdict.question): verdict for verdict in self.everyones() if verdict.owner == owner}

    def everyones(self) -> list[Verdict]:
        """What each person said last about each question, in the order of their lines."""
        with self._lock:
            lines = self._file.read_bytes().splitlines() if self._file.exists() else []
        found: dict[tuple[str, str], Verdict] = {}
        for verdict in map(_verdict, lines):
            if verdict is not None:
                said = key_of(verdict.question), verdict.owner
                found.pop(said, None)
                found[said] = verdict
        return list(found.values())

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if size + len(line) > _MAX_BYTES:
                raise FeedbackError(f"{self._file} is full ({_MAX_BYTES:,} bytes). Export it and move it away.")
            was_cut = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
            file.write(b"\n" + line if was_cut else line)
            file.flush()
            os.fsync(file.fileno())


def key_of(question: str) -> str:
    """What makes two questions one: neither case nor white space does."""
    return " ".join(question.casefold().split())


def mark_of(citation: Citation) -> Mark:
    """The mark of a place."""
    return Mark(citation.document.id, citation.start, citation.end, _checksum(citation.text))


def place_of(mark: Mark, documents: Mapping[str, Document]) -> Citation | None:
    """The place of a mark; None if its document is gone, or has other words there now."""
    document = documents.get(mark.document)
    if document is None or _checksum(document.text[mark.start : mark.end]) != mark.sha256:
        return None
    return Citation(document, mark.start, mark.end)


def gold_lines(verdicts: Iterable[Verdict], documents: Sequence[Document]) -> tuple[list[dict[str, Any]], list[str]]:
    """Verdicts as the gold questions that `eval` and `calibrate` read.

    Args:
        verdicts: The last one of each person on each question.
        documents: Of the library.

    Returns:
        The lines, one for a question, and a sentence about each question that none could be made of.
    """
    by_id = {document.id: document for document in documents}
    names = {"": "", **names_of(documents)}
    lines, left_out = [], []
    for said in _by_question(verdicts):
        standing = [verdict for verdict in said if not verdict.marks or _places(verdict, by_id)] or said
        verdict = _agreed(standing)
        if verdict is None:
            people = ", ".join(one.owner or "someone without a login" for one in standing)
            left_out.append(
                f"{said[-1].question!r} was judged differently by {people}. Export again when they agree."
            )
            continue
        places = _places(verdict, by_id)
        if verdict.kind is Kind.WRONG:
            left_out.append(f"{verdict.question!r} was answered wrongly, and nobody said what is right.")
        elif verdict.kind is Kind.PRESENT:
            left_out.append(f"{verdict.question!r} is answered in the documents, but nobody said where.")
        elif verdict.kind is not Kind.ABSENT and not places:
            left_out.append(f"{verdict.question!r} was answered in a document that has changed or is gone.")
        else:
            document = places[0].document.id if places else verdict.closest
            lines.append(gold_line(verdict.question, places, names, document=document if document in names else ""))
    return lines, left_out


def _by_question(verdicts: Iterable[Verdict]) -> Iterable[list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(key_of(verdict.question), []).append(verdict)
    return found.values()


def _agreed(said: Sequence[Verdict]) -> Verdict | None:
    """What several people said about a question as one verdict, the last with the marks of all; None if they differ.

    Who found an answer wrong agrees with whoever says what is right instead, and who knows that the documents hold
    one with whoever says which.
    """
    kinds = {verdict.kind for verdict in said}
    if any(opposites <= kinds for opposites in _OPPOSITES):
        return None
    told = [verdict for verdict in said if verdict.kind not in _WITHOUT_ANSWER]
    if not told:
        return said[-1]
    words = [{mark.sha256 for mark in verdict.marks} for verdict in told]
    if any(words) and not set.intersection(*words):
        return None
    return replace(told[-1], marks=tuple(dict.fromkeys(mark for verdict in told for mark in verdict.marks)))


def _places(verdict: Verdict, documents: Mapping[str, Document]) -> list[Citation]:
    return [place for place in (place_of(mark, documents) for mark in verdict.marks) if place is not None]


def _verdict(line: bytes) -> Verdict | None:
    """The verdict of a line; None for one that was cut short or is of another program."""
    try:
        record = json.loads(line)
        marks = tuple(Mark(**mark) for mark in record.pop("marks"))
        return Verdict(**record | {"kind": Kind(record["kind"]), "marks": marks})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
