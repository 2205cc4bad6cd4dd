"""The window: what is on the page, and which handler each event goes to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import api

from index.documents import EXTENSIONS
from rag.pipeline import MAX_QUESTION_CHARACTERS
from ui.evidence import evidence_html
from ui.handlers import Handlers
from ui.render import conversation_html
from ui.roles import Library
from ui.shelf import uploader_html
from ui.welcome import header_html

MAX_FILE_BYTES = 20_000_000
_SCRIPTS = Path(__file__).parent / "assets"
_N_READERS = 2  # questions read at once
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build(library: Library, *, examples: Sequence[str] = (), uploads: Path) -> gr.Blocks:
    """Lay out the window for a library.

    Args:
        library: What is asked, shown and added to.
        examples: Questions to try, offered while nothing was asked.
        uploads: The folder that Gradio puts uploads in; what is left in it for an hour is removed.
    """
    handlers = Handlers(library, examples, uploads)
    blocks: gr.Blocks
    with gr.Blocks(title="Quoteback", analytics_enabled=False, delete_cache=(600, 3_600)) as blocks:
        conversation = gr.State(())
        signals = _drawn("signals", script="signals.js")
        _drawn("header", header_html())
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Ask", id="ask"):
                chat = _ask_tab(handlers, signals, conversation)
            with gr.Tab("Documents", id="documents") as documents:
                _documents_tab(handlers, signals, conversation, chat, documents)
        signals.shelf(lambda: gr.Tabs(selected="documents"), None, tabs, queue=False, **_QUIET)
        blocks.load(handlers.opened, conversation, chat, queue=False, **_QUIET)
        api(handlers.ask_endpoint, api_name="ask", concurrency_id="reader")
        api(handlers.retrieve_endpoint, api_name="retrieve", concurrency_id="reader")
        blocks.queue(max_size=32, default_concurrency_limit=_N_READERS, api_open=False)
    blocks.state_session_capacity = 200
    return blocks


def _ask_tab(handlers: Handlers, signals: gr.HTML, conversation: gr.State) -> gr.HTML:
    with gr.Row(elem_id="ask"):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            chat = _drawn("chat", conversation_html(()), script="chat.js")
            question = _question()
            clear = gr.Button("New conversation", size="sm", elem_id="clear")
        with gr.Column(scale=5, min_width=320, elem_id="aside"):
            evidence = _drawn("evidence", evidence_html(None, 0), script="evidence.js")
    page = [question, chat, conversation, evidence]
    asking = gr.on(
        [question.submit, signals.example_select],
        handlers.answered,
        [question, conversation],
        page,
        concurrency_id="reader",
        concurrency_limit=_N_READERS,
        **_QUIET,
    )
    question.stop(handlers.stopped, conversation, [question, chat], cancels=[asking], queue=False, **_QUIET)
    clear.click(handlers.cleared, None, page, cancels=[asking], queue=False, **_QUIET)
    signals.show(handlers.showed, conversation, evidence, queue=False, **_QUIET)
    signals.open(handlers.opened_place, conversation, evidence, queue=False, **_QUIET)
    signals.sheet(handlers.opened_page, conversation, evidence, queue=False, **_QUIET)
    return chat


def _question() -> gr.Textbox:
    return gr.Textbox(
        label="Your question",
        show_label=False,
        placeholder="What would you like to know?",
        lines=1,
        max_lines=5,
        max_length=MAX_QUESTION_CHARACTERS,
        submit_btn="Ask",
        autofocus=True,
        elem_id="question",
    )


def _documents_tab(handlers: Handlers, signals: gr.HTML, conversation: gr.State, chat: gr.HTML, tab: gr.Tab) -> None:
    uploader = _drawn("uploader", uploader_html(EXTENSIONS, MAX_FILE_BYTES), script="uploader.js")
    outcome, shelf = _drawn("outcome"), _drawn("shelf")
    uploader.upload(
        handlers.added,
        conversation,
        [outcome, shelf, chat],
        concurrency_id="adding",
        concurrency_limit=1,
        trigger_mode="multiple",
        **_QUIET,
    )
    signals.delete(handlers.deleted, conversation, [shelf, chat], concurrency_id="adding", **_QUIET)
    tab.select(handlers.shelved, None, shelf, queue=False, **_QUIET)


def _drawn(name: str, value: str = "", *, script: str | None = None) -> gr.HTML:
    """HTML of our own making. The template stays `${value}`: what `{{ }}` puts in is run as JavaScript."""
    code = None if script is None else (_SCRIPTS / script).read_text("utf-8")
    return gr.HTML(value, js_on_load=code, elem_id=name, apply_default_css=False)
