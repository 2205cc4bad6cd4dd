"""The documents of a library as HTML, and what became of each file that was added. Pure: no Gradio here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePath

from index.types import Document, SyncReport
from ui.escape import characters, isolated
from ui.wording import counted, day, source_name

_FORMATS = "PDF, Word, PowerPoint, Excel, web pages, e-books, Markdown, CSV and text"
_STAGES = {"parsing": "is being read", "embedding": "is being indexed"}
_DONE = (
    ("added", "added"),
    ("updated", "updated"),
    ("renamed", "renamed"),
    ("unchanged", "was already there, unchanged"),
    ("duplicates", "left out: a document with the same content is already there"),
)


def shelf_html(documents: Sequence[Document], n_passages: Sequence[int]) -> str:
    """The table of documents, with a delete button in each row.

    Args:
        documents: In the order to show them.
        n_passages: Number of passages of each, shape (n_documents,).
    """
    if not documents:
        return '<p class="qb-blank">There are no documents yet. Add some above, then ask about them.</p>'
    heads = "".join(f'<th scope="col">{h}</th>' for h in ("Title", "Type", "Pages", "Passages", "Date", "File"))
    rows = "".join(_row(document, n) for document, n in zip(documents, n_passages, strict=True))
    return (
        f'<table class="qb-shelf"><caption>{counted(len(documents), "document")}</caption>'
        f'<thead><tr>{heads}<th scope="col"><span class="qb-hidden">Delete</span></th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def report_html(report: SyncReport, names: Collection[str]) -> str:
    """What became of each file, refusals with their reason first.

    Args:
        report: Of the whole folder that the files were put into.
        names: Of the files to speak of.
    """
    outcomes = [("refused", r.source, r.reason) for r in report.refused]
    outcomes += [("warned", w.source, w.reason) for w in report.warnings]
    for field, said in _DONE:
        outcomes += [("done", source, said) for source in getattr(report, field)]
    return _list(_outcome(*outcome) for outcome in outcomes if PurePath(outcome[1]).name in names)


def progress_html(stages: Mapping[str, str]) -> str:
    """Where each file stands while files are being added."""
    return _list(_outcome("doing", name, _STAGES.get(stage, stage)) for name, stage in stages.items())


def uploader_html(extensions: Iterable[str], max_bytes: int) -> str:
    """Where files are dropped or chosen.

    Args:
        extensions: Of the formats that can be read, such as ".pdf".
        max_bytes: The largest file that is taken.
    """
    return (
        f'<div class="qb-drop" data-max-bytes="{max_bytes}"><p class="qb-lead">Drop documents here</p>'
        '<label class="qb-do">Choose files<input type="file" multiple class="qb-hidden" '
        f'accept="{",".join(sorted(extensions))}"></label>'
        f"<p>{_FORMATS}; up to {max_bytes // 1_000_000} MB each. They are copied into the library.</p>"
        '<p class="qb-sending" role="status"></p></div><ul class="qb-report"></ul>'
    )


def _row(document: Document, n_passages: int) -> str:
    pages = str(len(document.pages)) if document.pages else ""
    cells = (
        ("Type", characters(document.kind.upper())),
        ("Pages", pages),
        ("Passages", f"{n_passages:,}"),
        ("Date", day(document.date)),
        ("File", isolated(source_name(document))),
    )
    shown = "".join(f'<td data-label="{label}">{inner}</td>' for label, inner in cells)
    return f'<tr><th scope="row">{isolated(document.title)}</th>{shown}<td>{_delete(document)}</td></tr>'


def _delete(document: Document) -> str:
    name = characters(document.title)
    return (
        f'<details class="qb-delete"><summary>Delete<span class="qb-hidden"> {name}</span></summary>'
        f'<button type="button" data-qb="delete" data-document="{characters(document.id)}">'
        "Yes, delete it and all that was made of it</button></details>"
    )


def _outcome(state: str, source: str, said: str) -> str:
    name = isolated(PurePath(source).name)
    return f'<li class="qb-{state}"><b>{name}</b> <span>{characters(said)}</span></li>'


def _list(lines: Iterable[str]) -> str:
    inner = "".join(lines)
    return f'<ul class="qb-report" role="status">{inner}</ul>' if inner else ""
