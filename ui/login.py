"""The door in front of a window that is served to others: nothing behind it is reached without a name and password.

A browser gets a page and, for the right password, a session in a cookie that scripts can't read and other sites can't
send; a program sends the same name and password with each request (HTTP Basic). Sessions are in memory only.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import html
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.accounts import is_right
from ui.tries import Tries

USER = "quoteback.user"  # where the name of the user stands in the scope of a request
_PAGE = (Path(__file__).parent / "assets" / "login.html").read_text("utf-8")
_SESSION_SECONDS = 12 * 3_600
_MAX_SESSIONS = 1_000
_MAX_FORM_BYTES = 4_000
_OPEN = ("/favicon.ico", "/robots.txt")


@dataclass(frozen=True, slots=True)
class _Session:
    name: str
    ends: float


class Door:
    """ASGI middleware that lets in who logged in. It stands behind the guard, which has checked origin and size.

    Args:
        app: What is behind the door.
        accounts: The hash of each name's password.
        clock: Seconds, never going back.
    """

    def __init__(
        self, app: ASGIApp, accounts: Mapping[str, str], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app, self._accounts, self._clock = app, dict(accounts), clock
        self._sessions: dict[str, _Session] = {}
        self._tries = Tries(clock)
        self._one_at_a_time = asyncio.Semaphore(1)  # a check takes 32 MB
        self._key = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        name = self._name(request)
        answer: Response | None
        if scope["path"] == "/login":
            answer = await self._login(request, name)
        elif scope["path"] == "/logout":
            answer = self._logout(request)
        else:
            answer = None
            if name is None and scope["path"] not in _OPEN:
                name, answer = await self._basic(request)
        if answer is not None:
            await answer(scope, receive, send)
        else:
            await self._app({**scope, USER: name}, receive, send)

    def _name(self, request: Request) -> str | None:
        """Who logged in with the session of this request; None for nobody."""
        session = self._sessions.get(_fingerprint(_token(request)))
        return session.name if session is not None and session.ends > self._clock() else None

    async def _login(self, request: Request, name: str | None) -> Response:
        if request.method != "POST":
            return RedirectResponse("/", 303) if name is not None else _page()
        form = await _form(request)
        given, password = form.get("name", ""), form.get("password", "")
        problem = await self._problem(request, given, password)
        if problem is not None:
            status, sentence = problem
            return _page(sentence, given, status=status)
        token = secrets.token_urlsafe(32)
        self._keep(_fingerprint(token), given)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            _cookie(request), token, max_age=_SESSION_SECONDS, httponly=True, samesite="strict",
            secure=request.headers.get("origin", "").startswith("https:"),
        )  # fmt: skip
        return answer

    def _logout(self, request: Request) -> Response:
        if request.method != "POST":
            return PlainTextResponse("To log out, use the button in the window.", 405)
        self._sessions.pop(_fingerprint(_token(request)), None)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(_cookie(request), httponly=True, samesite="strict")
        return answer

    async def _basic(self, request: Request) -> tuple[str | None, Response | None]:
        """Who a program says it is; or what to answer to someone who may not come in."""
        given = _credentials(request.headers.get("authorization", ""))
        if given is None:
            return None, _turned_away(request)
        # A right password is remembered, under a key of this process: to check it takes a tenth of a second.
        seen = hmac.new(self._key, "\0".join(given).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        session = self._sessions.get(seen)
        if session is not None and session.ends > self._clock():
            return session.name, None
        problem = await self._problem(request, *given)
        if problem is not None:
            status, sentence = problem
            return None, PlainTextResponse(sentence, status)
        self._keep(seen, given[0])
        return given[0], None

    async def _problem(self, request: Request, name: str, password: str) -> tuple[int, str] | None:
        """Status and sentence for why this name and password do not open the door; None if they do."""
        address = _address(request)
        async with self._one_at_a_time:
            wait = self._tries.wait(address, name)
            if wait:
                return 429, f"Too many wrong tries. Wait {wait:.0f} seconds."
            if await asyncio.to_thread(is_right, self._accounts, name, password):
                self._tries.forget(address, name)
                return None
            self._tries.note(address, name)
            return 401, "This name and this password do not belong together."

    def _keep(self, key: str, name: str) -> None:
        now = self._clock()
        self._sessions = {k: session for k, session in self._sessions.items() if session.ends > now}
        while len(self._sessions) >= _MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[key] = _Session(name, now + _SESSION_SECONDS)


def user_of(request: Request) -> str | None:
    """The name of who logged in, behind the door; None without a door."""
    name: str | None = request.scope.get(USER)
    return name


def _page(problem: str = "", name: str = "", *, status: int = 200) -> Response:
    said = f'<p class="problem" role="alert">{html.escape(problem)}</p>' if problem else ""
    focus = {"name": "" if name else " autofocus", "password": " autofocus" if name else ""}
    page = _PAGE.replace("{problem}", said).replace("{name_focus}", focus["name"])
    page = page.replace("{password_focus}", focus["password"]).replace("{name}", html.escape(name))
    return HTMLResponse(page, status, {"cache-control": "no-store"})


def _turned_away(request: Request) -> Response:
    if request.headers.get("sec-fetch-mode") == "navigate" or "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/login", 303)
    # A browser that is asked for a name and password itself would open a window of its own.
    asks = {} if "sec-fetch-mode" in request.headers else {"www-authenticate": 'Basic realm="Quoteback"'}
    return PlainTextResponse("Log in first.", 401, asks)


async def _form(request: Request) -> dict[str, str]:
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > _MAX_FORM_BYTES:
            return {}
    return {name: values[-1] for name, values in parse_qs(data.decode("utf-8", "replace"), max_num_fields=10).items()}


def _credentials(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (name, password) if colon else None


def _token(request: Request) -> str:
    # http.cookies would give up at the first cookie it dislikes, and those of other ports come along.
    return request.cookies.get(_cookie(request), "")


def _cookie(request: Request) -> str:
    """Browsers keep one cookie for all ports of a name, so that two windows need two."""
    port = re.search(r":(\d+)$", request.headers.get("host", ""))
    return f"quoteback{'' if port is None else '-' + port[1]}"


def _fingerprint(token: str) -> str:
    """What a session is known by: looking it up gives nothing away of the token by the time it takes."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""
