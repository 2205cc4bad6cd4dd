import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from index.doctor import problems
from index.errors import RefusedError
from index.library import Library
from index.sync import FolderError, delete, rebuild, sync
from index.types import SyncReport
from tests.fakes import WordEncoder

ROOT = Path(__file__).parents[1]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library", create=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("The blue ferry leaves at nine in the morning.")
    (folder / "sub" / "b.md").write_text("# Fares\n\nA ticket costs four crowns.")
    return folder


def names(sources: tuple[str, ...]) -> list[str]:
    return [Path(source).name for source in sources]


def test_a_second_sync_of_the_same_folder_encodes_nothing(library: Library, folder: Path) -> None:
    encoder = WordEncoder()
    assert names(sync(library, folder, encoder=encoder).added) == ["a.txt", "b.md"]
    encoder.n_encoded = 0
    report = sync(library, folder, encoder=encoder)
    assert names(report.unchanged) == ["a.txt", "b.md"] and not report.added
    assert encoder.n_encoded == 0


def test_a_renamed_file_keeps_its_id_and_is_not_encoded_again(library: Library, folder: Path) -> None:
    encoder = WordEncoder()
    sync(library, folder, encoder=encoder)
    before = library.sources()[str((folder / "a.txt").resolve())]
    encoder.n_encoded = 0
    (folder / "a.txt").rename(folder / "renamed.txt")
    report = sync(library, folder, encoder=encoder)
    assert names(report.renamed) == ["renamed.txt"] and not report.deleted
    assert library.sources()[str((folder / "renamed.txt").resolve())] == before
    assert encoder.n_encoded == 0 and problems(library) == []


def test_a_changed_file_is_replaced_under_the_same_id(library: Library, folder: Path) -> None:
    sync(library, folder, encoder=WordEncoder())
    source = str((folder / "a.txt").resolve())
    id_ = library.sources()[source][0]
    (folder / "a.txt").write_text("The blue ferry leaves at ten.")
    assert names(sync(library, folder, encoder=WordEncoder()).updated) == ["a.txt"]
    assert library.sources()[source][0] == id_
    assert texts(library) == {"The blue ferry leaves at ten.", "# Fares\n\nA ticket costs four crowns."}


