"""The documents of a library as a table: found, sorted and ticked in the browser. Pure: no Gradio here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from index.types import Document, Filter, Refused
from ui.escape import characters, isolated
from ui.scope import EVERYTHING, MAX_PICKED
from ui.wording import counted, day, source_name

_COLUMNS = ("Title", "Type", "Pages", "Passages", "Date", "File", "Status")


def shelf_html(
    documents: Sequence[Document],
    n_passages: Sequence[int],
    *,
    where: Filter = EVERYTHING,
    refused: Sequence[Refused] = (),
) -> str:
    """The table of documents, with a tick and a delete button in each row.

    Args:
        documents: In the order to show them.
        n_passages: Number of passages of each, shape (n_documents,).
        where: What is asked; the documents that it names are ticked.
        refused: Files of the last time that some were added.
    """
    if not documents and not refused:
        return '<p class="qb-blank">There are no documents yet. Add some above, then ask about them.</p>'
    heads = "".join(
        f'<th scope="col"><button type="button" class="qb-sort" data-column="{n}">{name}</button></th>'
        for n, name in enumerate(_COLUMNS)
    )
    said = f"{counted(len(documents), 'document')}, {counted(sum(n_passages), 'passage')}"
    ticked = where.documents or frozenset()
    rows = "".join(map(_refused_row, refused)) + "".join(
        _row(document, n, document.id in ticked) for document, n in zip(documents, n_passages, strict=True)
    )
    return (
        f'{_bar()}<table class="qb-shelf" data-max-picked="{MAX_PICKED}">'
        f'<caption>{said} <span class="qb-found" role="status"></span></caption>'
        f'<thead><tr><td></td>{heads}<th scope="col"><span class="qb-hidden">Delete</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _bar() -> str:
    return (
        '<div class="qb-bar"><input type="search" aria-label="Find a document" '
        'placeholder="Find by title, file or type">'
        '<span><button type="button" class="qb-copy qb-tick-all">Tick all shown</button> '
        '<button type="button" class="qb-copy" data-qb="widen">Use all documents</button></span></div>'
        '<p class="qb-sure">Tick documents to ask only those.</p>'
    )


def _row(document: Document, n_passages: int, is_ticked: bool) -> str:
    title, pages = isolated(document.title), str(len(document.pages)) if document.pages else ""
    tick = (
        f'<label><input type="checkbox" value="{characters(document.id)}"{" checked" if is_ticked else ""}>'
        f'<span class="qb-hidden">Ask {characters(document.title)}</span></label>'
    )
    cells = (
        _cell("Type", characters(document.kind.upper()), find=True),
        _cell("Pages", pages, key=pages or "0"),
        _cell("Passages", f"{n_passages:,}", key=str(n_passages)),
        _cell("Date", day(document.date), key=document.date.isoformat() if document.date else ""),
        _cell("File", isolated(source_name(document)), find=True),
        _cell("Status", "Indexed"),
    )
    name = f'<th scope="row" data-find>{title}</th>'
    return f'<tr><td class="qb-tick">{tick}</td>{name}{"".join(cells)}<td>{_delete(document)}</td></tr>'


def _refused_row(refused: Refused) -> str:
    name = PurePath(refused.source).name
    kind = PurePath(name).suffix.lstrip(".").upper()
    cells = (
        _cell("Type", characters(kind), find=True),
        *(_cell(label, "", key="") for label in ("Pages", "Passages", "Date")),
        _cell("File", isolated(name), find=True),
        _cell("Status", f"Refused: {characters(refused.reason)}"),
    )
    title = f'<th scope="row" data-find>{isolated(name)}</th>'
    return f'<tr class="qb-refused"><td></td>{title}{"".join(cells)}<td></td></tr>'


def _cell(label: str, inner: str, *, key: str | None = None, find: bool = False) -> str:
    sorting = "" if key is None else f' data-key="{key}"'
    return f'<td data-label="{label}"{sorting}{" data-find" if find else ""}>{inner}</td>'


def _delete(document: Document) -> str:
    name = characters(document.title)
    return (
        f'<details class="qb-delete"><summary>Delete<span class="qb-hidden"> {name}</span></summary>'
        f'<button type="button" data-qb="delete" data-document="{characters(document.id)}">'
        "Yes, delete it and all that was made of it</button></details>"
    )
