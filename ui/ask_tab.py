"""The Ask tab: the conversation, the question below it, and the evidence beside it."""

from __future__ import annotations

import gradio as gr

from rag.question import MAX_CHARACTERS
from ui.conversing import Conversing
from ui.drawn import QUIET, drawn
from ui.earlier import bar_html
from ui.evidence import evidence_html
from ui.handlers import Handlers
from ui.quoting import layers_html
from ui.render import conversation_html
from ui.scoping import Scope

N_READERS = 2  # questions read at once


def lay_out(
    handlers: Handlers,
    conversing: Conversing,
    signals: gr.HTML,
    conversation: gr.State,
    who: gr.HTML,
    scope: Scope,
) -> gr.HTML:
    """Lay out the tab; gives what shows the conversation.

    Args:
        handlers: Show parts of the conversation.
        conversing: What becomes of it.
        signals: Where the buttons of the page are heard.
        conversation: The session's exchanges.
        who: What the page remembers of whose they are.
        scope: The page's filter.
    """
    with gr.Row(elem_id="ask"):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            chat = drawn("chat", conversation_html(()), script="chat.js")
            suggested = drawn("next")
            scope.where.render()
            scope.line.render()
            question = _question()
            with gr.Row(elem_id="below"):
                drawn("bar", bar_html())
                drawn("layers", layers_html(), script="layers.js")
        with gr.Column(scale=5, min_width=320, elem_id="aside"):
            evidence = drawn("evidence", evidence_html(None, 0), script="evidence.js")
    who.render()
    file, asked = drawn("file", script="saved.js"), gr.State("")
    talk, page = [conversation, who], [question, chat, conversation, evidence, who]
    asking = gr.on(
        [question.submit, signals.submit],
        conversing.answered,
        [question, *talk, scope.where],
        [*page, asked],
        concurrency_id="reader",
        concurrency_limit=N_READERS,
        **QUIET,
    )
    stopping = [question, conversation, asked]
    question.stop(conversing.stopped, stopping, [question, chat], cancels=[asking], queue=False, **QUIET)
    for changed in (
        asking,
        who.arrive(conversing.arrived, talk, page, queue=False, **QUIET),
        signals.fresh(conversing.begun, who, page, cancels=[asking], queue=False, **QUIET),
        signals.resume(conversing.reopened, who, page, cancels=[asking], queue=False, **QUIET),
        signals.undo(conversing.undone, talk, page, queue=False, **QUIET),
        signals.forget(conversing.deleted, talk, page, queue=False, **QUIET),
    ):
        changed.then(conversing.suggested, [*talk, scope.where], suggested, queue=False, **QUIET)
    signals.earlier(conversing.listed, talk, evidence, queue=False, **QUIET)
    signals.save(conversing.seen(conversing.saved), talk, file, queue=False, **QUIET)
    signals.show(conversing.seen(handlers.showed), talk, evidence, queue=False, **QUIET)
    signals.open(conversing.seen(handlers.opened_place), talk, evidence, queue=False, **QUIET)
    signals.sheet(conversing.seen(handlers.opened_page), talk, evidence, queue=False, **QUIET)
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
