"""Markdown: the canonical text is the file's own, markup included; only its headings are looked up."""

from __future__ import annotations

import re
from datetime import date

from index.parsers.dates import parse_date
from index.parsers.decoding import decode
from index.parsers.heads import date_from, title_from
from index.parsers.parsed import Parsed
from index.sentences import trim
from index.types import Heading

_LINE_END = re.compile(r"\r\n?|\n")  # what markdown-it takes for one
_FIELD = re.compile(r"^(\w+)[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_UNREADABLE = ("|", ">", "{", "[", "&", "*", "!")  # YAML that is more than a plain value
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|`|\*)(?=\S)(.+?)(?<=\S)\1")


def parse(data: bytes) -> Parsed:
    """Read Markdown."""
    text, warnings = decode(data)
    fields, body_start, headings = _structure(text)
    body = text[body_start:]
    first = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text[headings[0].start : headings[0].end])) if headings else None
    title = fields.get("title") or first or title_from(body)
    return Parsed(text, title, _date(fields) or date_from(body), "md", headings=headings, warnings=warnings)


def _structure(text: str) -> tuple[dict[str, str], int, tuple[Heading, ...]]:
    """Front matter's fields, where the text after it starts, and the headings."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.front_matter import front_matter_plugin

    markdown = MarkdownIt("commonmark").use(front_matter_plugin)
    markdown.core.ruler.enableOnly(["normalize", "block"])  # inline markup is neither needed nor linear
    tokens = markdown.parse(text)
    starts = [0, *(match.end() for match in _LINE_END.finditer(text)), len(text)]
    fields: dict[str, str] = {}
    body_start = 0
    headings: list[Heading] = []
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.map is None:
            continue
        start, end = (starts[min(line, len(starts) - 1)] for line in token.map)
        if token.type == "front_matter":
            fields, body_start = _fields(token.content), end
        elif token.type == "heading_open" and following is not None:
            place = _locate(text, following.content, start, end)
            if place is not None:
                headings.append(Heading(*place, level=int(token.tag[1])))
    return fields, body_start, tuple(headings)


def _locate(text: str, content: str, start: int, end: int) -> tuple[int, int] | None:
    """The heading's words without its marks; the whole lines where they can't be found as they are."""
    at = text.find(content, start, end) if content else -1
    return (at, at + len(content)) if at >= 0 else trim(text, start, end) if content else None


def _fields(front_matter: str) -> dict[str, str]:
    found = {match[1].lower(): match[2] for match in _FIELD.finditer(front_matter)}
    return {key: value.strip("\"'") for key, value in found.items() if not value.startswith(_UNREADABLE)}


def _date(fields: dict[str, str]) -> date | None:
    for key in ("date", "published", "created", "updated", "lastmod"):
        found = parse_date(fields.get(key, ""))
        if found is not None:
            return found
    return None
