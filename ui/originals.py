"""The files that documents were read from: served by a document's id, never by a path, and only while unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from index import documents
from index.errors import RefusedError
from index.types import Document
from ui.roles import Library
from ui.wording import source_name

PATH = "/original/{document_id}"
_TEXT = ("txt", "md")


def original_address(document: Document, page: int | None) -> str | None:
    """Where the window serves the file; None for a document that was not read from a file.

    Args:
        document: That was read from it.
        page: To open a PDF at; None for its beginning.
    """
    if document.source.startswith(("http://", "https://")):
        return None
    return f"/original/{quote(document.id, safe='')}{'' if page is None else f'#page={page}'}"


def serving_originals(library: Library) -> Callable[[Request], Response]:
    """What answers requests at `PATH`; a missing or changed file gets a sentence instead."""

    def serve(request: Request) -> Response:
        known = {document.id: document for document in library.documents()}
        document = known.get(request.path_params["document_id"])
        if document is None:
            return PlainTextResponse("There is no such document in this library.", status_code=404)
        return _original(document)

    return serve


def _original(document: Document) -> Response:
    name, path = source_name(document), Path(document.source)
    try:
        data = documents.read(path, path.parent)
    except RefusedError as error:
        return PlainTextResponse(f"The file {name} {error}.", status_code=410)
    if hashlib.sha256(data).hexdigest() != document.sha256:
        said = f"The file {name} has changed since it was read. Add it again, or sync its folder."
        return PlainTextResponse(said, status_code=410)
    media_type = _shown_as(document.kind, data)
    way = "attachment" if media_type is None else "inline"
    headers = {"content-disposition": f"{way}; filename*=utf-8''{quote(name, safe='')}", "cache-control": "no-store"}
    return Response(data, headers=headers, media_type=media_type or "application/octet-stream")


def _shown_as(kind: str, data: bytes) -> str | None:
    """The type to show a file as; None for one that is only saved."""
    if kind == "pdf":
        return "application/pdf"
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    return "text/plain; charset=utf-8" if kind in _TEXT else None
