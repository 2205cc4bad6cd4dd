"""How the window looks: what the documents say is set in a book face, what the program says is not."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

_ASSETS = Path(__file__).parent / "assets"
CSS = "\n".join((_ASSETS / name).read_text("utf-8") for name in ("window.css", "conversation.css", "documents.css"))

_TEAL = gr.themes.Color(
    name="teal",
    c50="#eef6f5", c100="#dcedeb", c200="#b9dcd8", c300="#8cc5be", c400="#5aa79f", c500="#2f827a",
    c600="#1f6660", c700="#1a544f", c800="#174541", c900="#133835", c950="#0b2423",
)  # fmt: skip


def theme() -> gr.themes.Base:
    """Bundled fonts only: nothing is fetched from elsewhere."""
    fonts = gr.themes.utils.fonts
    return gr.themes.Default(
        primary_hue=_TEAL,
        secondary_hue=_TEAL,
        neutral_hue=gr.themes.colors.stone,
        # Of the bundled faces few hold the Latin letters in both weights; Source Sans 3 and Lora do not.
        font=(fonts.LocalFont("Source Sans Pro", weights=(400, 700)), "system-ui", "sans-serif"),
        font_mono=("ui-monospace", "monospace"),
    ).set(
        body_background_fill="#faf8f4",
        body_background_fill_dark="#171819",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_border_width="0px",
        block_shadow="none",
    )
