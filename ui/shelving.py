"""What each event of the Documents tab does."""

from __future__ import annotations

import html
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import gradio as gr

from index.types import Refused, SyncReport
from ui.adding import adding, swept, within
from ui.events import data_of, number_of
from ui.problems import explained
from ui.render import note_html
from ui.roles import Library
from ui.scope import recalled
from ui.shelf import shelf_html
from ui.uploading import gone_html, progress_html, report_html, stages_html

Update = Any  # a Gradio component or value
_MAX_SENDING = 2**53  # the browser's numbers are exact up to there


class Shelving:
    """Adds, shows and deletes documents; no path that the browser names is trusted."""

    def __init__(self, library: Library, uploads: Path) -> None:
        self._library = library
        self._uploads = uploads.resolve()
        self._stops: dict[str, Event] = {}  # by the run's number, which only its own session knows

    def shelved(self, where: str, refused: tuple[Refused, ...]) -> str:
        """The table of documents, with the files that were refused the last time."""
        documents = sorted(self._library.documents(), key=lambda document: document.title.casefold())
        n_passages = [len(self._library.passages(document.id)) for document in documents]
        return shelf_html(documents, n_passages, where=recalled(where, documents), refused=refused)

    def added(
        self, where: str, stopped: int, refused: tuple[Refused, ...], run: tuple[str, int], event: gr.EventData
    ) -> Iterator[tuple[Update, Update, Update, tuple[str, int]]]:
        """Add uploaded files; gives updates of (outcome, table, files refused, run).

        Args:
            where: The page's filter.
            stopped: Which sending of files the page stopped last; those of its files that come now are not added.
            refused: What was refused of the files that came before.
            run: The adding of those; a large sending comes in parts, and what was refused of each stays to be seen.
            event: Brings the paths and the number of the sending.
        """
        sent = data_of(event).get("paths")
        paths = within(self._uploads, sent)
        sending = number_of(event, "sending", below=_MAX_SENDING) or 0
        number, stop = secrets.token_hex(16), Event()
        self._stops[number] = stop
        if sending and sending == stopped:
            stop.set()
        refused = refused if sending and sending == run[1] else ()
        run, names = (number, sending), {path.name for path in paths}
        outcome = ""
        try:
            for news in adding(self._library, paths, stop=stop) if paths else ():
                if isinstance(news, SyncReport):
                    refused += tuple(r for r in news.refused if Path(r.source).name in names)
                    outcome = report_html(
                        replace(news, refused=refused), names | {Path(r.source).name for r in refused}
                    )
                else:
                    outcome = stages_html(news[0])
                    yield progress_html(*news), gr.skip(), gr.skip(), run
        except Exception as error:
            outcome = note_html(explained(error))
        finally:
            del self._stops[number]
        for path in paths:
            path.unlink(missing_ok=True)
        swept(self._uploads)
        outcome += gone_html(len(sent) - len(paths) if isinstance(sent, list) else 0)
        yield outcome, self.shelved(where, refused), refused, run

    def stopped(self, run: tuple[str, int]) -> int:
        """Stop the session's own adding; gives the number of the sending, the rest of which is not added either."""
        number, sending = run
        if number in self._stops:
            self._stops[number].set()
        return sending

    def deleted(self, where: str, refused: tuple[Refused, ...], event: gr.EventData) -> str:
        """Delete a document; gives the table without it."""
        try:
            self._library.delete(str(data_of(event).get("document", "")))
        except Exception as error:
            raise gr.Error(html.escape(explained(error)), print_exception=False) from error
        return self.shelved(where, refused)
