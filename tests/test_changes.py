"""Adding that is stopped half-way: what was saved stays, and nothing else is left."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index import changes
from index.errors import StoppedError
from rag import open_library
from rag.pipeline import OpenLibrary
from tests.fakes import WordEncoder

LARGE = " ".join(f"Sentence {i} speaks of topic{i}." for i in range(6_000))


class _Waiting(WordEncoder):
    """Encodes nothing before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.was_asked, self.may_answer = Event(), Event()

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.was_asked.set()
        self.may_answer.wait(60)
        return super().encode_passages(texts)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[OpenLibrary]:
    with open_library(tmp_path / "library", create=True, encoder=WordEncoder()) as made:
        yield made


def _stop_at(share: float) -> Callable[..., None]:
    def tell(source: str, stage: str, **counts: Any) -> None:
        if counts["share"] > share:
            raise StoppedError("Stopped.")

    return tell


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_what_was_not_saved_is_not_left_in_the_librarys_folder(library: OpenLibrary, tmp_path: Path) -> None:
    small = _file(tmp_path, "a.txt", " ".join(f"The ferry {i} leaves at nine." for i in range(4_000)))
    large, last = _file(tmp_path, "b.txt", LARGE), _file(tmp_path, "c.txt", "The mill was sold.")
    saved: list[str] = []

    def tell(source: str, stage: str, **counts: Any) -> None:
        saved.extend([source] if stage == "saved" else [])
        if saved and counts["share"] > 0.5:
            raise StoppedError("Stopped.")

    with pytest.raises(StoppedError):
        library.add([small, large, last], progress=tell)
    assert [path.name for path in (library.path / "uploads").iterdir()] == ["a.txt"]
    assert [document.title for document in library.documents()] == ["a"]
    assert library.add([last]).unchanged != () and library.problems() == []


def test_a_document_that_was_to_be_replaced_stays_with_its_file(library: OpenLibrary, tmp_path: Path) -> None:
    library.add([_file(tmp_path, "a.txt", "The ferry leaves at nine.")])
    with pytest.raises(StoppedError):
        library.add([_file(tmp_path, "a.txt", LARGE)], progress=_stop_at(0.5))
    (kept,) = (library.path / "uploads").iterdir()
    assert kept.read_text("utf-8") == "The ferry leaves at nine."
    assert library.add([_file(tmp_path, "b.txt", "The mill was sold.")]).deleted == ()
    assert {document.text for document in library.documents()} == {"The ferry leaves at nine.", "The mill was sold."}
    assert not list((library.path / "uploads").glob(".*"))


def test_files_of_one_name_give_way_to_the_one_that_they_were_to_replace(
    library: OpenLibrary, tmp_path: Path
) -> None:
    library.add([_file(tmp_path, "a.txt", "The ferry leaves at nine.")])
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    both = [_file(tmp_path / name, "a.txt", f"{name} {LARGE}") for name in ("one", "two")]
    with pytest.raises(StoppedError):
        library.add(both, progress=_stop_at(0.5))
    (kept,) = (library.path / "uploads").iterdir()
    assert kept.read_text("utf-8") == "The ferry leaves at nine."


def test_closing_stops_what_another_thread_adds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_PATIENCE_SECONDS", 60.0)
    encoder, raised = _Waiting(), list[BaseException]()

    def add() -> None:
        try:
            library.add([_file(tmp_path, "a.txt", LARGE)])
        except BaseException as error:
            raised.append(error)

    with open_library(tmp_path / "library", create=True, encoder=encoder) as library:
        adding = Thread(target=add)
        adding.start()
        encoder.was_asked.wait(60)
        Thread(target=encoder.may_answer.set).start()
    adding.join(60)
    assert [type(error) for error in raised] == [StoppedError]
    assert not list((tmp_path / "library" / "uploads").iterdir())
    with open_library(tmp_path / "library") as library:
        assert library.documents() == [] and library.problems() == []


def test_what_is_stopped_after_the_closing_leaves_just_the_files_of_what_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_PATIENCE_SECONDS", 0.0)
    was_saved, was_closed, raised = Event(), Event(), list[BaseException]()
    small = _file(tmp_path, "a.txt", " ".join(f"The mill {i} was sold." for i in range(4_000)))

    def tell(source: str, stage: str, **counts: Any) -> None:
        if stage == "saved":
            was_saved.set()
            was_closed.wait(60)

    def add() -> None:
        try:
            library.add([small, _file(tmp_path, "b.txt", LARGE)], progress=tell)
        except BaseException as error:
            raised.append(error)

    with open_library(tmp_path / "library", create=True, encoder=WordEncoder()) as library:
        library.add([_file(tmp_path, "b.txt", "The ferry leaves at nine.")])
        adding = Thread(target=add)
        adding.start()
        was_saved.wait(60)
    was_closed.set()
    adding.join(60)
    assert [type(error) for error in raised] == [StoppedError]
    with open_library(tmp_path / "library", encoder=WordEncoder()) as library:
        kept = {str(path): path.read_text("utf-8") for path in (tmp_path / "library" / "uploads").iterdir()}
        assert kept == {document.source: document.text for document in library.documents()}
        assert sorted(document.title for document in library.documents()) == ["a", "b"]


def test_a_library_that_cannot_be_asked_gets_its_files_back(library: OpenLibrary, tmp_path: Path) -> None:
    library.add([_file(tmp_path, "a.txt", "The ferry leaves at nine.")])

    def tell(source: str, stage: str, **counts: Any) -> None:
        (library.path / "library.sqlite3").rename(tmp_path / "elsewhere")
        raise StoppedError("Stopped.")

    with pytest.raises(StoppedError):
        library.add([_file(tmp_path, "a.txt", LARGE)], progress=tell)
    (kept,) = (library.path / "uploads").iterdir()
    assert kept.read_text("utf-8") == "The ferry leaves at nine."
