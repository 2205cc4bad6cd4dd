"""The window ends when it is told to, whatever is in work."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from index.doctor import problems
from index.library import Library

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
_SERVING = """
import sys, time
from tests.fakes import ScriptedReader, WordEncoder
from rag import pipeline
from ui import cli

class Slow(WordEncoder):
    def encode_passages(self, texts):
        print("encoding", flush=True)
        time.sleep(0.003 * len(texts))
        return super().encode_passages(texts)

def open_library(library, **options):
    return pipeline.open_library(library, create=True, encoder=Slow(), reader=ScriptedReader({}))

cli.open_library = open_library
sys.argv = ["quoteback", "serve", "--port", "0", "--library", sys.argv[1]]
cli.main()
"""


@contextmanager
def _serving(place: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _SERVING, str(place)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def _told(child: subprocess.Popen[str], word: str) -> str:
    """The first line of its output with a word in it."""
    assert child.stdout is not None
    return next(line for line in child.stdout if word in line)


def _add(address: str, path: Path) -> None:
    """What the page does when a file is dropped on it, without waiting for what comes of it."""
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        with path.open("rb") as file:
            sent = client.post("/gradio_api/upload", files={"files": (path.name, file)}).json()
        handlers = client.get("/config").json()["dependencies"]
        (number,) = (h["id"] for h in handlers if any(event == "upload" for _, event in h["targets"]))
        given = {"fn_index": number, "data": [""] * len(handlers[number]["inputs"]), "session_hash": "a"}
        client.post("/gradio_api/queue/join", json={**given, "event_data": {"paths": sent}}).raise_for_status()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_window_ends_while_a_large_file_is_indexed(tmp_path: Path, how: signal.Signals) -> None:
    large, place = tmp_path / "large.txt", tmp_path / "library"
    large.write_text("\n\n".join(f"Sentence {i} speaks of topic{i} and of nothing else." for i in range(60_000)))
    with _serving(place) as child:
        _add(_told(child, "http").split()[4], large)
        _told(child, "encoding")
        child.send_signal(how)
        child.wait(timeout=15)  # all of it would take half a minute more
    library = Library(place)
    assert problems(library) == [] and library.sources() == {}
    assert not list((place / "uploads").iterdir()) and not (place / "writer.pid").exists()
