"""Which documents a question may use: read from what the browser sends, said in one line. Pure: no Gradio here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from index.types import Document, Filter
from ui.escape import characters
from ui.wording import counted, day

EVERYTHING = Filter()
MAX_PICKED = 2_000  # documents that can be ticked: their ids have to fit into one request


def kept(where: Filter) -> str:
    """The filter as the page remembers it; "" for all documents."""
    if where == EVERYTHING:
        return ""
    dates = {name: day.isoformat() for name, day in (("after", where.after), ("before", where.before)) if day}
    return json.dumps({"documents": sorted(where.documents or ()), "kinds": sorted(where.kinds or ()), **dates})


def recalled(text: str, documents: Sequence[Document]) -> Filter:
    """The filter that a page remembers, as far as these documents still meet it."""
    try:
        form = json.loads(text or "{}")
    except (ValueError, RecursionError):
        form = {}
    if not isinstance(form, dict):
        form = {}
    return narrowed(picked(EVERYTHING, form.get("documents"), documents), form, documents)


def picked(where: Filter, ids: object, documents: Sequence[Document]) -> Filter:
    """The filter with those documents only, or with all if none of the ids is that of a document."""
    known = {document.id for document in documents}
    named = ids[:MAX_PICKED] if isinstance(ids, list) else []
    return replace(where, documents=frozenset(i for i in named if isinstance(i, str) and i in known) or None)


def narrowed(where: Filter, form: Mapping[str, object], documents: Sequence[Document]) -> Filter:
    """The filter with the kinds and dates of a form; what is no kind of these documents or no date is left out."""
    known = {document.kind for document in documents}
    kinds = form.get("kinds")
    named = kinds if isinstance(kinds, list) else []
    return replace(
        where,
        kinds=frozenset(kind for kind in named if isinstance(kind, str) and kind in known) or None,
        after=_date(form.get("after")),
        before=_date(form.get("before")),
    )


def scope_text(where: Filter, documents: Sequence[Document]) -> str:
    """What is asked: "Asking all 18 documents", "Asking 3 of 18 documents: PDF, from 1 January 2023"."""
    if where == EVERYTHING:
        return f"Asking {'all ' if len(documents) > 1 else ''}{counted(len(documents), 'document')}"
    n_admitted = sum(map(where.admits, documents))
    conditions = [
        " or ".join(sorted(kind.upper() for kind in where.kinds or ())),
        f"from {day(where.after)}" if where.after else "",
        f"until {day(where.before)}" if where.before else "",
    ]
    said = ", ".join(condition for condition in conditions if condition)
    n = f"{n_admitted:,}" if n_admitted else "none"
    return f"Asking {n} of {counted(len(documents), 'document')}{': ' + said if said else ''}"


def scope_html(where: Filter, documents: Sequence[Document]) -> str:
    """The line above the question, with the form that changes it."""
    if not documents:
        return ""
    widen = '<button type="button" class="qb-copy" data-qb="widen">Use all documents</button>'
    return (
        f'<details class="qb-scope"><summary><span>{characters(scope_text(where, documents))}</span> '
        '<span class="qb-change">change</span></summary><form>'
        f"{_kinds(where, documents)}{_dates(where)}"
        '<p class="qb-ways"><button type="submit" class="qb-do">Use these</button>'
        f'<button type="button" class="qb-copy" data-qb="shelf">Choose single documents</button>{widen}</p>'
        "</form></details>"
    )


def _kinds(where: Filter, documents: Sequence[Document]) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" name="kind" value="{characters(kind)}"'
        f"{' checked' if kind in (where.kinds or ()) else ''}> {characters(kind.upper())} "
        f'<span class="qb-sure">{n:,}</span></label>'
        for kind, n in sorted(Counter(document.kind for document in documents).items())
    )
    return f"<fieldset><legend>Only these types</legend>{boxes}</fieldset>"


def _dates(where: Filter) -> str:
    fields = "".join(
        f'<label>{said} <input type="date" name="{name}" value="{value.isoformat() if value else ""}"></label>'
        for name, said, value in (("after", "from", where.after), ("before", "until", where.before))
    )
    return (
        f"<fieldset><legend>Only documents dated</legend>{fields}"
        '<span class="qb-sure">Those without a date are then left out.</span></fieldset>'
    )


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
