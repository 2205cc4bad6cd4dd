"""The window: which tabs there are, and what reaches from one into another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gradio as gr
from gradio.events import api

from ui import ask_tab, documents_tab, evaluation_tab
from ui.adding import STALE_SECONDS
from ui.conversing import Conversing
from ui.drawn import QUIET, drawn
from ui.endpoints import Endpoints
from ui.evaluating import Evaluating
from ui.feedback import Feedback
from ui.handlers import Handlers
from ui.history import History
from ui.judging import Judging
from ui.roles import Library
from ui.scoping import Scope, Scoping
from ui.shelving import Shelving
from ui.talk import Talks
from ui.welcome import header_html


def build(library: Library, *, examples: Sequence[str] = (), uploads: Path, has_login: bool = False) -> gr.Blocks:
    """Lay out the window for a library.

    Args:
        library: What is asked, shown and added to.
        examples: Questions to try, offered while nothing was asked.
        uploads: The folder that Gradio puts uploads in; what is left in it for a day is removed.
        has_login: Whether people logged in, and may want to log out.
    """
    feedback = Feedback(library.path)
    handlers, judging = Handlers(library, examples, feedback), Judging(library, feedback)
    endpoints, scoping = Endpoints(library), Scoping(library)
    conversing = Conversing(library, Talks(library, History(library.path)), handlers)
    blocks: gr.Blocks
    with gr.Blocks(title="Quoteback", analytics_enabled=False, delete_cache=(600, STALE_SECONDS)) as blocks:
        conversation, scope = gr.State(()), Scope()
        who = drawn("who", script="who.js", render=False)
        talk = [conversation, who]
        signals = drawn("signals", script="signals.js")
        drawn("header", header_html(has_login=has_login))
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Ask", id="ask"):
                chat = ask_tab.lay_out(handlers, conversing, signals, conversation, who, scope)
            with gr.Tab("Documents", id="documents") as documents:
                changes = documents_tab.lay_out(Shelving(library, uploads), scoping, signals, documents, scope)
            with gr.Tab("Evaluation", id="evaluation"):
                evaluation_tab.lay_out(Evaluating(library, uploads))
        for judged in (
            signals.judge(conversing.judged(judging.judged), talk, None, queue=False, **QUIET),
            # Only the queue brings its notice to the page.
            signals.pick(conversing.judged(judging.picked), talk, None, **QUIET),
        ):
            judged.success(conversing.redrawn, talk, chat, queue=False, **QUIET)
        for change in changes:
            change.then(conversing.redrawn, talk, chat, queue=False, **QUIET)
            change.then(scoping.said, scope.where, scope.parts(), queue=False, **QUIET)
        signals.shelf(lambda: gr.Tabs(selected="documents"), None, tabs, queue=False, **QUIET)
        scope.line.narrow(scoping.narrowed, scope.where, scope.parts(), queue=False, **QUIET)
        scope.where.recall(scoping.said, scope.where, scope.parts(), queue=False, **QUIET)
        api(endpoints.ask, api_name="ask", concurrency_id="reader")
        api(endpoints.retrieve, api_name="retrieve", concurrency_id="reader")
        blocks.queue(max_size=32, default_concurrency_limit=ask_tab.N_READERS, api_open=False)
    blocks.state_session_capacity = 200
    return blocks
