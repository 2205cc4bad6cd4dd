import os
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest

from index.errors import LibraryBusyError
from index.types import SyncReport
from tests.scripted_library import ScriptedLibrary
from ui.adding import adding, swept
from ui.roles import Progress


def test_every_stage_of_every_file_is_told_and_then_the_report(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("It rains.", "utf-8")
    bad.write_bytes(b"\xff\xfe\xfa")
    news = list(adding(ScriptedLibrary(tmp_path, []), [good, bad]))
    assert news[0] == ({"good.txt": "waiting", "bad.txt": "waiting"}, 0)
    assert news[-2] == ({"good.txt": "parsing", "bad.txt": "parsing"}, 50)
    assert isinstance(news[-1], SyncReport)
    assert len(news[-1].added) == 1 and len(news[-1].refused) == 1


def test_files_that_are_encoded_together_are_indexed_together(tmp_path: Path) -> None:
    class Batching(ScriptedLibrary):
        def add(self, paths: Sequence[Path], *, progress: Progress) -> SyncReport:
            told = [("a.txt", "parsing"), ("b.txt", "parsing"), ("b.txt", "embedding"), ("elsewhere.txt", "parsing")]
            for name, stage in told:
                progress(f"/lib/uploads/{name}", stage, n_done=0, n_total=2)
            return SyncReport()

    *stages, _ = adding(Batching(tmp_path, []), [tmp_path / "a.txt", tmp_path / "b.txt"])
    assert stages[-1] == ({"a.txt": "embedding", "b.txt": "embedding"}, 0)


class _Large(ScriptedLibrary):
    """Tells of two files, one of them large."""

    def add(self, paths: Sequence[Path], *, progress: Progress | None = None) -> SyncReport:
        assert progress is not None
        for stage, n_done, share in [("parsing", 0, 0), ("embedding", 0, 0), ("saved", 1, 0)]:
            progress("a.txt", stage, n_done=n_done, n_total=2, share=share)
        for share in range(0, 1_000):
            progress("b.txt", "embedding", n_done=1, n_total=2, share=share / 1_000)
        return SyncReport()


def test_how_much_is_done_is_told_once_a_percent(tmp_path: Path) -> None:
    *shown, _ = adding(_Large(tmp_path, []), [tmp_path / "a.txt", tmp_path / "b.txt"])
    percents = [percent for _, percent in shown]
    assert percents == sorted(percents) and set(percents) == {0, *range(50, 100)} and len(percents) < 60


def test_a_stop_says_what_was_saved_and_what_was_not(tmp_path: Path) -> None:
    stop = Event()
    shown = []
    for news in adding(_Large(tmp_path, []), [tmp_path / "a.txt", tmp_path / "b.txt"], stop=stop):
        shown.append(news)
        stop.set()
    assert not isinstance(shown[-1], SyncReport) and set(shown[-1][0].values()) <= {"saved", "stopped"}
    assert shown[-1][0]["b.txt"] == "stopped" and shown[-1][1] < 100


def test_what_the_library_raises_is_raised_here(tmp_path: Path) -> None:
    class Busy(ScriptedLibrary):
        def add(self, *given: object, **named: object) -> SyncReport:
            raise LibraryBusyError("Another process is writing.")

    with pytest.raises(LibraryBusyError):
        list(adding(Busy(tmp_path, []), [tmp_path / "a.txt"]))


def test_only_what_is_older_than_a_day_is_swept(tmp_path: Path) -> None:
    old, waiting, new = tmp_path / "old", tmp_path / "waiting", tmp_path / "new"
    for folder in (old, waiting, new):
        folder.mkdir()
        (folder / "file.txt").write_text("x", "utf-8")
    (tmp_path / "half.bin").write_bytes(b"x")
    for path in (old, tmp_path / "half.bin"):
        os.utime(path, (time.time() - 90_000,) * 2)
    os.utime(waiting, (time.time() - 80_000,) * 2)
    swept(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "waiting"]
