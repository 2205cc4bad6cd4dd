"""Quotes and sources as HTML: how a place in a document looks, wherever it is shown.

Every word that comes from a document, a question or a file name goes through `ui.escape`; the markup is ours.
Buttons carry `data-qb` (what they do) and numbers only: the server looks up what the numbers mean.
"""

from __future__ import annotations

from rag.types import Citation
from ui.escape import characters, isolated
from ui.wording import percent, place, sureness

_MAX_AROUND = 320  # characters of a long sentence shown on each side of the answer


def quote_html(citation: Citation, *, tag: str) -> str:
    """The exact words inside their whole sentence, cut at words where it is very long."""
    sentence = citation.sentence
    text = citation.document.text
    before = _clipped_left(text[sentence.start : citation.start])
    after = clipped(text[citation.end : sentence.end], _MAX_AROUND)
    return f"<bdi>{before}<{tag}>{characters(citation.text)}</{tag}>{after}</bdi>"


def source_line(citation: Citation) -> str:
    """Title, page, heading and date of a citation."""
    rest = "".join(f" <span>{isolated(part)}</span>" for part in place(citation))
    return f'<span class="qb-title">{isolated(citation.document.title)}</span>{rest}'


def open_button(number: int, index: int, inner: str, *, name: str) -> str:
    """A button that opens place `index` (from 0) of exchange `number` in its document."""
    return (
        f'<button type="button" class="{name}" data-qb="open" data-exchange="{number}" data-place="{index}">'
        f"{inner}</button>"
    )


def show_button(number: int, inner: str) -> str:
    """A button that shows the evidence of exchange `number`."""
    return f'<button type="button" class="qb-more" data-qb="show" data-exchange="{number}">{inner}</button>'


def sure_html(confidence: float) -> str:
    """A confidence in words and as a number."""
    return f"{sureness(confidence)}, {percent(confidence)}&nbsp;%"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters of a text."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters of a text as HTML, cut between words."""
    if len(text) <= limit:
        return characters(text)
    return f'{characters(text[:limit].rsplit(" ", 1)[0])} <i class="qb-cut">…</i>'


def _clipped_left(text: str) -> str:
    if len(text) <= _MAX_AROUND:
        return characters(text)
    return f'<i class="qb-cut">…</i> {characters(text[-_MAX_AROUND:].split(" ", 1)[-1])}'
