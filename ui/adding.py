"""Adding files to the library, with the stage of each told while it happens."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Queue
from threading import Thread

from index.types import SyncReport
from ui.roles import Library

_STALE_SECONDS = 3_600.0


def adding(library: Library, paths: Sequence[Path]) -> Iterator[dict[str, str] | SyncReport]:
    """Add files to a library.

    Args:
        library: Where to add them.
        paths: The files.

    Yields:
        The stage of every file so far, by name, each time that one changes; at the end the report.

    Raises:
        QuotebackError: What the library raised.
    """
    news: Queue[tuple[str, str] | SyncReport | BaseException] = Queue()

    def tell(source: str, stage: str, *, n_done: int, n_total: int) -> None:
        news.put((source, stage))

    def work() -> None:
        try:
            news.put(library.add(paths, progress=tell))
        except BaseException as error:
            news.put(error)

    Thread(target=work, name="adding", daemon=True).start()
    stages = {path.name: "waiting" for path in paths}
    yield dict(stages)
    while isinstance(item := news.get(), tuple):
        name, stage = Path(item[0]).name, item[1]
        if name in stages:
            if stage == "embedding":  # told of one file, but all that were read before are encoded with it
                stages = {name: stage if before == "parsing" else before for name, before in stages.items()}
            stages[name] = stage
            yield dict(stages)
    if isinstance(item, BaseException):
        raise item
    yield item


def swept(folder: Path, *, older_than_seconds: float = _STALE_SECONDS) -> None:
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
