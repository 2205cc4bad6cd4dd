"""The Documents tab: where documents are added, seen, chosen and deleted."""

from __future__ import annotations

import gradio as gr
from gradio.events import Dependency

from index.documents import EXTENSIONS
from ui.drawn import QUIET, drawn
from ui.scoping import Scope, Scoping
from ui.shelving import Shelving
from ui.uploading import uploader_html

MAX_FILE_BYTES = 20_000_000


def lay_out(shelving: Shelving, scoping: Scoping, signals: gr.HTML, tab: gr.Tab, scope: Scope) -> list[Dependency]:
    """Lay out the tab.

    Args:
        shelving: What adds, shows and deletes.
        scoping: What narrows the questions.
        signals: Where the buttons of the page are heard.
        tab: The tab that this is laid out in.
        scope: The page's filter.

    Returns:
        The events after which the library holds other documents.
    """
    uploader = drawn("uploader", uploader_html(EXTENSIONS, MAX_FILE_BYTES), script="uploader.js")
    outcome = drawn("outcome", script="outcome.js")
    scope.note.render()
    shelf = drawn("shelf", script="shelf.js")
    where, refused = scope.where, gr.State(())
    run, stopped = gr.State(("", 0)), gr.State(0)
    outcome.halt(shelving.stopped, run, stopped, queue=False, **QUIET)
    tab.select(shelving.shelved, [where, refused], shelf, queue=False, **QUIET)
    shelf.pick(scoping.picked, where, scope.parts(), queue=False, trigger_mode="always_last", **QUIET)
    signals.widen(scoping.widened, None, scope.parts(), queue=False, **QUIET)
    return [
        uploader.upload(
            shelving.added,
            [where, stopped, refused, run],
            [outcome, shelf, refused, run],
            concurrency_id="adding",
            concurrency_limit=1,
            trigger_mode="multiple",
            **QUIET,
        ),
        signals.delete(shelving.deleted, [where, refused], shelf, concurrency_id="adding", **QUIET),
    ]
