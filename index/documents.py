"""Finds documents in a folder, reads their bytes and tells their format, trusting neither names nor links."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from index.errors import RefusedError
from index.parsers.archive import open_archive
from index.types import Refused

MAX_BYTES = 50_000_000
EXTENSIONS = {
    ".txt": "txt",
    ".text": "txt",
    ".rst": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".tsv": "csv",
    ".epub": "epub",
}
_LEFT_OUT = {  # by how the name begins
    ".": "is hidden, because its name begins with a dot; rename it",
    "~$": "is only what Office keeps while a document is open",
}
_MAIN_PARTS = {  # Office on the web numbers them: word/document2.xml
    "docx": re.compile(r"word/document\d*\.xml"),
    "pptx": re.compile(r"ppt/presentation\d*\.xml"),
    "xlsx": re.compile(r"xl/workbook\d*\.xml"),
    "epub": re.compile(r"META-INF/container\.xml"),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (_OLE, "an old Office file"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"\x1f\x8b\x08", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
    (b"Rar!\x1a\x07", "a compressed file"),
    (b"SQLite format 3\x00", "a database"),
    (b"{\\rtf", "a rich text file; save it as .docx"),
)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def find(folder: Path) -> tuple[list[Path], list[Refused]]:
    """Find the documents below a folder.

    What is below a hidden folder, and files for which there is a `reason_left_out`, are left out without a word.

    Returns:
        Paths in sorted order; and what looks like a document but is not read, with the reason. No link is
        followed.
    """
    found: list[Path] = []
    refused: list[Refused] = []
    for path, entry in _walk(folder, refused):
        reason = _reason_against(path, entry)
        if reason is not None:
            refused.append(Refused(printable(path), reason))
        elif reason_left_out(path.name) is None:
            found.append(path)
    return sorted(found), sorted(refused, key=lambda item: item.source)


def unread_kinds(folder: Path) -> Counter[str]:
    """How many files below a folder are of kinds that are not read, by extension; hidden ones don't count."""
    suffixes = (path.suffix.lower() for path, entry in _walk(folder, []) if entry.is_file(follow_symlinks=False))
    return Counter(suffix for suffix in suffixes if suffix not in EXTENSIONS)


def reason_left_out(name: str) -> str | None:
    """Why a file of this name is not looked at, whatever it holds; None if it is."""
    for beginning, reason in _LEFT_OUT.items():
        if name.startswith(beginning):
            return reason
    extension = Path(name).suffix.lower()
    return None if extension in EXTENSIONS else f"is of a kind that can't be read ({extension or 'no extension'})"


def printable(path: Path) -> str:
    """A path as valid text: what can't be decoded becomes a replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


def read(path: Path, root: Path) -> bytes:
    """Read a document's bytes, going down from `root` without following a link.

    Raises:
        RefusedError: It is no regular file below `root`, is too large, can't be read or changes meanwhile.
    """
    try:
        descriptor = _open_below(root, path.relative_to(root).parts)
    except OSError as error:
        raise RefusedError(_why_not(error)) from error
    except ValueError as error:
        raise RefusedError(f"is not inside the folder {root}") from error
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        os.close(descriptor)
        raise RefusedError("is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise RefusedError(_why_not(error)) from error
        after = os.fstat(file.fileno())
    if len(data) > MAX_BYTES:
        raise RefusedError(f"is larger than {MAX_BYTES // 1_000_000} MB; split it")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise RefusedError("changed while it was being read; try again")
    return data


def sniff(data: bytes, name: str) -> str:
    """Tell a document's format; its name's extension and its content must agree.

    Returns:
        One of `index.parsers.KINDS`.

    Raises:
        RefusedError: They don't agree, there is a `reason_left_out`, or the file is empty or protected.
    """
    reason = reason_left_out(name)
    if reason is not None:
        raise RefusedError(reason)
    extension = Path(name).suffix.lower()
    kind = EXTENSIONS[extension]
    if not data.strip():
        raise RefusedError("is empty")
    if data.startswith(_OLE):
        raise RefusedError(_old_office(data))
    content = next((what for magic, what in _MAGIC if data.startswith(magic)), None)
    if kind in ("docx", "pptx", "xlsx", "epub"):
        if content != "a zip archive":
            raise RefusedError(f"is {content or 'something else'}, though its name ends in {extension}")
        return _agreed(kind, _packed_kind(data), extension)
    if kind == "pdf":
        if b"%PDF-" not in data[:1024] or content not in (None, "a PDF") or data.lstrip().startswith(b"<"):
            raise RefusedError(f"is {content or 'something else'}, though its name ends in {extension}")
    elif content is not None:
        raise RefusedError(f"is {content}, though its name ends in {extension}")
    elif kind == "html" and b"<" not in data:
        raise RefusedError(f"holds no HTML, though its name ends in {extension}")
    return kind


def _agreed(kind: str, content: str, extension: str) -> str:
    if content != kind:
        raise RefusedError(f"is {content}, though its name ends in {extension}")
    return kind


def _packed_kind(data: bytes) -> str:
    with open_archive(data) as archive:
        names = set(archive.namelist())
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RefusedError("holds macros; save it without them")
    if "META-INF/rights.xml" in names:
        raise RefusedError("is protected against copying, so it can't be read")
    kinds = [kind for kind, part in _MAIN_PARTS.items() if any(part.fullmatch(name) for name in names)]
    if len(kinds) > 1:
        raise RefusedError(f"is several documents at once ({', '.join(kinds)})")
    return kinds[0] if kinds else "a zip archive"


def _old_office(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "is protected by a password; save it without one"
    return "is an old Office file; save it as .docx, .pptx or .xlsx"


def _walk(folder: Path, refused: list[Refused]) -> Iterator[tuple[Path, os.DirEntry[str]]]:
    """Everything below a folder that is no folder and not hidden."""
    if not folder.is_dir():
        raise RefusedError(f"{folder} is not a folder")
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                below = [entry for entry in entries if not entry.name.startswith(tuple(_LEFT_OUT))]
        except OSError as error:
            refused.append(Refused(printable(here), _why_not(error)))
            continue
        for entry in below:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(here / entry.name)
            else:
                yield here / entry.name, entry


def _reason_against(path: Path, entry: os.DirEntry[str]) -> str | None:
    if entry.is_symlink():
        return "is a link, and links are not followed; put the file itself here"
    if reason_left_out(path.name) is not None:
        return None
    if not entry.is_file(follow_symlinks=False):
        return "is not a regular file"
    if printable(path) != str(path):
        return "has a name that is not valid text; rename it"
    return None if os.access(path, os.R_OK) else "can't be read: permission denied"


def _open_below(root: Path, parts: tuple[str, ...]) -> int:
    """Open a file part by part from `root`, so that no part can be swapped for a link meanwhile."""
    flags = os.O_RDONLY | _NO_FOLLOW
    if os.open not in os.supports_dir_fd:
        return os.open(root.joinpath(*parts), flags | getattr(os, "O_BINARY", 0))
    if not parts or ".." in parts:
        raise ValueError("not below the root")
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for part in parts[:-1]:
        above = folder
        try:
            folder = os.open(part, flags | os.O_DIRECTORY, dir_fd=above)
        finally:
            os.close(above)
    try:
        return os.open(parts[-1], flags | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)


def _why_not(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "is no longer there"
        case PermissionError():
            return "can't be read: permission denied"
        case NotADirectoryError():
            return "is below a link, and links are not followed"
    if os.strerror(error.errno or 0) == os.strerror(40):
        return "is a link, and links are not followed; put the file itself here"
    return f"can't be read: {(error.strerror or 'unknown error').lower()}"
