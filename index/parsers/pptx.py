"""PowerPoint: every slide is a page, its title a heading; tables, diagrams and speaker notes are kept."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from index.parsers.archive import core_properties, open_archive, refuse_doctypes
from index.parsers.blocks import Blocks
from index.parsers.heads import date_from
from index.parsers.parsed import Parsed

_PARAGRAPH = "{http://schemas.openxmlformats.org/drawingml/2006/main}p"
_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"


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
        _add_chart(blocks, shape.chart)
    elif shape.has_text_frame:
        paragraphs = [_plain(paragraph.text) for paragraph in shape.text_frame.paragraphs]
        several = sum(bool(text.strip()) for text in paragraphs) > 1
        for text in paragraphs:
            blocks.add(text, tight=several)


def _add_chart(blocks: Blocks, chart: Any) -> None:
    if chart.has_title and chart.chart_title.has_text_frame:
        blocks.add(_plain(chart.chart_title.text_frame.text))
    for plot in chart.plots:
        labels = [str(category) for category in plot.categories]
        for series in plot.series:
            pairs = zip(labels, series.values, strict=False)
            values = "; ".join(f"{label}: {value:.15g}" for label, value in pairs if value is not None)
            blocks.add(f"{series.name}: {values}." if values else "", tight=True)


def _add_diagram(blocks: Blocks, part: bytes) -> None:
    from lxml import etree

    tree = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    blocks.gap()
    for paragraph in tree.iter(_PARAGRAPH):
        blocks.add("".join(text.text or "" for text in paragraph.iter(_TEXT)), tight=True)


def _plain(text: str) -> str:
    return text.replace("\v", "\n")
