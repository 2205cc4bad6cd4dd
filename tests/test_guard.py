import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from index.types import Filter
from ui.guard import OTHER_BYTES, UPLOAD_BYTES, Guard, policy, refused
from ui.scope import MAX_PICKED, kept

T = TypeVar("T")
HOST = "127.0.0.1:7860"
PAGE = "<html><script>let a = 1</script><script src='x.js'></script><p onclick='evil()'>x</p></html>"


async def _page(request: Request) -> Response:
    return HTMLResponse(PAGE)


async def _body(request: Request) -> Response:
    return JSONResponse({"bytes": len(await request.body())})


def _finished(work: Callable[[], Awaitable[T]]) -> T:
    with ThreadPoolExecutor(1) as pool:  # a browser test that ran before has left a loop in this thread
        return pool.submit(anyio.run, work).result()


def _guarded() -> Guard:
    paths = (
        "/gradio_api/upload",
        "/gradio_api/queue/join",
        "/gradio_api/{rest:path}",
        "/monitoring/{rest:path}",
    )
    routes = [Route("/", _page), *(Route(path, _body, methods=["GET", "POST"]) for path in paths)]
    return Guard(Starlette(routes=routes), hosts=("127.0.0.1", "localhost"))


def _send(method: str, path: str, **given: object) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=_guarded())
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            return await client.request(method, path, **given)  # type: ignore[arg-type]

    return _finished(send)


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST", "127.0.0.1"])
def test_the_window_answers_to_its_own_names(host: str) -> None:
    assert _send("GET", "/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7860",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "",
        "[::1",
        "a b",
    ],
)
def test_a_foreign_host_is_refused(host: str) -> None:
    assert _send("GET", "/", headers={"host": host}).status_code == 400


def test_two_hosts_are_refused() -> None:
    assert _send("GET", "/", headers=[("host", HOST), ("host", "localhost")]).status_code == 400


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (f"http://{HOST}", 200),
        ("http://127.0.0.1:8000", 403),
        ("http://localhost:7860", 403),
        (f"https://{HOST}", 403),
        ("http://evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_only_the_window_itself_may_post(origin: str, status: int) -> None:
    sent = _send("POST", "/gradio_api/queue/join", headers={"origin": origin}, content=b"{}")
    assert sent.status_code == status


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403)]
)
def test_requests_that_other_pages_start_are_refused(site: str, status: int) -> None:
    assert _send("GET", "/", headers={"sec-fetch-site": site}).status_code == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_methods_that_the_window_does_not_use_are_refused(method: str) -> None:
    assert _send(method, "/").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://example.com/a.png",
        "/gradio_api/file=https%3A%2F%2Fexample.com",
        "/gradio_api/file=%2F%2Fexample.com",
        "/gradio_api/file=HTTP:/example.com",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://example.com",
        "/gradio_api/run/ask",
        "/gradio_api/api/ask",
        "/gradio_api/component_server",
        "/gradio_api/deep_link",
        "/gradio_api/dev/reload",
        "/gradio_api/openapi.json",
        "/gradio_api/mcp/",
        "/gradio_api/runs",
        "/gradio_api/vibe-edit/",
        "/gradio_api/call/deleted",
        "/monitoring/summary",
        "/docs",
        "/static/../../secret",
        "/static/%2e%2e/secret",
        "/nothing",
    ],
)
def test_paths_that_the_window_does_not_need_do_not_exist(path: str) -> None:
    assert _send("GET", path).status_code == 404


@pytest.mark.parametrize("path", ["info", "call/ask", "call/ask/0a1b", "call/v2/ask", "queue/data"])
def test_paths_that_the_window_needs_are_let_through(path: str) -> None:
    assert _send("GET", f"/gradio_api/{path}").status_code == 200


@pytest.mark.parametrize(
    ("path", "limit"), [("/gradio_api/upload", UPLOAD_BYTES), ("/gradio_api/queue/join", OTHER_BYTES)]
)
def test_a_body_is_let_through_up_to_its_limit(path: str, limit: int) -> None:
    assert _send("POST", path, content=b"x" * limit).json() == {"bytes": limit}
    refusal = _send("POST", path, content=b"x" * (limit + 1))
    assert refusal.status_code == 413 and f"{limit:,} bytes" in refusal.text


def test_the_most_documents_that_can_be_ticked_fit_into_one_request() -> None:
    """With the filter that the page remembers, of as many others."""
    before, now = ([hashlib.sha256(f"{t} {i}".encode()).hexdigest()[:16] for i in range(MAX_PICKED)] for t in "ab")
    remembered = kept(Filter(documents=frozenset(before)))
    data = {"data": [remembered], "event_data": {"documents": now, "ticked": 9_000}, "session_hash": "x" * 20}
    assert _send("POST", "/gradio_api/run/predict", json=data).status_code == 200


def test_a_body_that_does_not_say_its_length_is_counted() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 2_000

    assert _send("POST", "/gradio_api/queue/join", content=pieces()).status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 30])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert _send("POST", "/gradio_api/queue/join", headers={"content-length": length}).status_code == 413


@pytest.mark.parametrize("path", ["/", "/gradio_api/info", "/nothing"])
def test_every_response_has_the_security_headers(path: str) -> None:
    headers = _send("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


def test_the_scripts_of_the_page_are_admitted_by_their_hash_and_no_others() -> None:
    allowed = _send("GET", "/").headers["content-security-policy"]
    digest = b64encode(hashlib.sha256(b"let a = 1").digest()).decode()
    scripts = next(rule for rule in allowed.split("; ") if rule.startswith("script-src"))
    assert scripts == f"script-src 'self' 'unsafe-eval' 'sha256-{digest}'"
    assert "unsafe-inline" not in scripts and "http" not in allowed
    assert "sha256" not in policy(b"<p>no scripts</p>")


def test_websockets_are_closed() -> None:
    sent: list[dict[str, object]] = []

    async def run() -> None:
        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await _guarded()({"type": "websocket", "headers": []}, None, send)  # type: ignore[arg-type]

    _finished(run)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_mcp_is_let_through_only_where_it_is_offered_and_only_by_post() -> None:
    def status(method: str, path: str, mcp: bool) -> int:
        scope = {"method": method, "path": path, "headers": [(b"host", HOST.encode())]}
        refusal = refused(scope, frozenset({"127.0.0.1"}), mcp=mcp)
        return 200 if refusal is None else refusal[0]

    assert status("POST", "/gradio_api/mcp/", True) == 200
    assert status("POST", "/gradio_api/mcp/", False) == 404
    assert status("GET", "/gradio_api/mcp/", True) == 405
    for path in ("/gradio_api/mcp/sse", "/gradio_api/mcp/schema", "/gradio_api/mcp/messages/"):
        assert status("POST", path, True) == 404
