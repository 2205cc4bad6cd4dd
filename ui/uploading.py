"""Where files are dropped, and what becomes of each. Pure: no Gradio here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePath

from index.types import SyncReport
from ui.escape import characters, isolated
from ui.wording import counted

_FORMATS = "PDF, Word, PowerPoint, Excel, web pages, e-books, Markdown, CSV and text"
_STAGES = {"parsing": "is being read", "embedding": "is being indexed", "saved": "done", "stopped": "was stopped"}
_DONE = (
    ("added", "added"),
    ("updated", "updated"),
    ("renamed", "renamed"),
    ("unchanged", "was already there, unchanged"),
    ("duplicates", "left out: a document with the same content is already there"),
)


def uploader_html(extensions: Iterable[str], max_bytes: int) -> str:
    """Where files and folders are dropped or chosen.

    Args:
        extensions: Of the formats that can be read, such as ".pdf".
        max_bytes: The largest file that is taken.
    """
    return (
        f'<div class="qb-drop" data-max-bytes="{max_bytes}" data-extensions="{" ".join(sorted(extensions))}">'
        '<p class="qb-lead">Drop documents or folders here</p>'
        '<label class="qb-do">Choose files<input type="file" multiple class="qb-hidden" '
        f'accept="{",".join(sorted(extensions))}"></label> '
        '<label class="qb-do">Choose a folder<input type="file" webkitdirectory class="qb-hidden"></label>'
        f"<p>{_FORMATS}; up to {max_bytes // 1_000_000} MB each. They are copied into the library.</p>"
        '<p class="qb-sending" role="status"></p></div><ul class="qb-report"></ul>'
    )


def progress_html(stages: Mapping[str, str], percent: int) -> str:
    """Where each file stands while files are being added, how much is done, and the button that stops it."""
    return (
        f'<div class="qb-note qb-run"><progress aria-label="Indexed" max="100" value="{percent}"></progress>'
        f'<span>{percent} %</span><button type="button" class="qb-copy qb-halt">Stop</button></div>'
        + stages_html(stages)
    )


def stages_html(stages: Mapping[str, str]) -> str:
    """Where each file stands."""
    return _list(_outcome("doing", name, _STAGES.get(stage, stage)) for name, stage in stages.items())


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


def gone_html(n_files: int) -> str:
    """How many files were sent and are no longer there; "" for none."""
    if not n_files:
        return ""
    said = "is no longer there; add it" if n_files == 1 else "are no longer there; add them"
    return f'<div class="qb-note" role="status">{counted(n_files, "file")} {said} again.</div>'


def _outcome(state: str, source: str, said: str) -> str:
    name = isolated(PurePath(source).name)
    return f'<li class="qb-{state}"><b>{name}</b> <span>{characters(said)}</span></li>'


def _list(lines: Iterable[str]) -> str:
    inner = "".join(lines)
    return f'<div role="status"><ul class="qb-report">{inner}</ul></div>' if inner else ""
