"""Files of every format become one text, with its title, date, pages and headings."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import KINDS, Parsed, parse
from index.parsers.number_formats import shown_number
from index.sentences import sentences
from index.types import Heading
from tests import made_documents as made

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[2] / "shared"
SENTENCE = "The government of the small republic announced on Tuesday that three thousand more troops would come."


def headings(parsed: Parsed) -> list[tuple[str, int]]:
    return [(parsed.text[heading.start : heading.end], heading.level) for heading in parsed.headings]


def set_in_lines(
    text: str, *, top: float = 800, left: float = 72, width: int = 40
) -> list[tuple[float, float, float, str]]:
    """A text set in 10 point Courier-like lines of at most `width` letters."""
    lines, y = [""], top
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [(10, left, y - 12 * i, line) for i, line in enumerate(lines)]


@given(st.text(min_size=1).filter(lambda text: text.encode("utf-8", "replace").decode().strip()))
def test_plain_text_is_the_file_itself_letter_by_letter(text: str) -> None:
    text = text.encode("utf-8", "replace").decode().replace("\ufeff", "")
    try:
        parsed = parse(text.encode(), "txt")
    except RefusedError:
        return
    assert len(parsed.text) == len(text)
    assert all(
        mine == theirs or (mine == " " and theirs < " ") for mine, theirs in zip(parsed.text, text, strict=True)
    )


def test_line_ends_stay_and_controls_become_blanks_of_the_same_length() -> None:
    assert parse(b"One\r\ntwo\x00three\x1b\rfour\n" + b"x" * 200, "txt").text.startswith("One\r\ntwo three \rfour\n")


def test_markdown_keeps_its_markup_and_knows_its_headings() -> None:
    source = "---\ntitle: Animals\ndate: 2024-04-01\n---\n\n# *Dogs* ##\r\n\r\nBark.\n\nCats\n----\n\n"
    source += "```\n# no heading\n```\n> ## Quoted\n"
    parsed = parse(source.encode(), "md")
    assert parsed.text == source
    assert headings(parsed) == [("*Dogs*", 1), ("Cats", 2), ("Quoted", 2)]
    assert (parsed.title, parsed.date) == ("Animals", date(2024, 4, 1))


def test_title_of_markdown_without_front_matter_is_its_first_heading_without_marks() -> None:
    assert parse(b"# The `new` [ferry](f.md)\n\nText.\n", "md").title == "The new ferry"


def test_page_is_its_article_with_tables_lists_and_code_but_no_navigation_adverts_or_cookies() -> None:
    parsed = parse(made.NEWS.encode(), "html")
    for kept in (
        "Ada Quill",
        "Bearings | 1.2 million",
        "- Ferries run at weekends.\n- Buses",
        "detour --via tunnel",
        "1961.",
    ):
        assert kept in parsed.text
    assert "3.1 million euros, of which the state pays half." in parsed.text
    for dropped in ("cookies", "Sport", "newsletter", "Ten bridges", "second boat", "Copyright"):
        assert dropped not in parsed.text
    assert headings(parsed) == [("Bridge to close for a year", 1), ("What it costs", 2)]
    assert (parsed.title, parsed.date) == ("Bridge to close for a year", date(2022, 2, 9))


def test_prose_beside_the_article_is_kept_while_teasers_and_cookies_are_not() -> None:
    story = "<p>The harbour office said on Monday that all the boats would be moved before the storms come.</p>"
    note = "The winter berth near the old crane will be closed for repairs between January and the end of March, "
    note += "because the wall has to be rebuilt, and that is why owners have to move their boats by themselves."
    teaser = "Ten boats that you really must see before they all sink in the harbour of their own accord"
    cookies = "We use cookies, and our partners process your data for their own purposes, such as finding out what "
    cookies += (
        "you like to read every day of the week, where you are when you read it, and which other pages you saw."
    )
    page = f"""<title>Harbour news</title><body class="has-sidebar"><div><h1>Harbour news</h1></div>
        <div id="content">{story * 12}</div><div class="note"><p>{note}</p></div>
        <div class="grid"><a href="/1">{teaser}</a><a href="/2">{teaser}</a></div>
        <div class="consent">{cookies}</div></body>"""
    text = parse(page.encode(), "html").text
    assert text.startswith("Harbour news\n\nThe harbour office")
    assert text.endswith(note)
    assert "Ten boats" not in text


def test_page_without_an_article_gives_all_that_it_shows() -> None:
    shown = "<nav>Tides</nav><table><tr><td>High</td><td>09:14</td></tr></table><script>no()</script><p hidden>no</p>"
    assert parse(f"<body>{shown}</body>".encode(), "html").text == "Tides\n\nHigh | 09:14"


@pytest.mark.parametrize("depth", [100, 300, 1_000, 2_500, 20_000])
def test_text_of_deeply_nested_pages_is_not_lost(depth: int) -> None:
    page = f"<body><p>before</p>{'<div>' * depth}deep marker{'</div>' * depth}<p>after</p></body>"
    parsed = parse(page.encode(), "html")
    assert parsed.text.split("\n\n") == ["before", "deep marker", "after"]
    assert bool(parsed.warnings) == (depth > 2_048)


def test_encoding_that_a_page_declares_is_used() -> None:
    page = '<meta charset="windows-1251"><p>Паром ходит каждый день</p>'
    assert parse(page.encode("cp1251"), "html").text == "Паром ходит каждый день"


@pytest.mark.parametrize("name", ["iso-8859-1", "latin1", "us-ascii"])
def test_page_that_says_latin_1_is_read_as_browsers_do(name: str) -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={name}"><p>It’s “Zoë’s” – €5</p>'
    assert parse(page.encode("cp1252") + b"\x81", "html").text == "It’s “Zoë’s” – €5\n\n\x81"


def test_encoding_that_an_xml_declaration_names_is_used() -> None:
    page = '<?xml version="1.0" encoding="windows-1251"?><html><body><p>Паром ходит</p></body></html>'
    assert parse(page.encode("cp1251"), "html").text == "Паром ходит"


def test_page_in_letters_of_one_byte_is_not_taken_for_the_utf_16_that_it_names() -> None:
    page = '<meta charset="utf-16"><p>“Late”</p>'.encode("cp1252")
    assert [parse(page + b" " * n, "html").text for n in (0, 1)] == ["“Late”", "“Late”"]


def test_buttons_are_shown_only_in_headings() -> None:
    question = "<h3><span><button>How much is a ticket?</button></span></h3><p>Five pounds.</p>"
    parsed = parse(f"<body>{question}<button>Print</button></body>".encode(), "html")
    assert parsed.text == "How much is a ticket?\n\nFive pounds."
    assert headings(parsed) == [("How much is a ticket?", 3)]


def test_word_document_keeps_reading_order_and_headings() -> None:
    parsed = parse(made.word_document(), "docx")
    assert parsed.text == (
        "Animals on Board\n\nStenna, 1 April 2024\n\nDogs\n\nDogs travel free. A passenger may bring two.\n\n"
        "- on a lead\n- out of the Galley\n\nAnimal | Fare\nHive of bees | £6.50\n\n"
        "Large dogs\n\nWolves are not dogs."
    )
    assert headings(parsed) == [("Dogs", 1), ("Large dogs", 2)]
    assert (parsed.title, parsed.date) == ("Animals on Board", date(2024, 4, 1))


def test_word_document_without_a_day_of_its_own_does_not_bear_its_templates_day() -> None:
    import io

    import docx

    document, file = docx.Document(), io.BytesIO()
    document.add_paragraph("Undated.")
    document.save(file)
    assert parse(file.getvalue(), "docx").date is None


def test_deleted_and_doubled_text_of_word_documents_is_left_out() -> None:
    body = """<w:p><w:r><w:t xml:space="preserve">Kept </w:t></w:r>
        <w:del><w:r><w:delText>gone</w:delText></w:r></w:del>
        <w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:r><w:tab/><w:t>after</w:t><w:br/><w:t>a break</w:t></w:r>
        <w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Framed</w:t></w:r></w:p>
        <w:p><w:r><w:t>letter</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"""
    notes = (
        f"<w:footnotes {made.WORD}><w:footnote><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    assert (
        parse(made.docx(body, footnotes=notes), "docx").text
        == "Kept new\tafter\na break\n\nFramed\n\nletter\n\nA note."
    )


WORD_STYLES = f"""<w:styles {made.WORD}><w:style w:styleId="H"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="N"><w:basedOn w:val="L"/><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>
</w:styles>"""


@pytest.mark.parametrize(
    ("properties", "text", "is_heading"),
    [
        ('<w:pPrChange><w:pPr><w:pStyle w:val="H"/></w:pPr></w:pPrChange>', "Fares", False),
        ('<w:pPrChange><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:pPrChange>', "Fares", False),
        ('<w:pStyle w:val="H"/><w:pPrChange><w:pPr><w:pStyle w:val="L"/></w:pPr></w:pPrChange>', "Fares", True),
        ('<w:pStyle w:val="L"/>', "- Fares", False),
        ('<w:pStyle w:val="L"/><w:numPr><w:ilvl w:val="1"/></w:numPr>', "- Fares", False),
        ('<w:pStyle w:val="L"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>', "Fares", False),
        ('<w:pStyle w:val="N"/>', "Fares", False),
    ],
)
def test_word_paragraph_is_what_its_present_format_says(properties: str, text: str, is_heading: bool) -> None:
    body = f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>Fares</w:t></w:r></w:p>"
    parsed = parse(made.docx(body, styles=WORD_STYLES), "docx")
    assert (parsed.text, bool(parsed.headings)) == (text, is_heading)


def test_slides_are_pages_with_notes_and_tables() -> None:
    parsed = parse(made.slides(), "pptx")
    assert parsed.text == (
        "Winter readiness\n\nGrit on the Slip\nHead torches\n\nThe relay is in a jar.\n\n"
        "Limits\n\nVessel | Wind\nPetrel | 30 knots"
    )
    assert [parsed.text[start:].split("\n")[0] for start in parsed.pages] == ["Winter readiness", "Limits"]


@pytest.mark.parametrize("kind", ["bar", "bar3D", "pie", "pie3D", "ofPie", "surface", "surface3D", "stock"])
def test_charts_of_every_kind_give_their_values(kind: str) -> None:
    deck = made.with_replaced(made.chart_slide(), "ppt/charts/", b"c:barChart>", f"c:{kind}Chart>".encode())
    assert parse(deck, "pptx").text == "Fares\n\nPassengers\nby year\n\nIn: 2021: 100; 2022: 0.3.\nOut: 2022: 7."


def test_points_of_a_scatter_chart_are_kept() -> None:
    assert parse(made.scatter_slide(), "pptx").text == "Fares\n\nWaves: 1: 2.5; 4: 0.5."


@pytest.mark.parametrize(
    ("part", "old", "new", "shown"),
    [
        ("ppt/charts/", rb"<c:v>100</c:v>", b"<c:v>#N/A</c:v>", "\n\nIn: 2022: 0.3.\nOut: 2022: 7."),
        ("ppt/charts/", rb"<c:cat>.*?</c:cat>", b"", "\n\nIn: 100; 0.3.\nOut: 7."),
        ("ppt/charts/", rb"<c:tx><c:strRef>.*?</c:tx>", b"", "\n\n2021: 100; 2022: 0.3.\n2022: 7."),
        ("ppt/charts/", rb"<c:chart>.*</c:chart>", b"", ""),
        ("ppt/slides/_rels/", rb'<Relationship [^>]*/chart"[^>]*/>', b"", ""),
    ],
)
def test_odd_chart_does_not_cost_the_slides(part: str, old: bytes, new: bytes, shown: str) -> None:
    deck = made.with_replaced(made.chart_slide(), part, old, new)
    text = parse(deck, "pptx").text
    assert text == "Fares" + ("\n\nPassengers\nby year" if shown else "") + shown


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (9.8, "0.00", "9.80"),
        (0.035, "0.0%", "3.5%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (9.8, "[$£-809]#,##0.00", "£9.80"),
        (3.5, '_-* #,##0.00\\ "€"_-', "3.50 €"),
        (-3.5, "#,##0.00_);[Red](#,##0.00)", "-3.50"),
        (-0.001, "0.00", "0.00"),
        (7, "000", "007"),
        (3.0, "0.##", "3"),
        (12, '0" km"', "12 km"),
        (2.5, "0", "3"),
        (0.285, "0%", "29%"),
        (1.005, "0.00", "1.01"),
        (-1.115, "£0.00", "-£1.12"),
        (1234567890123456, "0", "1234567890123456"),
        (5, "General", None),
        (44_000, "yyyy-mm-dd", None),
        (1e6, "#,##0,", None),
        (0.5, "# ?/?", None),
        (5, "0.00E+00", None),
    ],
)
def test_numbers_look_as_in_the_workbook(value: float, code: str, expected: str | None) -> None:
    assert shown_number(value, code) == expected


def test_formats_are_those_of_the_cells_own_place() -> None:
    import io

    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet("Empty")
        sheet = book.add_worksheet("B & C")
        sheet.write_row(3, 2, ["Item", "Price", "Rise"])
        sheet.write_row(4, 2, ["Single"])
        sheet.write_number(4, 3, 9.8, book.add_format({"num_format": "£0.00"}))
        sheet.write_number(4, 4, 0.035, book.add_format({"num_format": "0.0%"}))
        sheet.write_row(5, 2, ["Plain", 9.8, True])
    parsed = parse(file.getvalue(), "xlsx")
    assert parsed.text == (
        "Empty\n\nB & C\n\nItem: Single; Price: £9.80; Rise: 3.5%.\nItem: Plain; Price: 9.8; Rise: TRUE."
    )


def test_rows_of_a_workbook_read_as_sentences() -> None:
    parsed = parse(made.workbook(), "xlsx")
    assert parsed.text == (
        "Harbour dues\n\nDues from 1 April 2024\n\nCraft: Yacht; Charge: 12; From: 2024-04-01.\n"
        "Craft: Canoe; Charge: 3.25.\n\nPort: Hallow; Master: Jean."
    )
    assert headings(parsed) == [("Harbour dues", 1)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_of_a_table_carry_their_columns_names(delimiter: str) -> None:
    rows = [["Ref", "Found on", "Item"], ["LP-1", "2024-01-03", "Umbrella"], ["LP-2", "", "A sheep."]]
    parsed = parse("\r\n".join(delimiter.join(row) for row in rows).encode(), "csv")
    assert parsed.text == "Ref: LP-1; Found on: 2024-01-03; Item: Umbrella.\nRef: LP-2; Item: A sheep."


def test_table_without_a_header_is_not_given_one() -> None:
    assert parse(b"2019,309200\n2020,121700\n", "csv").text == "2019; 309200.\n2020; 121700."


def test_rows_that_only_look_like_a_header_are_not_lost() -> None:
    assert parse(b"Only,one,row\n", "csv").text == "Only; one; row."
    assert parse(b"Owner:,Ada\nPlace:,Hallow\n", "csv").text == "Owner: Ada.\nPlace: Hallow."
    assert parse(b"A,B\n\nC,D,E\n1,2,3\n", "csv").text == "A; B.\n\nC: 1; D: 2; E: 3."


def test_quoted_cells_may_hold_delimiters_and_line_ends() -> None:
    assert parse(b'Name,Note\nBee,"one, two\nthree"\n', "csv").text == "Name: Bee; Note: one, two three."


def test_chapters_of_a_book_follow_its_spine() -> None:
    parsed = parse(
        made.book("<h1>A bird</h1><p>It was <i>late</i>.</p>", "<h2>A hat</h2><p>He went back.</p>"), "epub"
    )
    assert parsed.text == "A bird\n\nIt was late.\n\nA hat\n\nHe went back."
    assert headings(parsed) == [("A bird", 1), ("A hat", 2)]
    assert (parsed.title, parsed.date) == ("A Century on the Sound", date(2021, 5, 3))


def test_pdf_joins_the_lines_of_a_paragraph_and_parts_paragraphs() -> None:
    first = set_in_lines(f"{SENTENCE} {SENTENCE}")
    second = set_in_lines(SENTENCE, top=first[-1][2] - 24)
    heading = [(16.0, 72.0, 830.0, "A small republic")]
    parsed = parse(made.pdf([*heading, *first, *second]), "pdf")
    assert parsed.text == f"A small republic\n\n{SENTENCE} {SENTENCE}\n\n{SENTENCE}"
    assert headings(parsed) == [("A small republic", 1)]
    assert (parsed.title, parsed.date) == ("A small republic", date(2024, 3, 28))


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_pages_read_like_upright_ones(rotation: int) -> None:
    lines = set_in_lines(f"{SENTENCE} {SENTENCE}", top=500)
    page = [(16.0, 72.0, 530.0, "A small republic"), *lines, *set_in_lines(SENTENCE, top=lines[-1][2] - 24)]
    upright, turned = (parse(made.pdf(page, rotation=degrees), "pdf") for degrees in (0, rotation))
    assert (turned.text, turned.headings) == (upright.text, upright.headings)


def test_indented_first_lines_begin_paragraphs() -> None:
    lines = set_in_lines(f"{SENTENCE} {SENTENCE}")
    again = [
        (size, x + (15 if i == 0 else 0), y - 12 * len(lines), text) for i, (size, x, y, text) in enumerate(lines)
    ]
    assert parse(made.pdf([*lines, *again]), "pdf").text == f"{SENTENCE} {SENTENCE}\n\n{SENTENCE} {SENTENCE}"


def test_words_broken_at_line_ends_are_mended_and_compounds_keep_their_hyphen() -> None:
    lines = [
        "The well-known govern-",
        "ment, well liked and known, an-",
        "nounced a fare of the well-",
        "known kind.",
    ]
    parsed = parse(made.pdf([(12.0, 72.0, 800.0 - 14 * i, line) for i, line in enumerate(lines)]), "pdf")
    assert parsed.text == "The well-known government, well liked and known, announced a fare of the well-known kind."


def test_word_broken_over_a_page_keeps_its_hyphen() -> None:
    parsed = parse(
        made.pdf([(12, 72, 800, "The govern-"), (12, 72, 786, "ment an-")], [(12, 72, 800, "nounced it.")]), "pdf"
    )
    assert parsed.text == "The government an-\n\nnounced it."


def test_sentence_goes_on_in_the_next_column() -> None:
    left, right = SENTENCE.split(" that ")
    lines = [*set_in_lines(left + " that", width=30), *set_in_lines(right, left=320, width=30)]
    assert parse(made.pdf(lines), "pdf").text == SENTENCE


def test_bulleted_lines_stay_lines() -> None:
    lines = [
        (12.0, 72.0, 800.0, "Bring:"),
        (12.0, 72.0, 786.0, "• a torch"),
        (12.0, 72.0, 772.0, "• a rope of some length"),
    ]
    assert parse(made.pdf(lines), "pdf").text == "Bring:\n• a torch\n• a rope of some length"


def test_tables_of_a_pdf_keep_their_columns_and_rows() -> None:
    rows = [("Vessel", "Built", "Cars"), ("Agnes Pellow", "2009", "36"), ("Petrel", "2016", "none")]
    cells = [
        (10.0, x, 760.0 - 20 * y, cell)
        for y, row in enumerate(rows)
        for x, cell in zip((72.0, 200.0, 300.0), row, strict=True)
    ]
    parsed = parse(made.pdf([*set_in_lines(SENTENCE), *cells]), "pdf")
    assert parsed.text == f"{SENTENCE}\n\nVessel | Built | Cars\nAgnes Pellow | 2009 | 36\nPetrel | 2016 | none"


def test_bold_lines_above_paragraphs_are_headings() -> None:
    lines = [(-10.0, 72.0, 812.0, "Reliability"), *set_in_lines(SENTENCE), *set_in_lines(SENTENCE, top=700)]
    parsed = parse(made.pdf(lines), "pdf")
    assert headings(parsed) == [("Reliability", 1)]
    assert parsed.text == f"Reliability\n\n{SENTENCE}\n\n{SENTENCE}"


def test_pages_of_a_pdf_start_where_they_say() -> None:
    parsed = parse(made.pdf(*[[(12, 72, 800, f"Words of page {n}.")] for n in range(1, 13)]), "pdf")
    assert len(parsed.pages) == 12
    for number, start in enumerate(parsed.pages, start=1):
        assert parsed.text[start:].startswith(f"Words of page {number}.")


def test_pages_without_text_are_counted_and_a_scan_is_refused() -> None:
    some = parse(made.pdf([(12, 72, 800, "Text.")], [], []), "pdf")
    assert some.warnings == ("2 of 3 pages have no text (scanned?)",)
    assert some.pages == (0, 5, 5)
    with pytest.raises(RefusedError, match=r"holds no text: a scan\? Run text recognition"):
        parse(made.scanned_pdf(2), "pdf")


def test_protected_pdf_is_refused() -> None:
    with pytest.raises(RefusedError, match="is protected by a password; save it without one"):
        parse((DATA / "protected.pdf").read_bytes(), "pdf")


def test_metadata_title_that_a_program_made_up_is_not_used() -> None:
    lines = [
        (12, 72, 800, "Report on bees"),
        (12, 72, 760, "Bees are small. They sting, and they are paid in sugar."),
    ]
    assert parse(made.pdf(lines, title="Microsoft Word - draft7.docx"), "pdf").title == "Report on bees"
    assert parse(made.pdf(lines, title="Bees of the Sound"), "pdf").title == "Bees of the Sound"


@pytest.mark.parametrize("kind", KINDS)
def test_markers_at_start_middle_and_end_survive_in_every_format(kind: str) -> None:
    rng = random.Random(kind)
    words = [f"{rng.choice('bdfgklmnprst')}{rng.choice('aeiou')}{rng.choice('lmnrst')}{n}" for n in range(300)]
    paragraphs = [" ".join(words[n : n + 12]).capitalize() + "." for n in range(0, 300, 12)]
    parsed = parse(_as_kind(kind, paragraphs), kind)
    assert [word for word in words if word not in parsed.text.lower()] == []


def _as_kind(kind: str, paragraphs: list[str]) -> bytes:
    match kind:
        case "html":
            return f"<body>{''.join(f'<p>{text}</p>' for text in paragraphs)}</body>".encode()
        case "docx":
            return made.docx("".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs))
        case "epub":
            return made.book(*[f"<p>{text}</p>" for text in paragraphs])
        case "pdf":
            return made.pdf(*[set_in_lines(text) for text in paragraphs])
        case "pptx":
            return _slides_of(paragraphs)
        case "xlsx":
            return _sheet_of(paragraphs)
        case _:
            return "\n\n".join(paragraphs).encode()


def _slides_of(paragraphs: list[str]) -> bytes:
    import io

    from pptx import Presentation
    from pptx.util import Inches

    presentation, file = Presentation(), io.BytesIO()
    for text in paragraphs:
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        slide.shapes.add_textbox(0, 0, Inches(5), Inches(5)).text_frame.text = text
    presentation.save(file)
    return file.getvalue()


def _sheet_of(paragraphs: list[str]) -> bytes:
    import io

    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Words")
        for row, text in enumerate(paragraphs):
            sheet.write_row(row, 0, text.split())
    return file.getvalue()


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(max_size=300))
def test_no_bytes_make_a_parser_raise_anything_but_a_refusal(kind: str, data: bytes) -> None:
    try:
        parsed = parse(data, kind)
    except RefusedError as error:
        assert str(error) and "\n" not in str(error)
    else:
        assert parsed.kind == kind


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx", "epub", "pdf"])
def test_damaged_files_are_refused_or_read_in_part(kind: str) -> None:
    whole = {
        "docx": made.word_document,
        "pptx": made.slides,
        "xlsx": made.workbook,
        "epub": lambda: made.book("<p>x</p>"),
        "pdf": lambda: made.pdf([(12, 72, 800, "Text.")]),
    }[kind]()
    rng = random.Random(1)
    for _ in range(20):
        damaged = bytearray(whole[: rng.randrange(len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(rng.randrange(1, 20)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            parse(bytes(damaged), kind)
        except RefusedError as error:
            assert str(error).endswith(tuple("abcdefghijklmnopqrstuvwxyz)"))


def test_text_without_words_is_refused() -> None:
    with pytest.raises(RefusedError, match="holds no text"):
        parse(b" \r\n\t\n", "txt")


def test_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(RefusedError, match="'exe'"):
        parse(b"x", "exe")


def test_offsets_out_of_order_are_no_parsed_document() -> None:
    with pytest.raises(ValueError, match="not in order"):
        Parsed("text", None, None, "txt", pages=(0, 9))
    with pytest.raises(ValueError, match="not in order"):
        Parsed("text", None, None, "txt", headings=(Heading(2, 1, 1),))


def test_sentences_of_a_joined_paragraph_are_whole() -> None:
    parsed = parse(made.pdf(set_in_lines(f"{SENTENCE} {SENTENCE}")), "pdf")
    assert [parsed.text[start:end] for start, end in sentences(parsed.text)] == [SENTENCE, SENTENCE]


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared articles")
def test_copied_web_articles_give_their_titles_and_dates() -> None:
    articles = [parse(path.read_bytes(), "txt") for path in sorted((SHARED / "corpus").iterdir())]
    assert [article.title for article in articles] == [
        None,
        "Belarus May Be Key to Solving NATO’s Problems with Russia",
        "Russia’s military build-up in Belarus could be Nato’s next flashpoint",
        None,
        "Where Does Belarus Stand in the Russia-West Standoff?",
    ]
    assert [article.date for article in articles] == [None, None, date(2022, 2, 9), None, None]
