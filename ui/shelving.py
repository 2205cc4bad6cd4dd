"""What each event of the Documents tab does."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from index.types import SyncReport
from ui.adding import adding, swept
from ui.events import data_of
from ui.problems import explained
from ui.render import note_html
from ui.roles import Library
from ui.shelf import progress_html, report_html, shelf_html

Update = Any  # a Gradio component or value


class Shelving:
    """Adds, shows and deletes documents; no path that the browser names is trusted."""

    def __init__(self, library: Library, uploads: Path) -> None:
        self._library = library
        self._uploads = uploads.resolve()

    def shelved(self) -> str:
        """The table of documents."""
        documents = sorted(self._library.documents(), key=lambda document: document.title.casefold())
        return shelf_html(documents, [len(self._library.passages(document.id)) for document in documents])

    def added(self, event: gr.EventData) -> Iterator[tuple[Update, Update]]:
        """Add uploaded files; gives updates of (outcome, table)."""
        paths = _within(self._uploads, data_of(event).get("paths"))
        outcome = ""
        try:
            for news in adding(self._library, paths) if paths else ():
                if isinstance(news, SyncReport):
                    outcome = report_html(news, {path.name for path in paths})
                else:
                    yield progress_html(news), gr.skip()
        except Exception as error:
            outcome = note_html(explained(error))
        for path in paths:
            path.unlink(missing_ok=True)
        swept(self._uploads)
        yield outcome, self.shelved()

    def deleted(self, event: gr.EventData) -> str:
        """Delete a document; gives the table without it."""
        try:
            self._library.delete(str(data_of(event).get("document", "")))
        except Exception as error:
            raise gr.Error(html.escape(explained(error)), print_exception=False) from error
        return self.shelved()


def _within(folder: Path, paths: object) -> list[Path]:
    """Those of the paths that are files below the folder: what the browser names is not trusted."""
    named = (
        [Path(path) for path in paths if isinstance(path, str) and "\0" not in path]
        if isinstance(paths, list)
        else []
    )
    return [path for path in named if path.resolve().is_relative_to(folder) and path.is_file()]
