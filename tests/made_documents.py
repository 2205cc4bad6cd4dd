"""Real files made on the spot, by the libraries that people's programs use or by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
NEWS = """<!DOCTYPE html><html lang="en"><head><title>Bridge to close for a year | The Ansel Herald</title>
<meta property="og:title" content="Bridge to close for a year">
<meta property="article:published_time" content="2022-02-09T06:30:00Z"></head><body>
<div id="cookie-banner"><p>We and our 812 partners store cookies on your device to make this page better.</p></div>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport and leisure</a></li></ul></nav></header>
<main><article><h1>Bridge to close for a year</h1><p class="byline">By Ada Quill, transport reporter</p>
<p>The Lower Quay Bridge will be closed to all lorries from September, the city council of Ansel decided.</p>
<div class="newsletter">Subscribe to our newsletter and never miss a story from the waterfront again.</div>
<h2>What it costs</h2><p>The repair will cost <b>3.1 million</b> euros,
of which <a href="/x">the state</a> pays half.</p>
<table><tr><th>Part</th><th>Cost</th></tr><tr><td><a href="/b">Bearings</a></td><td>1.2 million</td></tr></table>
<ul><li>Ferries run at weekends.</li><li>Buses take the tunnel.</li></ul>
<pre>detour --via tunnel</pre>
<p>Nobody in the council voted against it, which had not happened since the bridge was built in 1961.</p>
<aside class="related-stories"><a href="/1">Ten bridges you must see before they fall down, in pictures</a></aside>
</article></main><div class="advert">Buy one boat and get a second boat for only half of the price today!</div>
<footer>Copyright 2022 Herald Media, all rights reserved everywhere and for ever.</footer></body></html>"""


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive of these parts."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return made.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """A Word document of raw body XML, with further parts by their name without folder and ending."""
    document = f'<?xml version="1.0"?><w:document {WORD}><w:body>{body}</w:body></w:document>'
    return zipped({"word/document.xml": document} | {f"word/{name}.xml": xml for name, xml in parts.items()})


def word_document() -> bytes:
    """A Word document by python-docx: title, headings, list, table, in that order."""
    import docx as python_docx

    document = python_docx.Document()
    document.add_heading("Animals on Board", 0)
    document.add_paragraph("Stenna, 1 April 2024")
    document.add_heading("Dogs", 1)
    document.add_paragraph("Dogs travel free. A passenger may bring two.")
    document.add_paragraph("on a lead", style="List Bullet")
    document.add_paragraph("out of the Galley", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["Animal", "Fare", "Hive of bees", "£6.50"], strict=True):
        cell.text = text
    document.add_heading("Large dogs", 2)
    document.add_paragraph("Wolves are not dogs.")
    return _saved(document)


def slides() -> bytes:
    """A presentation by python-pptx: two slides, the second with a table, the first with notes."""
    from pptx import Presentation
    from pptx.util import Inches

    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[1])
    first.shapes.title.text = "Winter readiness"
    first.placeholders[1].text = "Grit on the Slip\nHead torches"
    first.notes_slide.notes_text_frame.text = "The relay is in a jar."
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "Limits"
    table = second.shapes.add_table(2, 2, 0, 0, Inches(3), Inches(2)).table
    for row, column, text in [(0, 0, "Vessel"), (0, 1, "Wind"), (1, 0, "Petrel"), (1, 1, "30 knots")]:
        table.cell(row, column).text = text
    return _saved(presentation)


def chart_slide() -> bytes:
    """A presentation of one slide with a bar chart of two series; its title has a line end."""
    from pptx.chart.data import CategoryChartData

    data = CategoryChartData()
    data.categories = ["2021", "2022"]
    data.add_series("In", (100, 0.1 + 0.2))
    data.add_series("Out", (None, 7))
    return _slide_with_chart("COLUMN_CLUSTERED", data, title="Passengers\vby year")


def scatter_slide() -> bytes:
    """A presentation of one slide with a scatter chart of two points."""
    from pptx.chart.data import XyChartData

    data = XyChartData()
    series = data.add_series("Waves")
    series.add_data_point(1, 2.5)
    series.add_data_point(4, 0.5)
    return _slide_with_chart("XY_SCATTER", data)


def _slide_with_chart(kind: str, data: object, *, title: str = "") -> bytes:
    from pptx import Presentation
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Fares"
    chart = slide.shapes.add_chart(XL_CHART_TYPE[kind], 0, 0, Inches(3), Inches(3), data).chart
    if title:
        chart.chart_title.text_frame.text = title
    return _saved(presentation)


def with_replaced(archive: bytes, folder: str, old: bytes, new: bytes) -> bytes:
    """An archive with a pattern replaced in the parts of a folder."""
    with ZipFile(BytesIO(archive)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    return zipped(
        {
            name: re.sub(old, new, part, flags=re.DOTALL) if name.startswith(folder) else part
            for name, part in parts.items()
        }
    )


def workbook() -> bytes:
    """A workbook with a caption, numbers, a date, a gap and a second table."""
    import xlsxwriter

    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Harbour dues")
        sheet.write_row(0, 0, ["Dues from 1 April 2024"])
        sheet.write_row(2, 0, ["Craft", "Charge", "From"])
        sheet.write_row(3, 0, ["Yacht", 12.0])
        sheet.write_datetime(3, 2, date(2024, 4, 1), day)
        sheet.write_row(4, 0, ["Canoe", 3.25])
        sheet.write_row(6, 0, ["Port", "Master"])
        sheet.write_row(7, 0, ["Hallow", "Jean"])
    return made.getvalue()


def book(*chapters: str, title: str = "A Century on the Sound", day: str = "2021-05-03") -> bytes:
    """An EPUB of XHTML bodies; the first chapter's name has a blank in it."""
    items = "".join(f'<item id="c{i}" href="ch%20{i}.xhtml"/>' for i in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    package = f"""<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <metadata><dc:title>{title}</dc:title><dc:date>{day}</dc:date></metadata>
        <manifest>{items}</manifest><spine>{spine}</spine></package>"""
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package}
    for i, chapter in enumerate(chapters):
        parts[f"OEBPS/ch {i}.xhtml"] = (
            f"<!DOCTYPE html><html><head><title>x</title></head><body>{chapter}</body></html>"
        )
    return zipped(parts)


