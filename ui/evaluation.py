"""An evaluation as the window shows it: choosing a gold file, how far it is, the report. Pure: no Gradio here."""

from __future__ import annotations

import html

from eval.records import Report
from ui.escape import characters, isolated
from ui.wording import counted

_INERT = {ord(sign): f"&#{ord(sign)};" for sign in "${}`"}  # nothing that a template could take for its own


def chooser_html() -> str:
    """What an evaluation is, and where the gold file is chosen."""
    return (
        '<div class="qb-measure"><p class="qb-lead">How good are the answers on your documents?</p>'
        "<p>Every question of a gold file is asked, and each answer is compared with the one that you accept. "
        "A gold file is a .jsonl file as <code>quoteback gold new</code> writes it, or SQuAD’s .json.</p>"
        '<label class="qb-do">Choose a gold file<input type="file" class="qb-hidden" accept=".jsonl,.json,.gz">'
        '</label><p class="qb-sending" role="status"></p></div>'
    )


def progress_html(n_done: int, n_total: int) -> str:
    """How far an evaluation is, with the button that stops it."""
    return (
        f'<div class="qb-note qb-run"><progress aria-label="Questions asked" max="{n_total}" value="{n_done}">'
        f"</progress><span>{n_done:,} of {counted(n_total, 'question')} asked</span>"
        '<button type="button" class="qb-copy qb-halt">Stop</button></div>'
    )


def result_html(report: Report) -> str:
    """The whole report, and the ways to save it."""
    from eval.report import to_html  # matplotlib

    page = to_html(report)
    files = "".join(
        f'<button type="button" class="qb-copy" data-file="{name}">Save {name}</button>'
        for name in ("report.html", "report.json")
    )
    said = f"{counted(len(report.records), 'question')} asked in {report.seconds:,.0f} s."
    return (
        f'<div class="qb-measured"><p class="qb-ways"><span role="status">{isolated(report.gold)}: {characters(said)}'
        f"</span><span>{files}</span></p>"
        f'<iframe title="Report" sandbox srcdoc="{_inert(page)}"></iframe>'
        f'<template class="qb-json">{_inert(report.to_json())}</template></div>'
    )


def _inert(text: str) -> str:
    return html.escape(text).translate(_INERT)
