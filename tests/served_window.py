"""The window served for a test, in a thread, at a free port of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread

from tests.scripted_library import EXAMPLES, ScriptedLibrary


@contextmanager
def served(
    library: ScriptedLibrary,
    uploads: Path,
    *,
    examples: Sequence[str] = EXAMPLES,
    mcp: bool = False,
    accounts: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The address of a window for `library`."""
    from ui.listening import listener_at
    from ui.server import application, server

    uploads.mkdir(exist_ok=True)
    app = application(library, host="127.0.0.1", examples=examples, uploads=uploads, mcp=mcp, accounts=accounts)
    ready: Queue[bool] = Queue()
    listener = listener_at("127.0.0.1", 0)
    running = server(app, lambda: ready.put(True))
    thread = Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        ready.get(timeout=60)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(10)
        listener.close()
