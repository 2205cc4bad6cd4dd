"""Copies of files in a folder of our own, which are taken back if nothing comes of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def copied(paths: Sequence[Path], folder: Path, *, is_wanted: Callable[[Path], bool]) -> Iterator[None]:
    """Keep copies of files, each in place of one of the same name.

    Args:
        paths: The files.
        folder: Where the copies go.
        is_wanted: Is asked of each copy if the block raises; else it goes, and what was in its place comes back.
    """
    copies: list[Path] = []
    try:
        for path in paths:
            copy, unfinished = folder / path.name, _hidden(folder / path.name, "part")
            shutil.copyfile(path, unfinished)
            if copy.exists():
                shutil.copyfile(copy, _hidden(copy, "before"))
            unfinished.replace(copy)
            copies.append(copy)
        yield
    except BaseException:
        for copy in copies:
            if not is_wanted(copy):
                _take_back(copy)
        raise
    finally:
        for copy in copies:
            _hidden(copy, "before").unlink(missing_ok=True)


def _take_back(copy: Path) -> None:
    before = _hidden(copy, "before")
    if before.exists():
        before.replace(copy)
    else:
        copy.unlink(missing_ok=True)


def _hidden(path: Path, why: str) -> Path:
    return path.with_name(f".{path.name}.{why}")
