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
from index.parsers.elements import add_elements
from index.parsers.heads import date_from, title_from
from index.parsers.parsed import Parsed

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_META_DATES = (
    *(
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dc.date.issued",
        "dcterms.date",
        "pubdate",
    ),
    *("dcterms.created", "citation_publication_date", "citation_date", "publish-date", "og:published_time"),
    *("parsely-pub-date", "sailthru.date", "last-modified"),
)


def parse(data: bytes) -> Parsed:
    """Read a web page."""
    tree, warnings = read_tree(data)
    blocks = Blocks()
    if tree is None:
        return blocks.parsed("html", title=None)
    article = find_article(tree)
    if article.heading:
        blocks.heading(article.heading, 1)
    add_elements(blocks, article.element, left_out=article.left_out)
    text = blocks.text
    title = _title(tree, blocks.first_heading) or title_from(text)
    return blocks.parsed("html", title=title, date=_date(tree) or date_from(text), warnings=warnings)


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