def test_a_removed_file_is_gone_and_another_folder_is_left_alone(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.txt").write_text("Another folder's only text.")
    sync(library, folder, encoder=WordEncoder())
    sync(library, other, encoder=WordEncoder())
    (folder / "a.txt").unlink()
    assert names(sync(library, folder, encoder=WordEncoder()).deleted) == ["a.txt"]
    assert texts(library) == {"# Fares\n\nA ticket costs four crowns.", "Another folder's only text."}


def test_an_id_is_not_given_twice_when_an_old_name_comes_back(library: Library, folder: Path) -> None:
    """The document that moved away keeps its id, so the newcomer in its old place must get another."""
    original = (folder / "a.txt").read_text()
    sync(library, folder, encoder=WordEncoder())
    (folder / "a.txt").rename(folder / "moved.txt")
    sync(library, folder, encoder=WordEncoder())
    (folder / "moved.txt").write_text("It says something else now.")
    sync(library, folder, encoder=WordEncoder())
    (folder / "a.txt").write_text(original)
    sync(library, folder, encoder=WordEncoder())
    assert len(texts(library)) == 3


def test_a_bad_file_is_named_and_does_not_stop_the_rest(library: Library, folder: Path) -> None:
    (folder / "empty.txt").write_text("")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    report = sync(library, folder, encoder=WordEncoder())
    assert names(report.added) == ["a.txt", "b.md"]
    assert [(Path(refused.source).name, bool(refused.reason)) for refused in report.refused] == [
        ("broken.pdf", True),
        ("empty.txt", True),
    ]


def test_a_file_that_lost_its_text_loses_its_document(library: Library, folder: Path) -> None:
    sync(library, folder, encoder=WordEncoder())
    (folder / "a.txt").write_text("")
    report = sync(library, folder, encoder=WordEncoder())
    assert names(report.deleted) == ["a.txt"] and len(report.refused) == 1
    assert texts(library) == {"# Fares\n\nA ticket costs four crowns."}


def test_a_file_that_cannot_be_opened_keeps_its_document(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index import documents

    sync(library, folder, encoder=WordEncoder())
    really_read = documents.read

    def read(path: Path, root: Path) -> bytes:
        if path.name == "a.txt":
            raise RefusedError("can't be opened: permission denied")
        return really_read(path, root)

    monkeypatch.setattr(documents, "read", read)
    report = sync(library, folder, encoder=WordEncoder())
    assert [Path(refused.source).name for refused in report.refused] == ["a.txt"] and not report.deleted
    assert len(texts(library)) == 2


def test_a_file_that_is_moved_away_while_it_is_synced_keeps_its_document(library: Library, folder: Path) -> None:
    sync(library, folder, encoder=WordEncoder())
    before = texts(library)
    (folder / "a.txt").write_text("The blue ferry leaves at ten.")

    def tell(source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None:
        if stage == "parsing":
            (folder / "a.txt").rename(folder / ".a.txt.saving")

    report = sync(library, folder, encoder=WordEncoder(), progress=tell)
    assert [refused.reason for refused in report.refused] == ["is no longer there"] and not report.deleted
    assert texts(library) == before


def test_a_folder_that_became_empty_deletes_nothing(library: Library, folder: Path) -> None:
    sync(library, folder, encoder=WordEncoder())
    (folder / "a.txt").unlink()
    (folder / "sub" / "b.md").unlink()
    with pytest.raises(FolderError, match="Nothing was changed"):
        sync(library, folder, encoder=WordEncoder())
    assert len(texts(library)) == 2


@pytest.mark.parametrize(("name", "words"), [("none", "There is no folder"), ("documents/a.txt", "is a file")])
def test_what_is_no_folder_is_refused(library: Library, folder: Path, name: str, words: str) -> None:
    with pytest.raises(FolderError, match=words):
        sync(library, folder.parent / name, encoder=WordEncoder())


def test_a_deleted_document_is_gone(library: Library, folder: Path) -> None:
    sync(library, folder, encoder=WordEncoder())
    id_ = library.sources()[str((folder / "a.txt").resolve())][0]
    assert delete(library, id_) and not delete(library, id_)
    assert texts(library) == {"# Fares\n\nA ticket costs four crowns."}


def test_a_rebuild_takes_the_new_encoder_and_keeps_the_texts(library: Library, folder: Path) -> None:
    sync(library, folder, encoder=WordEncoder("one"))
    before = texts(library)
    assert rebuild(library, encoder=WordEncoder("two")) == 2
    assert library.fingerprint()["encoder"] == "two"  # type: ignore[index]
    assert texts(library) == before and problems(library) == []


def test_progress_tells_of_every_file(library: Library, folder: Path) -> None:
    said: list[tuple[str, str, int, int]] = []

    def tell(source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None:
        said.append((Path(source).name, stage, n_done, n_total))

    (folder / "empty.txt").write_text("")
    sync(library, folder, encoder=WordEncoder(), progress=tell)
    assert [s for s in said if s[1] in ("saved", "refused")][-1][2:] == (3, 3)
    assert {s[0] for s in said if s[1] == "saved"} == {"a.txt", "b.md"}


def test_a_large_file_is_encoded_in_slices_to_the_same_vectors(library: Library, folder: Path) -> None:
    (folder / "large.txt").write_text(" ".join(f"Sentence {i} speaks of topic{i}." for i in range(6_000)))
    shares: list[float] = []

    def tell(source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None:
        if stage == "embedding" and source.endswith("large.txt"):
            shares.append(share)

    sync(library, folder, encoder=WordEncoder(), progress=tell)
    with library.reading():
        stored = {number: library.load(number) for number in library.checksums()}
        checksums = list(library.checksums().values())
    for document in stored.values():
        texts = [passage.search_text for passage in document.passages]
        assert np.array_equal(document.vectors, WordEncoder().encode_passages(texts))
    assert len(shares) > 3 and shares == sorted(shares) and shares[0] == 0.0 and shares[-1] < 1
    shares.clear()
    rebuild(library, encoder=WordEncoder(), progress=tell)
    with library.reading():
        assert list(library.checksums().values()) == checksums
    assert len(shares) > 3


def test_what_progress_raises_ends_a_large_file_and_keeps_what_is_saved(library: Library, folder: Path) -> None:
    sync(library, folder, encoder=WordEncoder())
    before = texts(library)
    (folder / "large.txt").write_text(" ".join(f"Sentence {i} speaks of topic{i}." for i in range(6_000)))

    def tell(source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None:
        if share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        sync(library, folder, encoder=WordEncoder(), progress=tell)
    assert texts(library) == before and problems(library) == []
    sync(library, folder, encoder=WordEncoder())
    with pytest.raises(InterruptedError):
        rebuild(library, encoder=WordEncoder("other"), progress=tell)
    assert library.fingerprint()["encoder"] == "words" and problems(library) == []  # type: ignore[index]


CHILD = """
import sys, time
from pathlib import Path
from index.doctor import problems
from index.library import Library
from index.sync import sync
from tests.fakes import WordEncoder

class Slow(WordEncoder):
    def encode_passages(self, texts):
        time.sleep(0.02)
        return super().encode_passages(texts)

def tell(source, stage, *, n_done, n_total, share):
    if stage == "saved":
        print(source, flush=True)

sync(Library(Path(sys.argv[1]), create=True), Path(sys.argv[2]), encoder=Slow(), progress=tell)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_was_said_to_be_saved_survives_being_killed(tmp_path: Path, how: signal.Signals) -> None:
    folder, place = tmp_path / "documents", tmp_path / "library"
    folder.mkdir()
    for i in range(60):
        (folder / f"{i:02}.txt").write_text(f"Document number {i} speaks of topic{i}. " * 300)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(place), str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdout is not None
    acknowledged = [child.stdout.readline().strip() for _ in range(8)]
    time.sleep(0.05)
    os.kill(child.pid, how)
    acknowledged += child.stdout.read().split()
    child.wait(timeout=10)
    library = Library(place)
    assert problems(library) == []
    assert set(acknowledged) <= set(library.sources())
    report = sync(library, folder, encoder=WordEncoder())
    assert set(acknowledged) <= set(report.unchanged)
    assert len(library.sources()) == 60 and isinstance(report, SyncReport)


def texts(library: Library) -> set[str]:
    with library.reading():
        return {library.load(number).document.text for number in library.checksums()}
