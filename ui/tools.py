"""The endpoints as tools of MCP clients, whose results are JSON; Gradio would write them as Python prints them."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr


def give_json(window: gr.Blocks) -> None:
    """Make the tools of a window that is mounted with MCP give JSON, one text for each record or list of records."""
    tools: Any = window.mcp_server_obj

    def texts(records: list[Any], _address: str) -> list[Any]:
        return [tools.types.TextContent(type="text", text=json.dumps(one, ensure_ascii=False)) for one in records]

    tools.postprocess_output_data = texts
