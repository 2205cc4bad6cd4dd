"""The endpoints as tools of a real MCP client; without the extra, the sentence that says so."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.scripted_library import EXAMPLES, bridge_library
from tests.served_window import served
from ui import server

needs_mcp = pytest.mark.skipif(find_spec("mcp") is None, reason="needs the extra [mcp]")


@needs_mcp
def test_a_client_asks_and_retrieves_with_tools(tmp_path: Path) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def use(address: str) -> tuple[list[str], dict[str, Any], Any, Any]:
        async with (
            streamablehttp_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            names = sorted(tool.name for tool in tools)
            ask, retrieve = names
            answer = await session.call_tool(ask, {"question": EXAMPLES[0]})
            hits = await session.call_tool(retrieve, {"question": "the bridge", "k": 2, "kinds": ["pdf"]})
            return names, tools[0].inputSchema, answer, hits

    with served(bridge_library(tmp_path), tmp_path / "incoming", mcp=True) as address, ThreadPoolExecutor(1) as pool:
        names, schema, answer, hits = pool.submit(asyncio.run, use(address)).result()
    assert [name.rsplit("_", 1)[-1] for name in names] == ["ask", "retrieve"]
    assert {"question", "k", "kinds", "documents", "after", "before"} == set(schema["properties"])
    (said,), (found,) = answer.content, hits.content
    record = json.loads(said.text)
    assert not answer.isError and record["text"] == "4.2 million euros"
    assert record["citations"][0]["page"] == 1 and record["withheld"] is None
    assert not hits.isError and [hit["rank"] for hit in json.loads(found.text)] == [1, 2]


@needs_mcp
def test_no_other_page_reaches_the_tools(tmp_path: Path) -> None:
    with served(bridge_library(tmp_path), tmp_path / "incoming", mcp=True) as address:
        for headers in ({"origin": "http://evil.example"}, {"host": "evil.example"}):
            sent = httpx.post(f"{address}/gradio_api/mcp/", json={}, headers=headers, trust_env=False)
            assert sent.status_code in (400, 403)


def test_there_are_no_tools_unless_they_are_asked_for(tmp_path: Path) -> None:
    with served(bridge_library(tmp_path), tmp_path / "incoming") as address:
        assert httpx.post(f"{address}/gradio_api/mcp/", json={}, trust_env=False).status_code == 404


def test_a_missing_extra_is_said_before_anything_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(server.ExtraMissingError, match=r"pip install 'quoteback\[mcp\]'"):
        server.serve(bridge_library(tmp_path), port=0, mcp=True)
