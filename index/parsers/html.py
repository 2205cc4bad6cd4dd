"""Web pages: the article without navigation, adverts and cookie bars, its headings, lists and tables kept.

trafilatura finds the article. Where it finds next to nothing, the whole visible text is taken: better too
much than a page that answers nothing.
"""

from __future__ import annotations

import re
from typing import Any

from index.parsers.blocks import Blocks
from index.parsers.dates import parse_date
from index.parsers.decoding import decode
from index.parsers.heads import date_from, title_from
from index.parsers.parsed import Parsed

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_SKIPPED = frozenset(
    {"script", "style", "template", "head", "title", "svg", "math", "select", "iframe", "object"}
)
_BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "caption",
            "center",
            "dd",
            "details",
            "dialog",
        ),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html"),
        *(
            "legend",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "summary",
            "table",
            "tbody",
            "tfoot",
            "thead",
        ),
        *("ul", "list", "quote"),  # the last two are trafilatura's
    )
)
_ITEMS = frozenset({"li", "item"})
_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_BREAKS = frozenset({"br", "lb"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TOO_DEEP = 200  # elements; trafilatura recurses
_NEXT_TO_NOTHING = 200  # characters


def parse(data: bytes) -> Parsed:
    """Read a web page."""
    tree, warnings = read_tree(data)
    blocks = Blocks()
    if tree is None:
        return blocks.parsed("html", title=None)
    everything = Blocks()
    add_visible(everything, tree)
    article = _article(tree)
    if article is not None:
        _Renderer(blocks).add(article.body)
    if len(blocks.text) < min(_NEXT_TO_NOTHING, len(everything.text) / 2):
        blocks = everything
    title = (
        (article.title if article is not None else None) or blocks.first_heading or title_from(blocks.text)
    )
    day = parse_date(article.date) if article is not None and article.date else None
    return blocks.parsed("html", title=title, date=day or date_from(blocks.text), warnings=warnings)


def read_tree(data: bytes) -> tuple[Any, tuple[str, ...]]:
    """The page's element tree (None if there is none), and warnings."""
    from lxml import html

    declared = _CHARSET.search(data[:4096])
    text, warnings = decode(data, declared=declared[1].decode("ascii") if declared else None)
    text = _DECLARATION.sub("", text, count=1)
    # Without huge_tree everything nested deeper than 256 elements is lost without a word.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    tree = html.document_fromstring(text.encode("utf-8"), parser=parser) if text.strip() else None
    return tree, warnings


def add_visible(blocks: Blocks, tree: Any) -> None:
    """Add all that a page shows."""
    _Renderer(blocks).add(tree)


def _article(tree: Any) -> Any:
    from trafilatura import bare_extraction

    if _depth(tree) > _TOO_DEEP:
        return None
    return bare_extraction(
        tree, with_metadata=True, include_comments=False, include_formatting=True, favor_recall=True
    )


def _depth(tree: Any) -> int:
    from lxml import etree

    depth = deepest = 0
    for event, _element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


class _Renderer:
    """Turns elements into blocks, walking without recursion. Knows HTML and trafilatura's own elements."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._inline: list[str] = []
        self._cells: list[str] = []
        self._items = 0
        self._in_row = 0
        self._level: int | None = None
        self._literal = 0

    def add(self, tree: Any) -> None:
        from lxml import etree

        walk = etree.iterwalk(tree, events=("start", "end"))
        for event, element in walk:
            name = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                if self._is_skipped(name, element):
                    walk.skip_subtree()
                    continue
                self._start(name, element)
                self._text(element.text)
            else:
                if not self._is_skipped(name, element):
                    self._end(name, element)
                if element is not tree:
                    self._text(element.tail)
        self._flush()

    def _is_skipped(self, name: str, element: Any) -> bool:
        if name == "head":
            return element.get("rend") is None  # trafilatura calls a heading so
        return not name or name in _SKIPPED or element.get("hidden") is not None

    def _start(self, name: str, element: Any) -> None:
        if name in _BREAKS:
            self._inline.append("\n")
        elif name in _CELLS:
            self._inline, self._in_row = [], max(self._in_row, 1)
        elif name in _ITEMS or name in _ROWS or self._is_block(name, element) or self._heading(name, element):
            self._flush()
        self._items += name in _ITEMS
        self._literal += name in ("pre", "code")
        if name in _ROWS:
            self._cells, self._in_row = [], self._in_row + 1

    def _end(self, name: str, element: Any) -> None:
        level = self._heading(name, element)
        if level:
            self._level = level
            self._flush()
        elif name in _CELLS:
            self._cells.append(" ".join(self._taken().split()))
        elif name in _ROWS:
            self._in_row = max(0, self._in_row - 1)
            if any(self._cells):
                self._blocks.add(" | ".join(self._cells), tight=True)
            self._cells = []
        elif name in _ITEMS or self._is_block(name, element):
            self._flush()
            if name in ("table", "ul", "ol", "list") and not self._items:
                self._blocks.gap()
        self._items -= name in _ITEMS
        self._literal -= name in ("pre", "code")

    def _text(self, text: str | None) -> None:
        if text:
            self._inline.append(text if self._literal else _BLANKS.sub(" ", text))

    def _taken(self) -> str:
        text = "".join(self._inline)
        self._inline = []
        return text if self._literal else re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text))

    def _flush(self) -> None:
        if self._in_row:
            self._inline.append(" ")
            return
        text = self._taken().strip()
        if self._level:
            self._blocks.heading(text, self._level)
        elif text:
            self._blocks.add(f"- {text}" if self._items else text, tight=bool(self._items))
        self._level = None

    @staticmethod
    def _is_block(name: str, element: Any) -> bool:
        """Whether an element stands on its own; code does so where trafilatura made it of a `pre`."""
        return name in _BLOCKS or (
            name == "code" and element.getparent() is not None and element.getparent().tag == "body"
        )

    def _heading(self, name: str, element: Any) -> int:
        return _HEADINGS.get(element.get("rend", "h2") if name == "head" else name, 0)
