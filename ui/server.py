"""Serves the window on this machine: the guard around Gradio around the library."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import TYPE_CHECKING

from index.errors import QuotebackError
from ui.adding import swept
from ui.guard import Guard
from ui.listening import check_access, listener_at
from ui.login import Door, user_of
from ui.roles import Library

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

_log = logging.getLogger(__name__)
_ICON = Path(__file__).parent / "assets" / "icon.png"
_MAX_CONNECTIONS = 200  # an open page holds two
_PAGE_SECONDS = 2.0  # the first page has the processor to itself
_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MPLBACKEND": "agg",  # Gradio asks for it at every call, and finding one out imports all of pyplot
}


class ExtraMissingError(QuotebackError, ImportError):
    """What was asked for needs an extra that is not installed."""


def serve(
    library: Library,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    examples: Sequence[str] = (),
    mcp: bool = False,
    accounts: Mapping[str, str] | None = None,
    names: Sequence[str] = (),
    ready: Callable[[str], None] = print,
) -> None:
    """Serve the window until it is interrupted.

    Args:
        library: What the window is for.
        host: A loopback address; with accounts any address of this machine.
        port: From 0 to 65535; 0 for any free one.
        examples: Questions to try, offered while nothing was asked.
        mcp: Whether the endpoints are tools for MCP clients too.
        accounts: Who may log in, from `ui.accounts`; None for a window without a login.
        names: By which it is opened besides, without port, such as "office.example".
        ready: Is told the window's address as soon as it can be opened.

    Raises:
        AddressError: If the window is not to be served there, or not so.
        PortError: If the port is taken, or not to be had.
        ExtraMissingError: If MCP is wanted and not installed.
    """
    if mcp:
        check_mcp()
    check_access(host, has_login=accounts is not None, names=names, mcp=mcp)
    listener = listener_at(host, port, is_for_others=accounts is not None)
    with listener, _uploads(library.path) as folder:
        address = f"http://{_bracketed(names[0] if names else host)}:{listener.getsockname()[1]}"
        app = application(
            library, host=host, examples=examples, uploads=folder, mcp=mcp, accounts=accounts, names=names
        )
        library.documents()  # read from the disk now, not when the first page asks for them
        running = server(app, lambda: _announced(library, ready, address))
        running.run(sockets=[listener])


def application(
    library: Library,
    *,
    host: str,
    examples: Sequence[str],
    uploads: Path,
    mcp: bool = False,
    accounts: Mapping[str, str] | None = None,
    names: Sequence[str] = (),
) -> ASGIApp:
    """The guarded window as an ASGI application.

    Args:
        library: What the window is for.
        host: The address that it is served at, without port.
        examples: Questions to try.
        uploads: Folder for files on their way into the library.
        mcp: Whether the endpoints are tools for MCP clients too.
        accounts: Who may log in; None for a window without a login.
        names: By which it is opened besides, without port.
    """
    has_login = accounts is not None
    clean_environment(uploads)
    # Gradio takes four seconds to import, and reads the environment while it does.
    import gradio as gr
    import matplotlib  # noqa: F401 Gradio asks it for its backend at every call
    from fastapi import FastAPI

    from ui.app import build
    from ui.documents_tab import MAX_FILE_BYTES
    from ui.originals import PATH, serving_originals
    from ui.theme import CSS, theme
    from ui.tools import give_json

    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    outer.add_route(PATH, serving_originals(library))
    window = build(library, examples=examples, uploads=uploads, has_login=has_login)
    app = gr.mount_gradio_app(
        outer,
        window,
        path="/",
        server_name=host,
        footer_links=[],
        run_history=False,
        auth=None,
        auth_dependency=user_of if has_login else None,
        root_path="",
        allowed_paths=[],
        blocked_paths=[],
        show_error=False,
        max_file_size=MAX_FILE_BYTES,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=mcp,
        favicon_path=str(_ICON),
        theme=theme(),
        css=CSS,
    )
    if mcp:
        give_json(window)
    hosts = ("127.0.0.1", "localhost", "::1", host, *names)
    return Guard(app if accounts is None else Door(app, accounts), hosts=hosts, mcp=mcp, has_login=has_login)


def check_mcp() -> None:
    """Raise ExtraMissingError unless MCP is installed."""
    if find_spec("mcp") is None:
        raise ExtraMissingError("--mcp needs more than is installed here: pip install 'quoteback[mcp]'")


def server(app: ASGIApp, ready: Callable[[], None]) -> uvicorn.Server:
    """A server for `app` that calls `ready` once it can be reached."""
    import uvicorn

    class _Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Pages that are still open are cut off, which uvicorn would report as errors with their tracebacks.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets)

    return _Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=1,
            ws="none",
            limit_concurrency=_MAX_CONNECTIONS,
        )
    )


def clean_environment(uploads: Path) -> None:
    """Drop every GRADIO_ variable, because some open doors, and set those that keep the window offline and quick."""
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ.update(_ENVIRONMENT, GRADIO_TEMP_DIR=str(uploads))


def _announced(library: Library, ready: Callable[[str], None], address: str) -> None:
    ready(address)
    warming = Timer(_PAGE_SECONDS, _warmed, args=(library,))
    warming.daemon = True
    warming.start()


def _warmed(library: Library) -> None:
    """Have the models loaded, so that the first question is as quick as the others."""
    try:
        library.ask("Are you ready?")
    except Exception as error:  # whoever asks a question is told what is wrong
        _log.info("the models could not be loaded beforehand", exc_info=error)


@contextmanager
def _uploads(folder: Path) -> Iterator[Path]:
    """A folder of this window's own for files on their way, gone when it ends; old ones of others are removed."""
    incoming = folder / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    swept(incoming)
    with TemporaryDirectory(dir=incoming, ignore_cleanup_errors=True) as uploads:
        yield Path(uploads)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
