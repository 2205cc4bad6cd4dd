"""What is in work ends when the window is told to: by a signal, or by its Stop."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
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
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def _told(child: subprocess.Popen[str], word: str) -> str:
    """The first line of its output with a word in it."""
    assert child.stdout is not None
    return next(line for line in child.stdout if word in line)


def _add(client: httpx.Client, path: Path, *, sending: int = 1) -> None:
    """What the page does when a file is dropped on it, without waiting for what comes of it."""
    with path.open("rb") as file:
        sent = client.post("/gradio_api/upload", files={"files": (path.name, file)}).json()
    _trigger(client, "uploader", "upload", {"sending": sending, "paths": sent})


def _trigger(client: httpx.Client, element: str, event: str, data: object) -> None:
    config = client.get("/config").json()
    (target,) = (part["id"] for part in config["components"] if part["props"].get("elem_id") == element)
    (handler,) = (one for one in config["dependencies"] if [target, event] in one["targets"])
    given = {"fn_index": handler["id"], "data": [""] * len(handler["inputs"]), "session_hash": "a"}
    client.post("/gradio_api/queue/join", json={**given, "event_data": data}).raise_for_status()


def _client(child: subprocess.Popen[str]) -> httpx.Client:
    return httpx.Client(base_url=_told(child, "http").split()[4], trust_env=False, timeout=60)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file whose encoding takes half a minute."""
    path = tmp_path / "large.txt"
    path.write_text("\n\n".join(f"Sentence {i} speaks of topic{i} and of nothing else." for i in range(60_000)))
    return path


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_window_ends_while_a_large_file_is_indexed(tmp_path: Path, large: Path, how: signal.Signals) -> None:
    place = tmp_path / "library"
    with _serving(place) as child, _client(child) as client:
        _add(client, large)
        with client.stream("GET", "/gradio_api/queue/data?session_hash=a"):  # an open page
            _told(child, "encoding")
            child.send_signal(how)
            assert child.wait(timeout=15) == 130
        assert child.stderr is not None and "Traceback" not in child.stderr.read()
    library = Library(place)
    assert problems(library) == [] and library.sources() == {}
    assert not list((place / "uploads").iterdir()) and not (place / "writer.pid").exists()


def test_a_large_file_is_stopped_in_the_window(tmp_path: Path, large: Path) -> None:
    place = tmp_path / "library"
    with _serving(place) as child, _client(child) as client:
        _add(client, large)
        _told(child, "encoding")
        _trigger(client, "outcome", "halt", {})
        stopped = time.monotonic() + 10
        while (place / "writer.pid").exists() or list((place / "uploads").iterdir()):
            assert time.monotonic() < stopped
            time.sleep(0.1)
        small = tmp_path / "small.txt"
        small.write_text("The ferry leaves at nine.")
        _add(client, small, sending=2)
        _told(child, "encoding")
    assert [path.name for path in (place / "uploads").iterdir()] == ["small.txt"]
