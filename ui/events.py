"""What the browser sends with an event, which is never trusted to be what it should be."""

from __future__ import annotations

from typing import Any

import gradio as gr


def data_of(event: gr.EventData) -> dict[str, Any]:
    """What came with an event; {} if it was no object."""
    return event._data if isinstance(event._data, dict) else {}


def number_of(event: gr.EventData, name: str, *, below: int) -> int | None:
    """The whole number of that name, from 0 up to but not including `below`; None if there is none."""
    value = data_of(event).get(name)
    return value if isinstance(value, int) and 0 <= value < below else None
