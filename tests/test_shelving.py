import html
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from index.types import Refused
from tests.scripted_library import ScriptedLibrary, bridge_library, document
from ui.scope import MAX_PICKED
from ui.scoping import Scoping
from ui.shelving import Shelving


@pytest.fixture()
def library(tmp_path: Path) -> ScriptedLibrary:
    return bridge_library(tmp_path / "library")


@pytest.fixture()
def shelving(library: ScriptedLibrary, tmp_path: Path) -> Shelving:
    (tmp_path / "incoming").mkdir()
    return Shelving(library, tmp_path / "incoming")


def _event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def _added(
    shelving: Shelving,
    *,
    stopped: int = 0,
    refused: tuple[Refused, ...] = (),
    run: tuple[str, int] = ("", 0),
    **data: Any,
) -> Iterator[tuple[Any, Any, Any, tuple[str, int]]]:
    return shelving.added("", stopped, refused, run, _event(**data))


def test_only_files_that_were_sent_are_added_and_removed(
    shelving: Shelving, library: ScriptedLibrary, tmp_path: Path
) -> None:
    secret, sent = tmp_path / "secret.txt", tmp_path / "incoming" / "sent.txt"
    secret.write_text("a secret", "utf-8")
    sent.write_text("It rains.", "utf-8")
    os.symlink(secret, tmp_path / "incoming" / "link.txt")
    outside = [
        str(secret),
        f"{tmp_path}/incoming/../secret.txt",
        f"{tmp_path}/incoming/link.txt",
        f"{tmp_path}/incoming",
        f"{tmp_path}/incoming-too/a.txt",
        "../secret.txt",
        "/proc/self/environ",
        "secret.txt\0.txt",
        "",
        7,
        None,
        ["a"],
    ]
    n_before = len(library.documents())
    *_, (outcome, *_) = _added(shelving, paths=[*outside, str(sent)])
    assert len(library.documents()) == n_before + 1
    assert "sent.txt" in outcome.replace("&#46;", ".") and "secret" not in outcome
    assert secret.exists() and not sent.exists()
    for paths in ("/etc/passwd", None, {"a": 1}):
        *_, (outcome, *_) = _added(shelving, paths=paths)
        assert len(library.documents()) == n_before + 1


def test_a_document_that_is_gone_is_no_error(shelving: Shelving) -> None:
    for named in ("", "no such", 7, None):
        shelving.deleted("", (), _event(document=named))


def _sent(tmp_path: Path, name: str) -> str:
    path = tmp_path / "incoming" / name
    path.write_text("It rains.", "utf-8")
    return str(path)


def test_a_stop_ends_the_adding_and_what_was_sent_with_it(
    shelving: Shelving, library: ScriptedLibrary, tmp_path: Path
) -> None:
    n_before = len(library.documents())
    updates = _added(shelving, sending=7, paths=[_sent(tmp_path, name) for name in ("a.txt", "b.txt")])
    shown, _, _, run = next(updates)
    assert "qb-halt" in shown and shelving.stopped(run) == 7
    *_, (outcome, *_) = updates
    assert "was stopped" in outcome and len(library.documents()) == n_before
    *_, (outcome, *_) = _added(shelving, stopped=7, sending=7, paths=[_sent(tmp_path, "c.txt")])
    assert "was stopped" in outcome and len(library.documents()) == n_before
    *_, (outcome, *_) = _added(shelving, stopped=7, sending=8, paths=[_sent(tmp_path, "d.txt")])
    assert "added" in outcome and len(library.documents()) == n_before + 1
    assert list((tmp_path / "incoming").iterdir()) == []


def test_what_was_refused_of_a_sending_stays_to_be_seen(shelving: Shelving, tmp_path: Path) -> None:
    before = (Refused("/in/scan.pdf", "holds no text"),)
    *_, (outcome, _, refused, _) = _added(
        shelving, refused=before, run=("before", 7), sending=7, paths=[_sent(tmp_path, "a.txt")]
    )
    assert "holds no text" in outcome and "added" in outcome and refused == before
    *_, (outcome, _, refused, _) = _added(
        shelving, refused=before, run=("before", 7), sending=8, paths=[_sent(tmp_path, "b.txt")]
    )
    assert "holds no text" not in outcome and refused == ()


def test_only_who_adds_can_stop(shelving: Shelving, tmp_path: Path) -> None:
    updates = _added(shelving, sending=7, paths=[_sent(tmp_path, "a.txt")])
    next(updates)
    for run in (("", 7), ("guessed", 7)):
        shelving.stopped(run)
    *_, (outcome, *_) = updates
    assert "added" in outcome


def test_files_that_are_there_no_more_are_said_to_be(
    shelving: Shelving, library: ScriptedLibrary, tmp_path: Path
) -> None:
    n_before = len(library.documents())
    there, gone = _sent(tmp_path, "a.txt"), [str(tmp_path / "incoming" / name) for name in ("b.txt", "c.txt")]
    *_, (outcome, *_) = _added(shelving, sending=7, paths=[there, *gone])
    assert "added" in outcome and "2 files are no longer there; add them again." in outcome
    assert len(library.documents()) == n_before + 1
    *_, (outcome, *_) = _added(shelving, sending=7, paths=gone[:1])
    assert "1 file is no longer there; add it again." in outcome
    *_, (outcome, *_) = _added(shelving, sending=7, paths=[_sent(tmp_path, "d.txt")])
    assert "no longer there" not in outcome


def test_the_documents_ticked_beyond_the_most_are_counted(tmp_path: Path) -> None:
    ids = [f"{n:016x}" for n in range(MAX_PICKED + 3)]
    library = ScriptedLibrary(tmp_path, [document(i, title=i, source=f"/x/{i}.txt") for i in ids])
    known = [doc.id for doc in library.documents()]
    *_, note = Scoping(library).picked("", _event(documents=known[:MAX_PICKED], ticked=len(known)))
    assert html.unescape(note).startswith("<p>Asking 2,000 of 2,003 documents.")
    assert "3 more are ticked and not asked" in note
    for ticked in (MAX_PICKED, 10**9, "2003", None):
        *_, note = Scoping(library).picked("", _event(documents=known[:MAX_PICKED], ticked=ticked))
        assert "more are ticked" not in note
