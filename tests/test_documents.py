"""A folder's documents are found and read safely; names, links and contents are never trusted."""

from __future__ import annotations

import os
import socket
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from index.documents import EXTENSIONS, MAX_BYTES, find, read, sniff, unread_kinds
from index.errors import RefusedError
from index.parsers import KINDS
from tests import made_documents as made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (tmp_path / "outside.txt").write_text("a canary that must stay outside")
    return folder


def reasons(folder: Path) -> dict[str, str]:
    return {Path(refused.source).name: refused.reason for refused in find(folder)[1]}


def test_documents_are_found_at_any_depth_in_sorted_order(folder: Path) -> None:
    for name in (
        "b.txt",
        "a/z.md",
        "a/b/c.PDF",
        "ä.html",
        ".hidden.txt",
        ".git/x.txt",
        "~$b.docx",
        "photo.jpg",
        "Makefile",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    paths, refused = find(folder)
    assert [str(path.relative_to(folder)) for path in paths] == ["a/b/c.PDF", "a/z.md", "b.txt", "ä.html"]
    assert refused == []
    assert unread_kinds(folder) == {".jpg": 1, "": 1}


def test_links_are_named_and_never_followed(folder: Path) -> None:
    (folder / "real.txt").write_text("x")
    (folder / "out.txt").symlink_to(folder.parent / "outside.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.md").symlink_to(folder / "nowhere.md")
    paths, _ = find(folder)
    assert [path.name for path in paths] == ["real.txt"]
    assert set(reasons(folder)) == {"out.txt", "loop", "dangling.md"}
    assert all("link" in reason for reason in reasons(folder).values())


def test_pipes_sockets_and_devices_are_refused_without_waiting(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)
        try:
            server.bind("socket.md")
        finally:
            os.chdir(here)
        assert reasons(folder) == {"pipe.txt": "is not a regular file", "socket.md": "is not a regular file"}
    for path, root in [(folder / "pipe.txt", folder), (Path("/dev/zero"), Path("/dev"))]:
        with pytest.raises(RefusedError, match="is not a regular file"):
            read(path, root)


def test_folder_named_like_a_document_is_walked_into(folder: Path) -> None:
    (folder / "book.pdf").mkdir()
    (folder / "book.pdf" / "note.txt").write_text("x")
    assert [path.name for path in find(folder)[0]] == ["note.txt"]
    with pytest.raises(RefusedError, match="is not a regular file"):
        read(folder / "book.pdf", folder)


def test_name_that_is_no_text_is_refused(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("x")
    assert reasons(folder) == {"caf�.txt": "has a name that is not valid text; rename it"}


def test_unreadable_files_and_folders_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret.txt").write_text("x")
    (folder / "locked").mkdir()
    scandir = os.scandir

    def deny(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", lambda path: deny() if Path(path).name == "locked" else scandir(path))
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "secret.txt")
    assert reasons(folder) == dict.fromkeys(["secret.txt", "locked"], "can't be read: permission denied")
    monkeypatch.setattr(os, "open", deny)
    with pytest.raises(RefusedError, match="can't be read: permission denied"):
        read(folder / "secret.txt", folder)


def test_what_is_no_folder_is_refused(folder: Path) -> None:
    with pytest.raises(RefusedError, match=r"outside\.txt is not a folder"):
        find(folder.parent / "outside.txt")


def test_reading_gives_the_files_bytes(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "b.txt").write_bytes(b"caf\xe9\r\n")
    assert read(folder / "a" / "b.txt", folder) == b"caf\xe9\r\n"


def test_file_or_folder_swapped_for_a_link_after_it_was_found_is_not_read(folder: Path) -> None:
    (folder / "swapped.txt").symlink_to(folder.parent / "outside.txt")
    (folder / "below").symlink_to(folder.parent)
    for path in (folder / "swapped.txt", folder / "below" / "outside.txt"):
        with pytest.raises(RefusedError, match="link"):
            read(path, folder)


@pytest.mark.parametrize("name", ["../outside.txt", "a/../../outside.txt"])
def test_nothing_outside_the_folder_is_read(folder: Path, name: str) -> None:
    with pytest.raises(RefusedError, match="is not inside the folder"):
        read(folder / name, folder)
    with pytest.raises(RefusedError, match="is not inside the folder"):
        read(folder.parent / "outside.txt", folder)


def test_vanished_file_is_refused(folder: Path) -> None:
    with pytest.raises(RefusedError, match="is no longer there"):
        read(folder / "gone.txt", folder)


def test_huge_sparse_file_is_refused_at_once(folder: Path) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(100 * 1024**3)
    with pytest.raises(RefusedError, match="is larger than 50 MB"):
        read(folder / "huge.txt", folder)


def test_file_of_just_the_limit_is_read(folder: Path) -> None:
    with (folder / "large.txt").open("wb") as file:
        file.truncate(MAX_BYTES)
    assert len(read(folder / "large.txt", folder)) == MAX_BYTES


def test_file_that_grows_while_it_is_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "growing.txt"
    path.write_bytes(b"one")
    fdopen = os.fdopen

    def open_and_grow(*args: object) -> object:
        file = fdopen(*args)  # type: ignore[call-overload]
        original = file.read
        file_like = type("Growing", (), {"__enter__": lambda self: self, "__exit__": lambda self, *_: file.close()})()
        file_like.fileno = file.fileno
        file_like.read = lambda n: (original(n), path.open("ab").write(b" two"))[0]
        return file_like

    monkeypatch.setattr(os, "fdopen", open_and_grow)
    with pytest.raises(RefusedError, match="changed while it was being read"):
        read(path, folder)


@pytest.mark.parametrize("kind", KINDS)
def test_name_and_content_that_agree_tell_the_format(kind: str) -> None:
    contents = {
        "docx": made.word_document,
        "pptx": made.slides,
        "xlsx": made.workbook,
        "epub": lambda: made.book("<p>x</p>"),
        "pdf": lambda: made.pdf([(12, 72, 800, "Text.")]),
        "html": lambda: b"<p>x",
    }
    data = contents.get(kind, lambda: b"Some words.")()
    for extension in [extension for extension, its_kind in EXTENSIONS.items() if its_kind == kind]:
        assert sniff(data, f"A name. With dots{extension.upper()}") == kind


def pdf_in_zip() -> bytes:
    return made.zipped({"word/document.xml": "<x/>"}) + made.pdf([(12, 72, 800, "Text.")])


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "is empty"),
        (b" \n\n", "a.md", "is empty"),
        (b"x", "a.exe", r"is of a kind that can't be read \(\.exe\)"),
        (b"x", "README", r"can't be read \(no extension\)"),
        (b"x", "a.pdf.exe", r"\(\.exe\)"),
        (b"x", "a.docm", r"\(\.docm\)"),
        (b"plain words", "a.pdf", "is something else, though its name ends in .pdf"),
        (b"plain words", "a.docx", "is something else, though its name ends in .docx"),
        (b"%PDF-1.4 ...", "a.txt", "is a PDF, though its name ends in .txt"),
        (b"%PDF-1.4 ...", "a.docx", "is a PDF, though"),
        (b"<html>%PDF-1.4", "a.pdf", "is something else"),
        (b"\x89PNG\r\n\x1a\n", "a.txt", "is a picture"),
        (b"\x7fELF\x02", "a.md", "is a program"),
        (b"{\\rtf1 x}", "a.txt", "is a rich text file"),
        (b"no tags at all", "a.html", "holds no HTML"),
        (made.zipped({"a.txt": "x"}), "a.docx", "is a zip archive, though its name ends in .docx"),
        (made.book("<p>x</p>"), "a.docx", "is epub, though its name ends in .docx"),
        (made.zipped({"word/document.xml": "x", "xl/workbook.xml": "x"}), "a.docx", "several documents at once"),
        (made.zipped({"word/document.xml": "x", "word/vbaProject.bin": "x"}), "a.docx", "holds macros"),
        (pdf_in_zip(), "a.pdf", "is a zip archive, though"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "a.docx", "is an old Office file; save it as .docx"),
        (b"PK\x03\x04 and then nothing", "a.docx", "is damaged: it can't be unpacked"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_refused_in_a_plain_sentence(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        sniff(data, name)


def bomb(*, entries: int = 1, size: int = 1000, double: bool = False) -> bytes:
    made_bytes = BytesIO()
    with zipfile.ZipFile(made_bytes, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(entries):
            archive.writestr("word/document.xml" if n == 0 or double else f"word/{n}.xml", b"\0" * size)
    return made_bytes.getvalue()


def overlapping() -> bytes:
    data = bytearray(made.zipped({"word/document.xml": "x" * 40, "b.xml": "y"}))
    sizes = [at + 20 for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    for at in sizes:
        data[at : at + 4] = (100_000).to_bytes(4, "little")
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(made.zipped({"word/document.xml": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bomb(size=60_000_000), "would unpack to far more than a document holds"),
        (bomb(size=9_000_000), "would unpack to far more"),
        (bomb(entries=5_001, size=1), "holds 5001 parts"),
        (made.docx("<w:p/>" * 1_500_000), "would unpack to far more"),
        (overlapping(), "its parts overlap"),
        (encrypted(), "is protected by a password"),
    ],
    ids=["entry", "ratio", "count", "paragraphs", "overlap", "encrypted"],
)
def test_archives_that_are_bombs_are_refused_before_they_are_unpacked(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        sniff(data, "bomb.docx")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_with_two_parts_of_one_name_is_refused() -> None:
    with pytest.raises(RefusedError, match="two parts of the same name"):
        sniff(bomb(entries=2, double=True), "twins.docx")
