"""The Documents tab: where documents are added, seen and deleted."""

from __future__ import annotations

import gradio as gr
from gradio.events import Dependency

from index.documents import EXTENSIONS
from ui.drawn import QUIET, drawn
from ui.shelf import uploader_html
from ui.shelving import Shelving

MAX_FILE_BYTES = 20_000_000


def lay_out(shelving: Shelving, signals: gr.HTML, tab: gr.Tab) -> list[Dependency]:
    """Lay out the tab; gives the events after which the library holds other documents."""
    uploader = drawn("uploader", uploader_html(EXTENSIONS, MAX_FILE_BYTES), script="uploader.js")
    outcome, shelf = drawn("outcome"), drawn("shelf")
    tab.select(shelving.shelved, None, shelf, queue=False, **QUIET)
    return [
        uploader.upload(
            shelving.added,
            None,
            [outcome, shelf],
            concurrency_id="adding",
            concurrency_limit=1,
            trigger_mode="multiple",
            **QUIET,
        ),
        signals.delete(shelving.deleted, None, shelf, concurrency_id="adding", **QUIET),
    ]
