"""What stands in front of the window: it refuses requests from other pages, other names and of other sizes.

Everything is refused that the window does not need: only the paths below are let through. The window listens
on the loopback address, where the danger is not the network but any web page open in the same browser.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOAD_BYTES = 25_000_000
OTHER_BYTES = 128_000  # the ids of ui.scope.MAX_PICKED documents, twice
_BODY_SECONDS = 30.0  # the longest pause inside a request's body
_REST_SECONDS = 5.0  # how long the rest of a body that nobody wants is read, so that its sender reads the answer
_METHODS = {"GET", "HEAD", "POST"}
_API = "/gradio_api"
_PATHS = re.compile(
    r"/|/config|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt|/pwa_icon"
    r"|/(assets|static|svelte)/[\w./@+~-]+"
    r"|/original/[\w-]{1,64}"
    rf"|{_API}/(info|startup-events|app_id|theme\.css|cancel|reset|upload|upload_progress|heartbeat/\w+)"
    rf"|{_API}/(queue/(join|data)|run/predict|call/(v2/)?(ask|retrieve)(/\w+)?)/?"
)
_MCP, _LOGIN = f"{_API}/mcp/", ("/login", "/logout")
_HOST = re.compile(r"(\[(?P<bracketed>[\da-f:]+)\]|(?P<name>[\w.-]+))(:\d{1,5})?", re.ASCII)
_INLINE = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=(), payment=()",
}
# Gradio compiles its templates with `new Function`, hence 'unsafe-eval'. Scripts written into the page are
# admitted by their hash, so an event handler or a script that a document smuggled in would still not run.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'{hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# A document's own file is never a page of the window: it has no origin and loads nothing. Only a PDF is not
# sandboxed, because its viewer would not start; that runs outside of any page anyway.
_ORIGINAL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; "


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], mcp: bool = False, has_login: bool = False) -> None:
        """Guard `app`.

        Args:
            app: The application.
            hosts: Names without port that the window may be called by, such as "127.0.0.1".
            mcp: Whether its MCP tools may be called.
            has_login: Whether there is a login behind it, and perhaps a proxy before it that speaks https.
        """
        self._app = app
        self._has_login = has_login
        self._mcp = mcp
        self._hosts = frozenset(host.casefold() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = refused(scope, self._hosts, mcp=self._mcp, has_login=self._has_login)
        body = _Body(receive, limit=_limit(scope), expected=scope["method"] == "POST")
        if refusal is not None:
            await body.skip()
            await _refuse(send, *refusal)
            return
        answer = _Answer(send, is_original=scope["path"].startswith("/original/"))
        try:
            await self._app(_uncompressed(scope), body.receive, partial(answer.send, body))
        except _BodyRefused:
            await answer.refuse(body)


def refused(
    scope: Scope, hosts: frozenset[str], *, mcp: bool = False, has_login: bool = False
) -> tuple[int, str] | None:
    """The status and sentence to refuse a request with, before any work is done; None to let it through."""
    headers: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.lower(), []).append(value.decode("latin-1"))
    host = headers.get(b"host", [])
    if len(host) != 1 or _name(host[0]) not in hosts:
        return (
            400,
            "This window answers only to its own address; open the one that was printed when it started.",
        )
    schemes = ("http", "https") if has_login else ("http",)
    if not {f"{scheme}://{host[0]}" for scheme in schemes}.issuperset(headers.get(b"origin", [])):
        return 403, "Refused: the request came from another page."
    if not {"same-origin", "none"}.issuperset(headers.get(b"sec-fetch-site", [])):
        return 403, "Refused: the request came from another page. Type the window's address yourself."
    if not _is_needed(scope["path"], mcp, has_login) or ".." in scope["path"]:
        return 404, "There is nothing at this address."
    if scope["method"] not in ({"POST"} if scope["path"] == _MCP else _METHODS):
        return 405, "Refused: the window does not use this method."
    if any(_too_long(length, _limit(scope)) for length in headers.get(b"content-length", [])):
        return _too_large(_limit(scope))
    return None


def _is_needed(path: str, mcp: bool, has_login: bool) -> bool:
    return _PATHS.fullmatch(path) is not None or (mcp and path == _MCP) or (has_login and path in _LOGIN)


def policy(page: bytes) -> str:
    """The content security policy of a page: its own inline scripts run, no others do."""
    codes = (m["code"] for m in _INLINE.finditer(page) if b"src=" not in m["attributes"])
    digests = (base64.b64encode(hashlib.sha256(code).digest()).decode() for code in codes)
    return _POLICY.format(hashes="".join(f" 'sha256-{digest}'" for digest in digests))


class _BodyRefused(Exception):
    pass


class _Body:
    """Counts a request's body while it is read."""

    def __init__(self, receive: Receive, *, limit: int, expected: bool) -> None:
        self._receive, self._limit, self._expected = receive, limit, expected
        self._n_bytes, self._complete = 0, False
        self.refusal: tuple[int, str] | None = None

    async def receive(self) -> Message:
        if self._complete:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), _BODY_SECONDS)
        except TimeoutError as error:
            self.refusal = 408, "Refused: the request took too long to arrive."
            raise _BodyRefused from error
        self._n_bytes += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._n_bytes > self._limit:
            self.refusal = _too_large(self._limit)
            raise _BodyRefused
        return message

    async def skip(self) -> None:
        """Read the rest and forget it: a connection closed while its other end still writes loses the answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_REST_SECONDS):
                while self._expected and not self._complete:
                    message = await self._receive()
                    self._complete = not message.get("more_body", False)


class _Answer:
    """Adds the security headers; a page is held until its scripts are known."""

    def __init__(self, send: Send, *, is_original: bool) -> None:
        self._send = send
        self._is_original = is_original
        self._page: Message | None = None
        self._content = b""
        self._started = False

    async def refuse(self, body: _Body) -> None:
        """Say why the body was refused, once, in place of whatever the application made of it."""
        if body.refusal is not None and not self._started:
            self._started = True
            await body.skip()
            await _refuse(self._send, *body.refusal)

    async def send(self, body: _Body, message: Message) -> None:
        if body.refusal is not None:
            await self.refuse(body)
            return
        if message["type"] == "http.response.start":
            self._started = True
            await body.skip()
            if _is_of_type(message, b"text/html"):
                self._page = message
                return
            message = _with_headers(message, _original_policy(message) if self._is_original else policy(b""))
        elif self._page is not None:
            self._content += message.get("body", b"")
            if message.get("more_body", False):
                return
            await self._send(_with_headers(self._page, policy(self._content)))
            message = {"type": "http.response.body", "body": self._content}
        await self._send(message)


def _uncompressed(scope: Scope) -> Scope:
    if scope["path"] != "/":
        return scope
    kept = [(n, v) for n, v in scope["headers"] if n.lower() != b"accept-encoding"]  # the page's scripts are read
    return {**scope, "headers": kept}


def _is_of_type(start: Message, media_type: bytes) -> bool:
    return any(n.lower() == b"content-type" and v.startswith(media_type) for n, v in start["headers"])


def _original_policy(start: Message) -> str:
    return _ORIGINAL_POLICY + ("object-src 'self'" if _is_of_type(start, b"application/pdf") else "sandbox")


def _with_headers(start: Message, content_policy: str) -> Message:
    ours = {**_HEADERS, b"content-security-policy": content_policy.encode()}
    kept = [(n, v) for n, v in start["headers"] if n.lower() not in ours and n.lower() != b"server"]
    return {**start, "headers": [*kept, *ours.items()]}


async def _refuse(send: Send, status: int, sentence: str) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(sentence.encode())).encode()),
        (b"connection", b"close"),
    ]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    await send(_with_headers(start, policy(b"")))
    await send({"type": "http.response.body", "body": sentence.encode()})


def _name(host: str) -> str:
    named = _HOST.fullmatch(host.casefold())
    return "" if named is None else named["bracketed"] if named["bracketed"] is not None else named["name"]


def _limit(scope: Scope) -> int:
    return UPLOAD_BYTES if scope["path"].rstrip("/") == f"{_API}/upload" else OTHER_BYTES


def _too_long(length: str, limit: int) -> bool:
    return not length.isdigit() or len(length) > 15 or int(length) > limit


def _too_large(limit: int) -> tuple[int, str]:
    return 413, f"Refused: more than {limit:,} bytes in one request."
