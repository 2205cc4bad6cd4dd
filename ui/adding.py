"""Adding files to the library, with the stage of each told while it happens."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from index.types import SyncReport
from ui.background import following
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

    def add(tell: Callable[[tuple[str, str]], None]) -> SyncReport:
        return library.add(paths, progress=lambda source, stage, **counts: tell((Path(source).name, stage)))

    stages = {path.name: "waiting" for path in paths}
    yield dict(stages)
    for news in following(add):
        if isinstance(news, SyncReport):
            yield news
        elif news[0] in stages:
            stages = _after(stages, *news)
            yield stages


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


def _after(stages: dict[str, str], name: str, stage: str) -> dict[str, str]:
    """The stages after news of one file; all that were read before it are indexed together with it."""
    if stage == "embedding":
        stages = {other: stage if before == "parsing" else before for other, before in stages.items()}
    return {**stages, name: stage}
