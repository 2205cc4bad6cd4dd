"""PowerPoint: every slide is a page, its title a heading; tables, charts, diagrams and speaker notes are kept."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from index.parsers.archive import core_properties, open_archive, refuse_doctypes
from index.parsers.blocks import Blocks
from index.parsers.heads import date_from
from index.parsers.parsed import Parsed

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def parse(data: bytes) -> Parsed:
    """Read a presentation."""
    from pptx import Presentation

    archive = open_archive(data)
    refuse_doctypes(archive)
    title, saved = core_properties(archive)
    blocks = Blocks()
    for slide in Presentation(BytesIO(data)).slides:
        blocks.page()
        _add_slide(blocks, slide)
    return blocks.parsed("pptx", title=title or blocks.first_heading, date=date_from(blocks.text) or saved)


def _add_slide(blocks: Blocks, slide: Any) -> None:
    title = slide.shapes.title
    if title is not None:
        blocks.heading(_plain(title.text_frame.text), 1)
    for shape in _flat(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        _add_shape(blocks, shape)
    for relation in slide.part.rels.values():
        if relation.reltype.endswith("/diagramData"):
            _add_diagram(blocks, relation.target_part.blob)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        blocks.add(_plain(slide.notes_slide.notes_text_frame.text))


def _flat(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _add_shape(blocks: Blocks, shape: Any) -> None:
    blocks.gap()
    if getattr(shape, "has_table", False):
        for row in shape.table.rows:
            cells = [" ".join(_plain(cell.text_frame.text).split()) for cell in row.cells]
            if any(cells):
                blocks.add(" | ".join(cells), tight=True)
    elif getattr(shape, "has_chart", False):
        _add_chart(blocks, shape)
    elif shape.has_text_frame:
        paragraphs = [_plain(paragraph.text) for paragraph in shape.text_frame.paragraphs]
        several = sum(bool(text.strip()) for text in paragraphs) > 1
        for text in paragraphs:
            blocks.add(text, tight=several)


def _add_chart(blocks: Blocks, shape: Any) -> None:
    """Add a chart's title and series from its XML: python-pptx refuses some kinds of chart."""
    try:
        chart = shape.chart.element
    except (KeyError, ValueError, AttributeError):  # the file holds no chart for its place on the slide
        return
    for title in chart.iterfind(f"{_CHART}chart/{_CHART}title/{_CHART}tx"):
        blocks.add("\n".join(_paragraphs(title)))
    labels: dict[str, str] = {}
    for series in chart.iter(f"{_CHART}ser"):
        name = " ".join(text.text or "" for text in series.iterfind(f"{_CHART}tx//{_CHART}v"))
        labels = _points(series, "cat", "xVal") or labels  # only the first series may have them
        values = "; ".join(
            f"{labels[place]}: {value}" if place in labels else value
            for place, value in _points(series, "val", "yVal").items()
        )
        if values:
            blocks.add(f"{name}: {values}." if name else f"{values}.", tight=True)


def _points(series: Any, *names: str) -> dict[str, str]:
    """A series' labels or values by their place in it, but for those that are errors (#N/A)."""
    points = series.xpath("|".join(f"c:{name}//c:pt[not(../preceding-sibling::c:lvl)]" for name in names))
    shown = ((point.get("idx", ""), _shown_point(point)) for point in points)
    return {place: text for place, text in shown if text}


def _shown_point(point: Any) -> str:
    text = " ".join((point.findtext(f"{_CHART}v") or "").split())
    if point.getparent().tag not in (f"{_CHART}numCache", f"{_CHART}numLit"):
        return text
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return ""


def _add_diagram(blocks: Blocks, part: bytes) -> None:
    from lxml import etree

    tree = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    blocks.gap()
    for paragraph in _paragraphs(tree):
        blocks.add(paragraph, tight=True)


def _paragraphs(tree: Any) -> Iterator[str]:
    for paragraph in tree.iter(f"{_DRAWING}p"):
        parts = paragraph.iter(f"{_DRAWING}t", f"{_DRAWING}br")
        yield "".join("\n" if part.tag == f"{_DRAWING}br" else part.text or "" for part in parts)


def _plain(text: str) -> str:
    return text.replace("\v", "\n")
