"""Parses documents in a child process with limits, so that no document can harm the program or the others.

Request: one line of JSON (`kind`, `size`), then the bytes. Reply: one line of JSON (`size`), then an object.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import IO

from index.errors import QuotebackError, RefusedError
from index.limits import allow_cpu_seconds, limit_process
from index.parsers import MAX_CHARACTERS, Parsed, parse
from index.types import Heading

_DOCUMENTS_PER_CHILD = 50
_TIMEOUT_SECONDS = 30
_CPU_SECONDS = 20
_MEMORY_BYTES = 1_500_000_000
_LARGE = 2_000_000  # bytes of a document
_MAX_REPLY = 16 * MAX_CHARACTERS  # bytes: four a character, and as much again for headings and escapes
_TOO_LONG = "took longer than {} seconds to read"
_TOO_MUCH_MEMORY = "needs too much memory to be read"


class WorkerStartError(QuotebackError, RuntimeError):
    """The process that reads documents does not start."""


class ParseWorker:
    """Reads documents one at a time in a limited child process. A context manager; threads may share it."""

    def __init__(self, *, command: Sequence[str] | None = None, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        """Nothing starts before the first document.

        Args:
            command: What to run instead of `python -m index.worker`.
            timeout_seconds: Wall-clock time that one document may take.
        """
        self._command = list(command) if command is not None else [sys.executable, "-P", "-m", "index.worker"]
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._n_parsed = 0

    def __enter__(self) -> ParseWorker:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._stop()
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None

    def parse(self, data: bytes, kind: str) -> Parsed:
        """Read a document's bytes, as `index.parsers.parse` does.

        Raises:
            RefusedError: It can't be read, or reading it took too much time or memory.
            WorkerStartError: The child process can't be started at all.
        """
        with self._lock:
            child = self._running()
            late = threading.Event()
            timer = threading.Timer(self._timeout_seconds, self._end_late, (child, late))
            timer.start()
            try:
                reply = _exchange(child, data, kind)
            except (OSError, ValueError, TypeError, LookupError):  # it ended meanwhile, or what it said is no reply
                reply = None
            except BaseException:  # interrupted: its reply must not be taken for the next document's
                self._stop()
                raise
            finally:
                timer.cancel()
                timer.join()
            self._n_parsed += 1
            if reply is None or late.is_set():
                raise self._why_it_ended(late.is_set())
            if len(data) > _LARGE or reply == _TOO_MUCH_MEMORY:
                self._stop()  # what it still holds in memory would be missing for the next one
        if isinstance(reply, Parsed):
            return reply
        raise RefusedError(reply)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and (self._n_parsed >= _DOCUMENTS_PER_CHILD or self._child.poll() is not None):
            self._stop()
        if self._child is None:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="quoteback-")
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder.name,
                env=_environment(),
                start_new_session=True,
            )
            self._n_parsed = 0
        return self._child

    def _stop(self) -> int | None:
        """End the child; its exit code, negative for a signal, if it had one of its own."""
        child, self._child = self._child, None
        if child is None:
            return None
        for pipe in (child.stdin, child.stdout):
            _close(pipe)
        try:
            return child.wait(1)  # it ends by itself when its input ends, or has ended already
        except subprocess.TimeoutExpired:
            _kill(child)
            child.wait()
            return None

    @staticmethod
    def _end_late(child: subprocess.Popen[bytes], late: threading.Event) -> None:
        late.set()
        _kill(child)

    def _why_it_ended(self, late: bool) -> QuotebackError:
        code = self._stop()
        if late:
            return RefusedError(_TOO_LONG.format(f"{self._timeout_seconds:g}"))
        if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
            return RefusedError(_TOO_LONG.format(_CPU_SECONDS))
        if code is not None and code > 0 and self._n_parsed == 1:
            command = " ".join(self._command)
            return WorkerStartError(f"the reading process ended with code {code}; run it to see why: {command}")
        return RefusedError("made its reader crash, so it can't be read")


def main() -> None:
    """The child: read documents from standard input until it ends."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    limit_process(memory_bytes=_MEMORY_BYTES)
    while line := requests.readline():
        request = json.loads(line)
        allow_cpu_seconds(_CPU_SECONDS)
        reply = _answer(requests.read(request["size"]), request["kind"])
        replies.write(json.dumps({"size": len(reply)}).encode() + b"\n" + reply)
        replies.flush()


def _answer(data: bytes, kind: str) -> bytes:
    try:
        parsed = parse(data, kind)
        answer = asdict(parsed) | {"date": parsed.date.isoformat() if parsed.date else None}
        return json.dumps(answer, ensure_ascii=False).encode()
    except MemoryError:
        return json.dumps({"refused": _TOO_MUCH_MEMORY}).encode()
    except RefusedError as error:
        return json.dumps({"refused": str(error)}).encode()


def _exchange(child: subprocess.Popen[bytes], data: bytes, kind: str) -> Parsed | str | None:
    """Send a document and wait for what it holds or why it is refused; None if the child ended instead."""
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(json.dumps({"kind": kind, "size": len(data)}).encode() + b"\n")
    child.stdin.write(data)
    child.stdin.flush()
    header = child.stdout.readline(100)
    if not header.endswith(b"\n"):
        return None
    size = int(json.loads(header)["size"])
    if not 0 <= size <= _MAX_REPLY:
        return None
    reply = json.loads(child.stdout.read(size))
    if "refused" in reply:
        return str(reply["refused"])
    return Parsed(
        text=reply["text"],
        title=reply["title"],
        date=date.fromisoformat(reply["date"]) if reply["date"] else None,
        kind=reply["kind"],
        pages=tuple(reply["pages"]),
        headings=tuple(Heading(**heading) for heading in reply["headings"]),
        warnings=tuple(reply["warnings"]),
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
    }


def _kill(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        child.kill()


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except OSError:  # the rest of a request that nobody read
        pass


if __name__ == "__main__":
    main()
