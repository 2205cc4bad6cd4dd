"""Narrows a session's questions to some of the documents, from the Ask tab and from the Documents tab."""

from __future__ import annotations

import gradio as gr

from index.types import Filter
from ui.drawn import drawn
from ui.escape import characters
from ui.events import data_of
from ui.roles import Library
from ui.scope import EVERYTHING, narrowed, picked, scope_html, scope_text

Said = tuple[Filter, str, str]  # the filter, the line above the question, the line above the table


class Scope:
    """The session's filter, and the two lines that say it; each is laid out in its tab."""

    def __init__(self) -> None:
        self.where = gr.State(EVERYTHING)
        self.line = drawn("scope", script="scope.js", render=False)
        self.note = drawn("chosen", render=False)

    def parts(self) -> list[gr.components.Component]:
        """In the order of what `Scoping` gives."""
        return [self.where, self.line, self.note]


class Scoping:
    """Checks what the browser names against the library; the filter itself stays in the session's state."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def picked(self, where: Filter, event: gr.EventData) -> Said:
        """Ask only the documents that are ticked."""
        return self.said(picked(where, data_of(event).get("documents"), self._library.documents()))

    def narrowed(self, where: Filter, event: gr.EventData) -> Said:
        """Ask only documents of some kinds and dates."""
        return self.said(narrowed(where, data_of(event), self._library.documents()))

    def widened(self) -> Said:
        """Ask all documents again."""
        return self.said(EVERYTHING)

    def said(self, where: Filter) -> Said:
        """The same filter, said for the documents that there are now."""
        documents = self._library.documents()
        return where, scope_html(where, documents), f"<p>{characters(scope_text(where, documents))}</p>"
