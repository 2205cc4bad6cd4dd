"""Where on a page the article is. trafilatura tells its words, the page itself gives the text.

trafilatura's own output loses tables full of links, code and headings, and repeats some nested tables. So its
words only point. The article's core is the smallest element that holds nearly all of them; in it only what it left
out *and* is marked as navigation or advert is dropped, around it what is neither the article's nor prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from index.parsers.elements import is_hidden

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff]|\w+")  # unspaced scripts by sign
_RUN = 3  # tokens; shorter texts ("Home") prove nothing
_NEARLY_ALL = 0.9
_SOME = 0.1
_PROSE = 10  # runs in a text that is more than a label or a headline
_A_NOTE = 25  # runs
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
    """What of a page to leave out, and the article's heading if it is among that."""

    left_out: frozenset[Any]
    heading: str = ""


@dataclass(slots=True)
class _Count:
    """How many runs of words an element holds."""

    article: int = 0  # that trafilatura takes for the article's
    every: int = 0
    prose: int = 0  # in long texts outside links

    def add(self, other: _Count) -> None:
        self.article += other.article
        self.every += other.every
        self.prose += other.prose


def find_article(tree: Any) -> Article:
    """Find the article of a page; nothing is left out where there is next to none."""
    elements, depth = _measure(tree)
    if depth > _TOO_DEEP or len(elements) > _TOO_MANY:
        return Article(frozenset())
    counts = _counts(tree, frozenset(_runs(*_texts_by_trafilatura(tree))))
    if counts[tree].article < _ENOUGH:
        return Article(frozenset())
    core = tree
    while (inner := _holder(core, counts, _NEARLY_ALL * counts[tree].article)) is not None:
        core = inner
    path = {core, *core.iterancestors()}
    asides = frozenset(here for here in elements if here not in path and _is_aside(here, counts[here]))
    left_out = asides | frozenset(_outside(path, counts))
    return Article(left_out, _heading_before(core, left_out, elements))


def _texts_by_trafilatura(tree: Any) -> list[str]:
    from trafilatura import bare_extraction

    found: Any = bare_extraction(tree, include_comments=False, favor_recall=True)
    return [] if found is None else [text for text in found.body.itertext() if text.strip()]


def _measure(tree: Any) -> tuple[list[Any], int]:
    """The elements in reading order, and how deep they nest."""
    from lxml import etree

    elements: list[Any] = []
    depth = deepest = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        if event == "start":
            elements.append(element)
    return elements, deepest


def _runs(*texts: str) -> Iterator[tuple[str, ...]]:
    tokens = [token for text in texts for token in _TOKEN.findall(text)]
    return zip(*(tokens[start:] for start in range(_RUN)), strict=False)


def _counts(tree: Any, words: frozenset[tuple[str, ...]]) -> dict[Any, _Count]:
    from lxml import etree

    counts: dict[Any, _Count] = {}
    stack: list[_Count] = []
    n_links = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        n_links += (element.tag == "a") * (1 if event == "start" else -1)
        if event == "start":
            stack.append(_Count())
            if not is_hidden(element):
                stack[-1].add(_count(element.text, words, in_link=n_links > 0))
            continue
        counts[element] = stack.pop()
        if stack:
            if not is_hidden(element):
                stack[-1].add(counts[element])
            stack[-1].add(_count(element.tail, words, in_link=n_links > 0))
    return counts


def _count(text: str | None, words: frozenset[tuple[str, ...]], *, in_link: bool) -> _Count:
    if not text or not text.strip():
        return _Count()
    runs = list(_runs(text))
    prose = len(runs) if len(runs) >= _PROSE and not in_link else 0
    return _Count(sum(run in words for run in runs), max(1, len(runs)), prose)


def _holder(element: Any, counts: Mapping[Any, _Count], enough: float) -> Any:
    return next((child for child in element if child in counts and counts[child].article >= enough), None)


def _outside(path: Set[Any], counts: Mapping[Any, _Count]) -> Iterator[Any]:
    """What stands beside the way down to the article's core and is neither part of it nor prose of its own."""
    waiting = [here for on_path in path for here in on_path.itersiblings() if here not in path]
    waiting += [here for on_path in path for here in on_path.itersiblings(preceding=True) if here not in path]
    while waiting:
        here = waiting.pop()
        count = counts.get(here, _Count())
        if count.article > _SOME * count.every or (count.prose >= _A_NOTE and count.prose > count.every / 2):
            continue
        if max(count.article, count.prose) >= _A_NOTE:
            waiting.extend(here)
        else:
            yield here


def _is_aside(element: Any, count: _Count) -> bool:
    if count.article > _SOME * count.every:
        return False
    if element.tag in _ASIDE_TAGS or element.get("role") in _ASIDE_ROLES:
        return True
    return _ASIDE_NAMES.search(f"{element.get('class', '')} {element.get('id', '')}") is not None


def _heading_before(core: Any, left_out: frozenset[Any], elements: Iterable[Any]) -> str:
    """The last main heading before the article's core, if it is left out and the core has none."""
    before = None
    for here in elements:
        if here is core:
            break
        before = here if here.tag == "h1" else before
    if before is None or next(core.iter("h1"), None) is not None:
        return ""
    if left_out.isdisjoint([before, *before.iterancestors()]):
        return ""
    return " ".join("".join(before.itertext()).split())
