"""A piece of the window of our own making."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

# No endpoint, no veil; and no part of the page is told, each time all over, how far the work has got.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "show_progress_on": ()}
_SCRIPTS = Path(__file__).parent / "assets"


def drawn(name: str, value: str = "", *, script: str | None = None, render: bool = True) -> gr.HTML:
    """HTML with a script of ours. The template stays `${value}`: what `{{ }}` puts in is run as JavaScript."""
    code = None if script is None else (_SCRIPTS / script).read_text("utf-8")
    return gr.HTML(value, js_on_load=code, elem_id=name, apply_default_css=False, render=render)
