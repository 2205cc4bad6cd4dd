"""Where on a page the article is. trafilatura tells its words, the page itself gives the text.

trafilatura's own output loses tables full of links, code and headings, and repeats some nested tables. So its
words only point: the article is the smallest element that holds nearly all of them, and only what it left out
*and* is marked as navigation or advert is dropped there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from index.parsers.elements import is_hidden

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff]|\w+")  # unspaced scripts by sign
_RUN = 3  # tokens; shorter texts ("Home") prove nothing
_NEARLY_ALL = 0.9
_ENOUGH = 15  # runs; an article of fewer is next to nothing, and the whole page is taken
_TOO_DEEP = 200  # elements; trafilatura recurses
_TOO_MANY = 200_000  # elements; trafilatura would take too long
_ASIDE_TAGS = frozenset(("nav", "aside", "footer", "form", "header"))
_ASIDE_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "menu"))
_ASIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|sidebar|side-?toc|cookies?|consent|gdpr|newsletter"
    r"|subscribe|subscription|signup|adverts?|advertisement|ads?|sponsored|promo|share|sharing|social|related"
    r"|recommended|trending|popular|comments?|disqus|paywall|popup|modal|overlay|skip-?link|footer|masthead)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Article:
    """The element that holds the article, what to leave out in it, and its heading if that stands outside."""

    element: Any
    left_out: frozenset[Any]
    heading: str = ""


def find_article(tree: Any) -> Article:
    """Find the article of a page; the whole page where there is next to none."""
    whole = Article(tree, frozenset())
    elements, depth = _measure(tree)
    if depth > _TOO_DEEP or len(elements) > _TOO_MANY:
        return whole
    words = _runs_of(_words_by_trafilatura(tree))
    counts = _count(tree, words)
    n_article = counts[tree][0]
    if n_article < _ENOUGH:
        return whole
    element = tree
    while (inner := _holder(element, counts, _NEARLY_ALL * n_article)) is not None:
        element = inner
    left_out = frozenset(here for here in element.iter() if here is not element and _is_aside(here, counts))
    return Article(element, left_out, _heading_before(element, tree))


def _words_by_trafilatura(tree: Any) -> list[str]:
    from trafilatura import bare_extraction

    found: Any = bare_extraction(tree, include_comments=False, favor_recall=True)
    return [] if found is None else [text for text in found.body.itertext() if text.strip()]


def _measure(tree: Any) -> tuple[list[Any], int]:
    from lxml import etree

    elements: list[Any] = []
    depth = deepest = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        if event == "start":
            elements.append(element)
    return elements, deepest


def _runs_of(texts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    tokens = [token for text in texts for token in _TOKEN.findall(text)]
    return frozenset(zip(*(tokens[i:] for i in range(_RUN)), strict=False))


def _count(tree: Any, words: frozenset[tuple[str, ...]]) -> dict[Any, tuple[int, int]]:
    """For each element, how many runs of words in it are the article's, and how many there are."""
    from lxml import etree

    counts: dict[Any, tuple[int, int]] = {}
    stack: list[list[int]] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            stack.append([0, 0])
            if not is_hidden(element):
                _add(stack[-1], element.text, words)
            continue
        counts[element] = (stack[-1][0], stack[-1][1])
        inner = stack.pop()
        if stack:
            if not is_hidden(element):
                stack[-1][0] += inner[0]
                stack[-1][1] += inner[1]
            _add(stack[-1], element.tail, words)
    return counts


def _add(count: list[int], text: str | None, words: frozenset[tuple[str, ...]]) -> None:
    if text:
        tokens = _TOKEN.findall(text)
        runs = list(zip(*(tokens[i:] for i in range(_RUN)), strict=False))
        count[0] += sum(run in words for run in runs)
        count[1] += max(len(runs), 1 if tokens else 0)


def _holder(element: Any, counts: dict[Any, tuple[int, int]], enough: float) -> Any:
    return next((child for child in element if counts.get(child, (0, 0))[0] >= enough), None)


def _is_aside(element: Any, counts: dict[Any, tuple[int, int]]) -> bool:
    n_article, n_all = counts.get(element, (0, 0))
    if n_article > 0.1 * n_all:
        return False
    if element.tag in _ASIDE_TAGS or element.get("role") in _ASIDE_ROLES:
        return True
    return _ASIDE_NAMES.search(f"{element.get('class', '')} {element.get('id', '')}") is not None


def _heading_before(element: Any, tree: Any) -> str:
    """The last main heading before the article, if there is none in it."""
    if next(element.iter("h1"), None) is not None:
        return ""
    before = ""
    for here in tree.iter():
        if here is element:
            break
        if here.tag == "h1":
            before = " ".join("".join(here.itertext()).split())
    return before
