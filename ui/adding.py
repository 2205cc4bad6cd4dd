"""Adding files to the library, with the stage of each told while it happens."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from index.errors import StoppedError
from index.types import SyncReport
from ui.background import following
from ui.roles import Library

_News = tuple[str, str, int]  # name of a file, its stage, percent of the work done
_STAGES_OF_WORK = ("parsing", "embedding")  # what is saved or refused already is told to the end
STALE_SECONDS = 86_400  # what is sent at once is added in hundreds, and each may take long


def adding(
    library: Library, paths: Sequence[Path], *, stop: Event | None = None
) -> Iterator[tuple[dict[str, str], int] | SyncReport]:
    """Add files to a library.

    Args:
        library: Where to add them.
        paths: The files.
        stop: Ends the adding when it is set; what is saved by then stays.

    Yields:
        The stage of every file so far, by name, and how much of the work is done, in percent, each time that one
        changes; at the end the report, or, after a stop, the stages once more.

    Raises:
        QuotebackError: What the library raised.
    """

    def add(tell: Callable[[_News], None]) -> SyncReport:
        def told(source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None:
            tell((Path(source).name, stage, int(100 * (n_done + share) / n_total)))
            if stop is not None and stop.is_set() and stage in _STAGES_OF_WORK:
                raise StoppedError("Stopped.")

        return library.add(paths, progress=told)

    shown = ({path.name: "waiting" for path in paths}, 0)
    yield shown
    try:
        for news in following(add):
            if isinstance(news, SyncReport):
                yield news
            elif (after := _after(shown, news)) != shown:
                shown = after
                yield shown
    except StoppedError:
        yield _stopped(shown[0]), shown[1]


def swept(folder: Path, *, older_than_seconds: float = STALE_SECONDS) -> None:
    """Remove what uploads left behind in a folder of temporary files, also those broken off half-way."""
    oldest = time.time() - older_than_seconds
    for path in folder.iterdir():
        if path.lstat().st_mtime > oldest:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def within(folder: Path, paths: object) -> list[Path]:
    """Those of the paths that are files below the folder: what the browser names is not trusted."""
    named = (
        [Path(path) for path in paths if isinstance(path, str) and "\0" not in path]
        if isinstance(paths, list)
        else []
    )
    return [path for path in named if path.resolve().is_relative_to(folder) and path.is_file()]


def _after(shown: tuple[dict[str, str], int], news: _News) -> tuple[dict[str, str], int]:
    """The stages after news of one file; all that were read before it are indexed together with it."""
    (stages, _), (name, stage, percent) = shown, news
    if stage == "embedding":
        stages = {other: stage if before == "parsing" else before for other, before in stages.items()}
    return ({**stages, name: stage} if name in stages else stages), percent


def _stopped(stages: dict[str, str]) -> dict[str, str]:
    return {name: stage if stage in ("saved", "refused") else "stopped" for name, stage in stages.items()}
