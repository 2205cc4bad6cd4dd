"""HTML elements to blocks: what a page shows, in reading order, walking without recursion."""

from __future__ import annotations

import re
from collections.abc import Set
from html.parser import HTMLParser
from typing import Any

from index.parsers.blocks import Blocks

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_NOT_SHOWN = frozenset(
    (
        *("head", "title", "script", "style", "template", "noscript", "svg", "math", "iframe", "object"),
        *("audio", "video", "canvas", "select", "datalist", "button"),
    )
)
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"),
        *("dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr"),
        *("html", "legend", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody"),
        *("tfoot", "thead", "ul", "li", "tr"),
    )
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_CELLS = frozenset(("td", "th"))
_PERMALINKS = frozenset(("#", "¶", "§", "🔗"))


def add_elements(blocks: Blocks, element: Any, *, left_out: Set[Any] = frozenset()) -> None:
    """Add all that an lxml element shows, but for what stands in the elements that are left out."""
    from lxml import etree

    renderer = _Renderer(blocks)
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, here in walk:
        skipped = here in left_out or is_hidden(here)
        if event == "start" and skipped:
            walk.skip_subtree()
        elif event == "start":
            renderer.start(here.tag)
            renderer.text(here.text)
        else:
            if not skipped:
                renderer.end(here.tag)
            if here is not element:
                renderer.text(here.tail)
    renderer.finish()


def add_markup(blocks: Blocks, markup: str) -> None:
    """Add what HTML source shows, for pages that nest too deeply to make a tree of."""
    reader = _MarkupReader(_Renderer(blocks))
    reader.feed(markup)
    reader.close()


def is_hidden(element: Any) -> bool:
    """Whether an element shows no text of its own: scripts, controls, what is set to be invisible."""
    name = element.tag
    if not isinstance(name, str) or (name in _NOT_SHOWN and not _is_button_in_heading(element)):
        return True
    if element.get("hidden") is not None or (name == "dialog" and element.get("open") is None):
        return True
    if name == "a" and (element.text or "").strip() in _PERMALINKS and not len(element):
        return True
    style = element.get("style")
    return style is not None and "display:none" in style.replace(" ", "").lower()


def _is_button_in_heading(element: Any) -> bool:
    """Whether an element is a heading's button: one that opens the section below has the heading's words."""
    return element.tag == "button" and next(element.iterancestors(*_LEVELS), None) is not None


class _MarkupReader(HTMLParser):
    def __init__(self, renderer: _Renderer) -> None:
        super().__init__()
        self._renderer = renderer
        self._hidden = ""  # the tag whose text is not shown

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NOT_SHOWN and tag != "head":
            self._hidden = self._hidden or tag
        self._renderer.start(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden = "" if tag == self._hidden else self._hidden
        self._renderer.end(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._renderer.text(data)

    def close(self) -> None:
        super().close()
        self._renderer.finish()


class _Renderer:
    """Gathers inline text until a block ends. Inside a table everything up to the cell's end is inline."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._inline: list[str] = []
        self._rows: list[list[str]] = []  # open rows: tables nest
        self._outer: list[list[str]] = []  # the text before each open cell
        self._items = 0
        self._literal = 0

    def start(self, name: str) -> None:
        if name == "br":
            self._inline.append("\n")
        elif name == "tr":
            self._flush()
            self._rows.append([])
        elif name in _CELLS and self._rows:
            self._outer.append(self._inline)
            self._inline = []
        elif name in _BLOCKS or name in _LEVELS:
            self._flush()
        self._items += name == "li"
        self._literal += name == "pre"

    def text(self, text: str | None) -> None:
        if text:
            self._inline.append(text if self._literal else _BLANKS.sub(" ", text))

    def end(self, name: str) -> None:
        if name in _LEVELS:
            self._flush(_LEVELS[name])
        elif name in _CELLS and self._rows and self._outer:
            self._rows[-1].append(self._taken())
            self._inline = self._outer.pop()
        elif name == "tr" and self._rows:
            self._end_row(self._rows.pop())
        elif name in _BLOCKS:
            self._flush()
            if name in ("table", "ul", "ol") and not self._items:
                self._blocks.gap()
        self._items -= name == "li"
        self._literal -= name == "pre"

    def finish(self) -> None:
        self._flush()

    def _end_row(self, cells: list[str]) -> None:
        if self._outer:  # a table in a cell: its rows are that cell's lines
            self._inline.append(" | ".join(" ".join(cell.split()) for cell in cells) + "\n")
        elif len(cells) == 1:  # a frame for the layout, not a table
            for line in re.split(r"\n{2,}", cells[0]):
                self._blocks.add(line)
        elif any(cells):
            self._blocks.add(" | ".join(" ".join(cell.split()) for cell in cells), tight=True)

    def _flush(self, level: int | None = None) -> None:
        if self._outer:
            self._inline.append("\n\n")
            return
        text = self._taken()
        if level is not None:
            self._blocks.heading(text, level)
        elif text:
            self._blocks.add(f"- {text}" if self._items else text, tight=bool(self._items))

    def _taken(self) -> str:
        text = "".join(self._inline).strip()
        self._inline = []
        return text if self._literal else re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text))
