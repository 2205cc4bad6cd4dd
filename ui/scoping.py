"""Narrows a session's questions to some of the documents, from the Ask tab and from the Documents tab."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from index.types import Document, Filter
from ui.drawn import drawn
from ui.escape import characters
from ui.events import data_of, number_of
from ui.roles import Library
from ui.scope import EVERYTHING, MAX_PICKED, kept, narrowed, picked, recalled, scope_html, scope_text

Said = tuple[str, str, str]  # the filter, the line above the question, the line above the table


class Scope:
    """The page's filter, and the two lines that say it; each is laid out in its tab."""

    def __init__(self) -> None:
        self.where = drawn("where", script="where.js", render=False)
        self.line = drawn("scope", script="scope.js", render=False)
        self.note = drawn("chosen", render=False)

    def parts(self) -> list[gr.components.Component]:
        """In the order of what `Scoping` gives."""
        return [self.where, self.line, self.note]


class Scoping:
    """Checks what the browser names against the library. The page keeps the filter, so that it outlives a restart."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def picked(self, where: str, event: gr.EventData) -> Said:
        """Ask only the documents that are ticked."""
        ids, documents = data_of(event).get("documents"), self._library.documents()
        n_ticked = number_of(event, "ticked", below=len(documents) + 1) or 0
        where_now = picked(recalled(where, documents), ids, documents)
        return _said(where_now, documents, n_left_out=n_ticked - MAX_PICKED)

    def narrowed(self, where: str, event: gr.EventData) -> Said:
        """Ask only documents of some kinds and dates."""
        documents = self._library.documents()
        return _said(narrowed(recalled(where, documents), data_of(event), documents), documents)

    def widened(self) -> Said:
        """Ask all documents again."""
        return _said(EVERYTHING, self._library.documents())

    def said(self, where: str) -> Said:
        """The same filter, said for the documents that there are now."""
        documents = self._library.documents()
        return _said(recalled(where, documents), documents)


def _said(where: Filter, documents: Sequence[Document], *, n_left_out: int = 0) -> Said:
    note = characters(scope_text(where, documents))
    if n_left_out > 0:
        note += (
            f". At most {MAX_PICKED:,} can be chosen one by one: {n_left_out:,} more are ticked and not asked. "
            "Narrow by type or date instead."
        )
    return kept(where), scope_html(where, documents), f"<p>{note}</p>"