def pdf(*pages: Sequence[tuple[float, float, float, str]], title: str = "", rotation: int = 0) -> bytes:
    """A PDF of Helvetica lines, each (size, x, y, text); a size below 0 is bold.

    Lines stand upright on the pages as they are shown, turned clockwise by `rotation` degrees.
    """
    matrix = {0: "1 0 0 1 0 0", 90: "0 1 -1 0 595 0", 180: "-1 0 0 -1 595 842", 270: "0 -1 1 0 0 842"}[rotation]
    fonts = "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
    fonts += "/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >> >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for lines in pages:
        shown = [
            f"BT /F{1 + (size < 0)} {abs(size)} Tf {x} {y} Td ({_escaped(text)}) Tj ET" for size, x, y, text in lines
        ]
        content = "\n".join([f"{matrix} cm", *shown]).encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {rotation} /Contents {len(objects)} 0 R "
        )
        page += f"/Resources << /Font {fonts} >> >>"
        objects.append(page.encode())
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    objects.append(f"<< /Title ({title}) /CreationDate (D:20240328120000Z) >>".encode())
    return _with_references(objects)


def scanned_pdf(n_pages: int = 1) -> bytes:
    """A PDF of pictures, by PDFium."""
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _ in range(n_pages):
        page = document.new_page(200, 200)
        picture = pypdfium2.PdfImage.new(document)
        bitmap = pypdfium2.PdfBitmap.new_native(8, 8, 4)
        bitmap.fill_rect((255, 0, 0, 255), 0, 0, 8, 8)
        picture.set_bitmap(bitmap)
        page.insert_obj(picture)
        page.gen_content()
    return _saved(document)


def _with_references(objects: Sequence[bytes]) -> bytes:
    made = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"<< /Size %d /Root 1 0 R /Info %d 0 R >>" % (len(objects) + 1, len(objects))
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return made + head + table + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(made))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _saved(document: object) -> bytes:
    made = BytesIO()
    document.save(made)  # type: ignore[attr-defined]
    return made.getvalue()
