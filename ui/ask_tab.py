"""The Ask tab: the conversation, the question below it, and the evidence beside it."""

from __future__ import annotations

import gradio as gr

from rag.question import MAX_CHARACTERS
from ui.drawn import QUIET, drawn
from ui.evidence import evidence_html
from ui.handlers import Handlers
from ui.quoting import layers_html
from ui.render import conversation_html
from ui.scoping import Scope

N_READERS = 2  # questions read at once


def lay_out(handlers: Handlers, signals: gr.HTML, conversation: gr.State, scope: Scope) -> gr.HTML:
    """Lay out the tab; gives the conversation's component."""
    with gr.Row(elem_id="ask"):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            chat = drawn("chat", conversation_html(()), script="chat.js")
            scope.line.render()
            question = _question()
            with gr.Row(elem_id="below"):
                clear = gr.Button("New conversation", size="sm", elem_id="clear")
                drawn("layers", layers_html(), script="layers.js")
        with gr.Column(scale=5, min_width=320, elem_id="aside"):
            evidence = drawn("evidence", evidence_html(None, 0), script="evidence.js")
    page = [question, chat, conversation, evidence]
    asking = gr.on(
        [question.submit, signals.example_select],
        handlers.answered,
        [question, conversation, scope.where],
        page,
        concurrency_id="reader",
        concurrency_limit=N_READERS,
        **QUIET,
    )
    question.stop(handlers.stopped, conversation, [question, chat], cancels=[asking], queue=False, **QUIET)
    clear.click(handlers.cleared, None, page, cancels=[asking], queue=False, **QUIET)
    signals.show(handlers.showed, conversation, evidence, queue=False, **QUIET)
    signals.open(handlers.opened_place, conversation, evidence, queue=False, **QUIET)
    signals.sheet(handlers.opened_page, conversation, evidence, queue=False, **QUIET)
    return chat


def _question() -> gr.Textbox:
    return gr.Textbox(
        label="Your question",
        show_label=False,
        placeholder="What would you like to know?",
        lines=1,
        max_lines=5,
        max_length=MAX_CHARACTERS,
        submit_btn="Ask",
        autofocus=True,
        elem_id="question",
    )
