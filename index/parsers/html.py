"""Web pages: the article without navigation, adverts and cookie bars, its headings, lists and tables kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from index.parsers.article import find_article
from index.parsers.blocks import Blocks
from index.parsers.dates import parse_date
from index.parsers.decoding import decode
from index.parsers.elements import add_elements, add_markup
from index.parsers.heads import date_from, title_from
from index.parsers.parsed import Parsed

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{2,40})""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_META_DATES = (
    *("article:published_time", "og:published_time", "datepublished", "date", "pubdate", "publish-date"),
    *("dc.date", "dc.date.issued", "dcterms.date", "dcterms.created", "citation_publication_date"),
    *("citation_date", "parsely-pub-date", "sailthru.date", "last-modified"),
)
_TOO_DEEP = "its elements nest so deeply that navigation and adverts can't be told from the text"


def parse(data: bytes) -> Parsed:
    """Read a web page."""
    markup, warnings = _decoded(data)
    blocks = Blocks()
    tree = _tree(markup)
    if tree is None:
        add_markup(blocks, markup)
        title, day = title_from(blocks.text), date_from(blocks.text)
        return blocks.parsed("html", title=title, date=day, warnings=(*warnings, _TOO_DEEP))
    article = find_article(tree)
    if article.heading:
        blocks.heading(article.heading, 1)
    add_elements(blocks, tree, left_out=article.left_out)
    if not blocks.text:
        add_elements(blocks, tree)
    title = _title(tree, blocks.first_heading) or title_from(blocks.text)
    return blocks.parsed("html", title=title, date=_date(tree) or date_from(blocks.text), warnings=warnings)


def add_page(blocks: Blocks, data: bytes) -> None:
    """Add all that a page shows, as for a book's chapter, which has no navigation or adverts."""
    markup, _ = _decoded(data)
    tree = _tree(markup)
    if tree is None:
        add_markup(blocks, markup)
    else:
        add_elements(blocks, tree)


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    declared = _CHARSET.search(data[:4096]) or _XML_ENCODING.match(data)
    text, warnings = decode(data, declared=declared[1].decode("ascii") if declared else None)
    return _DECLARATION.sub("", text, count=1), warnings


def _tree(markup: str) -> Any:
    """The page's element tree; None if lxml can't hold it."""
    from lxml import etree, html

    # Without huge_tree everything nested deeper than 256 elements is lost without a word; with it, than 2,048.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(markup.encode("utf-8"), parser=parser)
    except etree.ParserError:  # nothing in it
        return None
    return None if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log) else tree


def _title(tree: Any, first_heading: str | None) -> str | None:
    """The article's own heading if the page's title confirms it, else the page's title."""
    page = _squeezed(tree.findtext(".//title"))
    shared = next((_squeezed(value) for name, value in _meta(tree) if name == "og:title" and value.strip()), "")
    if first_heading and any(first_heading.casefold() in title.casefold() for title in (page, shared)):
        return first_heading
    return shared or page or first_heading


def _date(tree: Any) -> date | None:
    """The day of publication that the page's metadata tells."""
    named = dict(reversed(list(_meta(tree))))  # the first of a name wins
    candidates = [named.get(name, "") for name in _META_DATES]
    scripts = tree.xpath("//script[@type='application/ld+json']/text()")
    candidates += [match[1] for script in scripts if (match := _JSON_DATE.search(script))]
    candidates += tree.xpath("//*[@itemprop='datePublished']/@*[name()='datetime' or name()='content']")
    candidates += tree.xpath("(//article//time/@datetime)[1]")
    return next((day for text in candidates if (day := parse_date(text)) is not None), None)


def _meta(tree: Any) -> Iterator[tuple[str, str]]:
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        yield name.lower(), element.get("content") or ""


def _squeezed(text: str | None) -> str:
    return " ".join((text or "").split())
