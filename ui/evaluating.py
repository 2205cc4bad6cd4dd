"""What each event of the Evaluation tab does."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Lock

import gradio as gr

from eval.records import Report
from index.errors import StoppedError
from ui.adding import within
from ui.background import following
from ui.evaluation import progress_html, result_html
from ui.events import data_of
from ui.problems import explained
from ui.render import note_html
from ui.roles import Library


class Evaluating:
    """Runs one evaluation at a time, in a thread, so that questions are answered meanwhile."""

    def __init__(self, library: Library, uploads: Path) -> None:
        self._library = library
        self._uploads = uploads.resolve()
        self._running = Lock()
        self._stops: dict[str, Event] = {}  # by the run's number, which only its own session knows

    def evaluated(self, event: gr.EventData) -> Iterator[tuple[str, str]]:
        """Ask the questions of an uploaded gold file; gives updates of (what is shown, number of the run)."""
        files = within(self._uploads, [data_of(event).get("path")])
        if not files:
            yield note_html("The gold file did not arrive. Choose it again."), ""
        elif not self._running.acquire(blocking=False):
            yield note_html("Another evaluation is running. Try again when it is done."), ""
        else:
            number, stop = secrets.token_hex(16), Event()
            self._stops[number] = stop
            try:
                for shown in self._shown(files[0], stop):
                    yield shown, number
            finally:
                stop.set()  # also if nobody is there any more to see the end
                del self._stops[number]
                self._running.release()
                files[0].unlink(missing_ok=True)

    def stopped(self, number: str) -> None:
        """Stop the session's own evaluation after the question that is being asked."""
        if number in self._stops:
            self._stops[number].set()

    def _shown(self, gold: Path, stop: Event) -> Iterator[str]:
        def work(tell: Callable[[tuple[int, int]], None]) -> Report:
            return _evaluation(self._library, gold, stop, tell)

        yield note_html("Reading the gold file")
        try:
            for news in following(work):
                yield result_html(news) if isinstance(news, Report) else progress_html(*news)
        except Exception as error:
            yield note_html(explained(error))


def _evaluation(library: Library, path: Path, stop: Event, tell: Callable[[tuple[int, int]], None]) -> Report:
    from eval.gold import load_gold
    from eval.run import evaluate  # SciPy: only where something is measured

    def progress(n_done: int, n_total: int) -> None:
        if stop.is_set():
            raise StoppedError(f"Stopped after {n_done:,} of {n_total:,} questions. Nothing was measured.")
        tell((n_done, n_total))

    return evaluate(library, load_gold(path, library.documents(), strict=False), progress=progress)
