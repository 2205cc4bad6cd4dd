"""No document can harm the program or the documents after it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import RefusedError
from index.parsers import parse
from index.worker import ParseWorker, WorkerStartError
from tests import made_documents as made

READ_REQUEST = (
    "import json, sys, os, signal; sys.stdin.buffer.read(json.loads(sys.stdin.buffer.readline())['size']); "
)


@pytest.fixture(scope="module")
def worker() -> Iterator[ParseWorker]:
    with ParseWorker() as worker:
        yield worker


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("Ein Haus\n\nüber 😀 \x00".encode(), "txt"),
        (b"# A\n\n## B\n", "md"),
        (made.NEWS.encode(), "html"),
        (made.word_document(), "docx"),
        (made.slides(), "pptx"),
        (made.workbook(), "xlsx"),
        (made.book("<h1>A</h1>"), "epub"),
        (b"A,B\n1,2\n", "csv"),
        (made.pdf([(12, 72, 800, "Text.")], []), "pdf"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_worker_reads_what_the_parser_reads(worker: ParseWorker, data: bytes, kind: str) -> None:
    assert worker.parse(data, kind) == parse(data, kind)


def test_refusals_come_through_as_they_are(worker: ParseWorker) -> None:
    with pytest.raises(RefusedError, match=r"^holds no text: a scan"):
        worker.parse(made.scanned_pdf(), "pdf")
    assert worker.parse(b"next", "txt").text == "next"


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), signal.SIGSEGV)",
        "os.kill(os.getpid(), signal.SIGABRT)",
        "print('no reply at all')",
        "print('{\"size\": 99999999999}', flush=True)",
        "print('{\"size\": 5}\\n[1,2]', flush=True)",
        'print(\'{"size": 13}\\n{"text": "x"}\', flush=True)',
    ],
    ids=["segfault", "abort", "babbles", "boasts", "sends a list", "sends half"],
)
def test_child_that_crashes_costs_only_its_document(code: str) -> None:
    with ParseWorker(command=python(READ_REQUEST + code)) as worker:
        for _ in range(2):
            with pytest.raises(RefusedError, match="made its reader crash"):
                worker.parse(b"x" * 1_000_000, "txt")


@pytest.mark.parametrize("code", [READ_REQUEST + "import time; time.sleep(60)", "import time; time.sleep(60)"])
def test_child_that_does_not_answer_costs_only_its_document(code: str) -> None:
    with ParseWorker(command=python(code), timeout_seconds=0.4) as worker:
        for _ in range(2):
            with pytest.raises(RefusedError, match=r"took longer than 0\.4 seconds to read"):
                worker.parse(b"x" * 1_000_000, "txt")


def test_document_that_eats_memory_is_refused_within_the_limit() -> None:
    code = (
        "import index.parsers.txt as t, index.worker as w; t.parse = lambda data: bytearray(4_000_000_000); w.main()"
    )
    with ParseWorker(command=python(code)) as worker, pytest.raises(RefusedError, match="needs too much memory"):
        worker.parse(b"x", "txt")


def test_document_that_eats_time_is_stopped_by_the_processor_clock() -> None:
    code = "import index.worker as w; w._CPU_SECONDS = 0; w.parse = lambda data, kind: max(iter(int, 1)); w.main()"
    with (
        ParseWorker(command=python(code)) as worker,
        pytest.raises(RefusedError, match="took longer than 20 seconds"),
    ):
        worker.parse(b"x", "txt")


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_child_can_neither_write_nor_open_many_files_nor_reach_the_network(tmp_path: Path) -> None:
    probe = (
        "import index.worker as w, os, resource as r\n"
        "from index.parsers import Parsed\n"
        "def probe(data, kind):\n"
        "    file = open(data.decode(), 'wb', buffering=0)\n"
        "    try:\n        file.write(b'x'); wrote = 'wrote'\n    except OSError:\n        wrote = 'nothing'\n"
        "    told = [wrote, r.getrlimit(r.RLIMIT_NOFILE)[0], r.getrlimit(r.RLIMIT_CORE)[0]]\n"
        "    told += [sorted(os.environ), os.listdir()]\n"
        "    status = open('/proc/self/status').read()\n"
        "    return Parsed(repr([*told, 'NoNewPrivs:\\t1' in status, oct(os.umask(0))]), None, None, kind)\n"
        "w.parse = probe; w.main()"
    )
    with ParseWorker(command=python(probe)) as worker:
        told = eval(worker.parse(str(tmp_path / "out").encode(), "txt").text)
    assert told[:3] == ["nothing", 64, 0]
    assert {"HOME", "USER", "HF_HUB_OFFLINE"}.isdisjoint(told[3])
    assert told[4:] == [[], True, "0o77"]


def test_worker_that_was_interrupted_never_gives_a_stale_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with ParseWorker() as worker:
        worker.parse(b"one", "txt")
        with monkeypatch.context() as patch:
            patch.setattr("index.worker._exchange", interrupted)
            with pytest.raises(KeyboardInterrupt):
                worker.parse(b"two", "txt")
        assert worker._child is None
        assert worker.parse(b"three", "txt").text == "three"


def test_large_document_gets_a_child_of_its_own() -> None:
    with ParseWorker() as worker:
        assert len(worker.parse(b"word " * 500_000, "txt").text) == 2_500_000
        assert worker._child is None


def test_what_a_parser_prints_does_not_reach_the_replies() -> None:
    code = (
        "import index.worker as w, os\nfrom index.parsers import parse\n"
        "def noisy(data, kind):\n    print('noise', flush=True)\n    os.write(1, b'noise')\n"
        "    return parse(data, kind)\n"
        "w.parse = noisy; w.main()"
    )
    with ParseWorker(command=python(code)) as worker:
        assert [worker.parse(b"quiet", "txt").text for _ in range(3)] == ["quiet"] * 3


def test_child_is_kept_and_replaced_after_fifty_documents(worker: ParseWorker) -> None:
    with ParseWorker() as worker:
        children = []
        for n in range(51):
            worker.parse(b"document %d" % n, "txt")
            assert worker._child is not None
            children.append(worker._child.pid)
    assert len(set(children[:50])) == 1
    assert children[50] != children[49]


def test_threads_may_share_a_worker(worker: ParseWorker) -> None:
    texts: dict[int, str] = {}

    def read(n: int) -> None:
        texts[n] = worker.parse(b"document %d" % n, "txt").text

    threads = [threading.Thread(target=read, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {n: f"document {n}" for n in range(16)}


def test_closing_ends_the_child_and_removes_its_folder() -> None:
    worker = ParseWorker()
    worker.parse(b"x", "txt")
    assert worker._child is not None and worker._folder is not None
    child, folder = worker._child, Path(worker._folder.name)
    assert folder.exists()
    worker.close()
    worker.close()
    assert child.returncode == 0
    assert not folder.exists()


def test_child_ends_by_itself_when_its_parent_is_gone(tmp_path: Path) -> None:
    code = "import os, index.worker as w; k = w.ParseWorker(); k.parse(b'x', 'txt'); "
    code += "print(k._child.pid, flush=True); os._exit(9)"
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[1])}
    shown = subprocess.run(python(code), capture_output=True, text=True, env=environment, check=False)
    pid, deadline = int(shown.stdout), time.monotonic() + 5
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_worker_starts_from_any_folder(tmp_path: Path) -> None:
    code = (
        "from index.worker import ParseWorker\nwith ParseWorker() as worker: print(worker.parse(b'here', 'txt').text)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    shown = subprocess.run(python(code), capture_output=True, text=True, cwd=tmp_path, env=environment, check=True)
    assert shown.stdout == "here\n"


def test_program_that_does_not_start_is_named_and_not_blamed_on_the_document() -> None:
    message = r"ended with code 1; run it to see why: .*no_such_module"
    with (
        ParseWorker(command=python("import no_such_module")) as worker,
        pytest.raises(WorkerStartError, match=message),
    ):
        worker.parse(b"x", "txt")


def test_doctype_in_a_word_document_is_refused() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for encoding in ("utf-8", "utf-16"):
        xml = f'<?xml version="1.0" encoding="{encoding}"?>{entities}<w:document {made.WORD}/>'.encode(encoding)
        with pytest.raises(RefusedError, match="document type declaration"):
            parse(made.zipped({"word/document.xml": xml}), "docx")
        with pytest.raises(RefusedError, match="document type declaration"):
            parse(made.zipped({"ppt/presentation.xml": xml}), "pptx")


def test_many_small_paragraphs_are_read_within_the_time_allowed(worker: ParseWorker) -> None:
    body = "".join(f"<w:p><w:r><w:t>{n:x}</w:t></w:r></w:p>" for n in range(50_000))
    assert worker.parse(made.docx(body), "docx").text.endswith(f"{49_999:x}")
