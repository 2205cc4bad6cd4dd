import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.scripted_library import ScriptedLibrary, document
from ui.guard import Guard
from ui.originals import PATH, original_address, serving_originals

HOST = "127.0.0.1:7860"


def _get(library: ScriptedLibrary, address: str) -> httpx.Response:
    app = FastAPI()
    app.add_route(PATH, serving_originals(library))
    guarded = Guard(app, hosts=("127.0.0.1",))

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url=f"http://{HOST}") as client:
            return await client.get(address)

    with ThreadPoolExecutor(1) as pool:  # a browser test that ran before has left a loop in this thread
        return pool.submit(asyncio.run, get()).result()


def _library(path: Path, kind: str) -> tuple[ScriptedLibrary, str]:
    """A library of that one file, and the address of the file."""
    data = path.read_bytes()
    doc = document("text", title="T", source=str(path), kind=kind)
    doc = replace(doc, sha256=hashlib.sha256(data).hexdigest())
    return ScriptedLibrary(path.parent, [doc]), f"/original/{doc.id}"


@pytest.mark.parametrize(
    ("name", "kind", "data", "way", "media_type"),
    [
        ("a.pdf", "pdf", b"%PDF-1.7", "inline", "application/pdf"),
        ("ä; b.txt", "txt", "Grüße".encode(), "inline", "text/plain; charset=utf-8"),
        ("a.txt", "txt", b"\xff\xfeG\x00", "attachment", "application/octet-stream"),
        ("a.html", "html", b"<script>alert(1)</script>", "attachment", "application/octet-stream"),
        ("a.docx", "docx", b"PK\x03\x04", "attachment", "application/octet-stream"),
    ],
)
def test_the_very_bytes_are_served_and_never_as_a_page(
    tmp_path: Path, name: str, kind: str, data: bytes, way: str, media_type: str
) -> None:
    (tmp_path / name).write_bytes(data)
    sent = _get(*_library(tmp_path / name, kind))
    assert (sent.status_code, sent.content) == (200, data)
    assert sent.headers["content-type"] == media_type
    assert sent.headers["content-disposition"].startswith(f"{way}; filename*=utf-8''")
    policy = sent.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ") and "script-src" not in policy
    assert policy.endswith("sandbox") or kind == "pdf"  # in a sandbox Chromium shows no PDF
    assert sent.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_changed_or_went_is_not_served(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("as it was", "utf-8")
    library, address = _library(path, "txt")
    path.write_text("a secret of today", "utf-8")
    changed = _get(library, address)
    assert changed.status_code == 410 and "a.txt has changed since it was read" in changed.text
    path.unlink()
    gone = _get(library, address)
    assert gone.status_code == 410 and "a.txt is no longer there" in gone.text
    path.symlink_to(__file__)
    assert _get(library, address).status_code == 410


@pytest.mark.parametrize("name", ["0123456789abcdef", "..", "%2e%2e", "a/b", "%2Fetc%2Fpasswd", "x" * 65, ""])
def test_only_documents_of_the_library_have_an_address(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("text", "utf-8")
    library, _ = _library(tmp_path / "a.txt", "txt")
    sent = _get(library, f"/original/{name}")
    assert sent.status_code == 404 and str(tmp_path) not in sent.text


def test_a_pdf_is_opened_at_its_page_and_a_web_page_not_at_all() -> None:
    doc = document("text", title="T", source="/x/t.pdf", kind="pdf")
    assert original_address(doc, 3) == f"/original/{doc.id}#page=3"
    assert original_address(doc, None) == f"/original/{doc.id}"
    assert original_address(document("text", title="T", source="https://example.com/t"), None) is None
