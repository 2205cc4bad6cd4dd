"""The changes to a library that this process is making, so that closing it ends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from index.errors import StoppedError
from index.sync import Progress

_PATIENCE_SECONDS = 2.0  # most changes get to their progress in less


class Changes:
    """Those that are going on, each in its thread."""

    def __init__(self) -> None:
        self._n = 0
        self._is_stopped = False
        self._ended = Condition()

    @contextmanager
    def change(self, progress: Progress | None) -> Iterator[Progress]:
        """Be one of them until the end of the block.

        Yields:
            What to tell progress instead: it raises StoppedError once they are stopped.
        """

        def told(source: str, stage: str, *, n_done: int, n_total: int, share: float = 0.0) -> None:
            if self._is_stopped and stage != "saved":
                raise StoppedError("The library was closed before everything was done. What was saved is saved.")
            if progress is not None:
                progress(source, stage, n_done=n_done, n_total=n_total, share=share)

        with self._ended:
            self._n += 1
        try:
            yield told
        finally:
            with self._ended:
                self._n -= 1
                self._ended.notify_all()

    def stop(self) -> None:
        """Stop them, and wait a moment until they have ended."""
        with self._ended:
            self._is_stopped = True
            self._ended.wait_for(lambda: self._n == 0, _PATIENCE_SECONDS)
