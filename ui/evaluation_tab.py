"""The Evaluation tab: a gold file goes in, a report comes out."""

from __future__ import annotations

import gradio as gr

from ui.drawn import QUIET, drawn
from ui.evaluating import Evaluating
from ui.evaluation import chooser_html


def lay_out(evaluating: Evaluating) -> None:
    """Lay out the tab."""
    chooser = drawn("gold", chooser_html(), script="gold.js")
    shown, number = drawn("evaluation", script="evaluation.js"), gr.State("")
    chooser.evaluate(
        evaluating.evaluated, None, [shown, number], concurrency_id="evaluating", concurrency_limit=2, **QUIET
    )
    shown.halt(evaluating.stopped, number, None, queue=False, **QUIET)
