import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import storage
from index.chunker import chunk
from index.doctor import problems
from index.errors import (
    EncoderMismatchError,
    LibraryBusyError,
    LibraryDamagedError,
    LibraryNotFoundError,
    LibraryVersionError,
)
from index.lexical import terms
from index.library import Library
from index.types import Document, Heading
from tests.fakes import WordEncoder

ROOT = Path(__file__).parents[1]
TEXT = "Ferry times\n\nThe blue ferry leaves at nine. \u2018Æ\u2019 日本 🎉 NUL\x00 and \u202e stay.\r\n" * 3


def document(id_: str = "d1", text: str = TEXT, source: str = "/docs/ferry.txt") -> Document:
    return Document(id_, text, source, "Ferry", None, "ab" * 32, "txt", (0, 20), (Heading(0, 11, 1),))


def put(library: Library, *documents: Document) -> None:
    encoder = WordEncoder()
    with library.writing() as writer, writer.batch():
        for each in documents:
            passages = chunk(each)
            writer.put(each, passages, encoder.encode_passages([p.search_text for p in passages]))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library", create=True)


def test_a_document_comes_back_as_it_was_put(library: Library) -> None:
    put(library, document())
    with library.reading() as generation:
        (number,) = library.checksums()
        stored = library.load(number)
    assert generation == 1
    assert stored.document == document()
    assert list(stored.passages) == chunk(document())
    expected = WordEncoder().encode_passages([p.search_text for p in chunk(document())])
    assert np.array_equal(stored.vectors, expected)


def test_terms_find_the_passage_that_holds_them(library: Library) -> None:
    put(library, document(), document("d2", "Nothing of the kind stands here at all.", "/docs/other.txt"))
    with library.reading():
        first, second = library.checksums()
        assert {id_ >> 20 for id_, _ in library.match(terms("blue nine"), k=5)} == {first}
        assert library.match(terms("blue nine"), k=5, numbers=[second]) == []
        assert library.match([], k=5) == []


def test_a_batch_that_fails_leaves_nothing(library: Library) -> None:
    put(library, document())
    with pytest.raises(RuntimeError), library.writing() as writer, writer.batch():
        writer.delete("d1")
        raise RuntimeError
    assert library.sources() == {"/docs/ferry.txt": ("d1", "ab" * 32)}
    assert problems(library) == []


def test_a_full_disk_is_named(library: Library) -> None:
    put(library, document())
    with pytest.raises(LibraryDamagedError, match="disk is full"), library.writing() as writer, writer.batch():
        n_pages = writer._connection.execute("PRAGMA page_count").fetchone()[0]
        writer._connection.execute(f"PRAGMA max_page_count={n_pages}")
        writer.set("large", "x" * 1_000_000)
    assert problems(library) == []


def test_an_error_that_ended_a_transaction_is_not_hidden(library: Library) -> None:
    with pytest.raises(RuntimeError), library.writing() as writer, writer.batch():
        writer._connection.execute("ROLLBACK")
        raise RuntimeError
    with pytest.raises(RuntimeError), library.reading():
        library._connection.execute("ROLLBACK")
        raise RuntimeError


def test_a_library_that_is_being_written_is_not_said_to_be_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_BUSY_SECONDS", 0.1)
    library = Library(tmp_path / "library", create=True)
    with library.writing() as writer, writer.batch(), pytest.raises(LibraryBusyError, match="in use by another"):
        problems(library)
    assert problems(library) == []


def test_a_library_that_another_process_made_meanwhile_is_left_alone(library: Library) -> None:
    put(library, document())
    storage.make(library.path)
    assert Library(library.path).sources() == library.sources() != {}
    assert not list(library.path.glob(".*"))


def test_a_library_can_be_made_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "link", link)
    assert problems(Library(tmp_path / "library", create=True)) == []


def test_a_deleted_text_is_nowhere_on_the_disk(library: Library) -> None:
    canary = "xyzzyplugh"
    put(library, document(), document("d2", f"The word is {canary} and no other. " * 40, "/docs/secret.txt"))
    with library.writing() as writer, writer.batch():
        assert writer.delete("d2")
        writer.erase_stale_terms()
    stem = terms(canary)[0].encode()
    for path in library.path.rglob("*"):
        data = path.read_bytes()
        assert canary.encode() not in data and stem not in data, path


def test_only_one_process_writes(library: Library) -> None:
    code = (
        "from pathlib import Path\nfrom index.library import Library\n"
        f"with Library(Path({str(library.path)!r})).writing():\n pass"
    )
    with library.writing():
        refused = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
        assert f"Another process (pid {os.getpid()}) is writing" in refused.stderr
        with pytest.raises(LibraryBusyError), library.writing():
            pass
    with library.writing():
        pass


def test_a_writer_that_died_leaves_no_lock(library: Library) -> None:
    code = (
        "import os\nfrom pathlib import Path\nfrom index.library import Library\n"
        f"with Library(Path({str(library.path)!r})).writing() as w, w.batch():\n w.set('a', 'b')\n os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 9
    with library.writing() as writer, writer.batch():
        writer.set("c", "d")
    assert library.setting("a") is None and library.setting("c") == "d"


def test_a_changed_bit_in_a_document_is_noticed_and_named(library: Library) -> None:
    put(library, document())
    file = library.path / "library.sqlite3"
    data = bytearray(file.read_bytes())
    at = data.index(b"The blue ferry leaves")
    data[at + 4] ^= 1
    file.write_bytes(bytes(data))
    again = Library(library.path)
    with again.reading(), pytest.raises(LibraryDamagedError, match=r"ferry\.txt.*checksum"):
        again.load(next(iter(again.checksums())))
    assert any("checksum" in problem for problem in problems(again))


@pytest.mark.parametrize("keep", [0, 10, 100, 4096, 9000])
def test_a_cut_file_is_noticed(library: Library, keep: int) -> None:
    put(library, document())
    file = library.path / "library.sqlite3"
    os.truncate(file, keep)
    with pytest.raises(LibraryDamagedError):
        again = Library(library.path)
        with again.reading():
            for number in again.checksums():
                again.load(number)


def test_a_library_of_a_newer_version_is_refused(library: Library) -> None:
    with library.writing() as writer, writer.batch():
        writer.set("format", "99")
    with pytest.raises(LibraryVersionError, match="newer version"):
        Library(library.path)


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    with pytest.raises(LibraryNotFoundError, match="There is no library at"):
        Library(tmp_path / "none")


def test_another_encoder_is_refused_with_both_names(library: Library) -> None:
    with library.writing() as writer, writer.batch():
        writer.set_fingerprint({"encoder": "one", "dim": "4"})
    library.check_fingerprint({"encoder": "one", "dim": "4"})
    with pytest.raises(EncoderMismatchError, match=r"'one'.*'two'.*quoteback rebuild"):
        library.check_fingerprint({"encoder": "two", "dim": "4"})


def test_a_library_can_be_copied_while_it_is_open(library: Library, tmp_path: Path) -> None:
    put(library, document())
    shutil.copytree(library.path, tmp_path / "copy")
    assert Library(tmp_path / "copy").sources() == library.sources()


def test_the_file_is_only_for_its_owner(library: Library) -> None:
    assert (library.path / "library.sqlite3").stat().st_mode & 0o077 == 0


def test_orphaned_terms_are_a_problem(library: Library) -> None:
    put(library, document())
    with sqlite3.connect(library.path / "library.sqlite3") as connection:
        connection.execute("DELETE FROM documents")
    assert any("deleted documents" in problem for problem in problems(library))
