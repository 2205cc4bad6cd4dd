"""Quotes and sources as HTML: how a place in a document looks, wherever it is shown.

Every word that comes from a document, a question or a file name goes through `ui.escape`; the markup is ours.
Buttons carry `data-qb` (what they do) and numbers only: the server looks up what the numbers mean.
"""

from __future__ import annotations

from rag.types import Citation
from ui.escape import characters, isolated
from ui.wording import percent, place, sureness

_MAX_AROUND = 320  # characters of a long sentence shown on each side of the answer
_MAX_PARAGRAPH = 900  # characters of a long paragraph shown on each side of the sentence


def quote_html(citation: Citation, *, tag: str) -> str:
    """The exact words inside their whole sentence, cut at words where it is very long."""
    sentence = citation.sentence
    text = citation.document.text
    before = _clipped_left(text[sentence.start : citation.start])
    after = clipped(text[citation.end : sentence.end], _MAX_AROUND)
    return f"<bdi>{before}<{tag}>{characters(citation.text)}</{tag}>{after}</bdi>"


def whole_quote_html(citation: Citation) -> str:
    """The exact words in bold, their sentence and their paragraph around them, each in a layer that can be hidden."""
    sentence, paragraph, text = citation.sentence, citation.paragraph, citation.document.text
    before = _layer("sentence", _clipped_left(text[sentence.start : citation.start]))
    after = _layer("sentence", clipped(text[citation.end : sentence.end], _MAX_AROUND))
    if citation.start - sentence.start <= _MAX_AROUND:  # else the sentence is cut already
        before = _layer("paragraph", _clipped_left(text[paragraph.start : sentence.start], _MAX_PARAGRAPH)) + before
    if sentence.end - citation.end <= _MAX_AROUND:
        after += _layer("paragraph", clipped(text[sentence.end : paragraph.end], _MAX_PARAGRAPH))
    return f"<bdi>{before}<strong>{characters(citation.text)}</strong>{after}</bdi>"


def layers_html() -> str:
    """The choice of how much of the document stands around each answer."""
    choices = "".join(
        f'<label><input type="radio" name="qb-around" value="{layer}"><span>{layer.capitalize()}</span></label>'
        for layer in ("answer", "sentence", "paragraph")
    )
    return f'<fieldset class="qb-layers"><legend>Show the</legend>{choices}</fieldset>'


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


def _clipped_left(text: str, limit: int = _MAX_AROUND) -> str:
    if len(text) <= limit:
        return characters(text)
    return f'<i class="qb-cut">…</i> {characters(text[-limit:].split(" ", 1)[-1])}'


def _layer(name: str, inner: str) -> str:
    return f'<span class="qb-around-{name}">{inner}</span>' if inner else ""
