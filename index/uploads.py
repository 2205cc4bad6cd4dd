"""The files that were added to a library: copies in a folder of its own, which go when nothing comes of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index import documents
from index.encoder import sha256_of_file
from index.errors import QuotebackError
from index.library import Library
from index.types import Document, Refused, SyncReport


def add(library: Path, paths: Sequence[Path], *, sync: Callable[[Path], SyncReport]) -> SyncReport:
    """Keep copies of files, each in place of one of the same name, and index them.

    A copy that is refused goes. If this is interrupted, one that is not saved goes, and what was in its place comes
    back.

    Args:
        library: The library's own folder.
        paths: The files.
        sync: Indexes the folder that the copies are in.
    """
    reasons = {path: documents.reason_left_out(path.name) for path in paths}
    left_out = [Refused(documents.printable(path), reason) for path, reason in reasons.items() if reason is not None]
    taken = [path for path, reason in reasons.items() if reason is None]
    if not taken:
        return SyncReport(refused=tuple(left_out))
    folder = _folder(library)
    folder.mkdir(mode=0o700, exist_ok=True)
    copies: list[Path] = []
    try:
        for path in taken:
            _copy(path, folder / path.name, copies)
        report = sync(folder)
        _take_back_refused(copies, report)
    except BaseException:
        _take_back_unsaved(copies, library)
        raise
    finally:
        for path in taken:
            for why in ("part", "before"):
                _hidden(folder / path.name, why).unlink(missing_ok=True)
    return replace(report, refused=(*left_out, *report.refused))


def remove(library: Path, document: Document) -> None:
    """Remove the file that a document was read from, and those with the same content, if they were added."""
    for path in _folder(library).rglob("*"):
        if path.is_file() and (str(path) == document.source or _sha256(path) == document.sha256):
            path.unlink(missing_ok=True)


def _folder(library: Path) -> Path:
    return (library / "uploads").resolve()


def _copy(path: Path, copy: Path, copies: list[Path]) -> None:
    unfinished = _hidden(copy, "part")
    shutil.copyfile(path, unfinished)
    is_first = copy not in copies
    if is_first and copy.exists():
        shutil.copyfile(copy, _hidden(copy, "before"))
    unfinished.replace(copy)
    if is_first:
        copies.append(copy)


def _take_back_refused(copies: Sequence[Path], report: SyncReport) -> None:
    refused = {refused.source for refused in report.refused}
    for copy in copies:
        if documents.printable(copy) in refused:
            if str(copy) in report.deleted:
                _hidden(copy, "before").unlink(missing_ok=True)
            _take_back(copy)


def _take_back_unsaved(copies: Sequence[Path], library: Path) -> None:
    saved = _saved(library)
    for copy in copies:
        if str(copy) not in saved or saved[str(copy)] != _sha256(copy):
            _take_back(copy)


def _take_back(copy: Path) -> None:
    before = _hidden(copy, "before")
    if before.exists():
        before.replace(copy)
    else:
        copy.unlink(missing_ok=True)


def _saved(library: Path) -> dict[str, str]:
    """sha256 of each document, by its source; of none if the library can't be asked."""
    try:
        with closing(Library(library)) as own:  # the one that was added to may be closed by now
            return {source: sha256 for source, (_, sha256) in own.sources().items()}
    except QuotebackError:
        return {}


def _sha256(path: Path) -> str | None:
    try:
        return sha256_of_file(path)
    except OSError:
        return None


def _hidden(path: Path, why: str) -> Path:
    return path.with_name(f".{path.name}.{why}")
