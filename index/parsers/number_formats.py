"""How a workbook shows its numbers: 0.035 under "0.0%" is 3.5%, 9.8 under "£0.00" is £9.80."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from zipfile import ZipFile

from index.parsers.archive import start_tags

_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 39: "#,##0.00"}
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_DECORATION = re.compile(r"\[[^\]]*\]|[_*].")  # colours, conditions, padding
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_NUMBER = re.compile(r"[#0?][#0?,]*(?:\.([#0?]+))?")
_PLACE = re.compile(r"([A-Z]+)(\d+)")

Cell = tuple[int, int]  # row and column, from 0


def formats_by_sheet(archive: ZipFile) -> dict[str, dict[Cell, str]]:
    """The format code of each cell that has one which changes how a number looks, by the sheet's name."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    codes = _codes_by_style(archive)
    targets = {
        tag["Id"]: posixpath.normpath(posixpath.join("/xl", tag.get("Target", ""))).lstrip("/")
        for name, tag in start_tags(archive, "xl/_rels/workbook.xml.rels")
        if name == "Relationship" and "Id" in tag
    }
    sheets = {
        tag.get("name", ""): targets.get(tag.get("id", ""), "")
        for name, tag in start_tags(archive, "xl/workbook.xml")
        if name == "sheet"
    }
    return {sheet: _codes_by_cell(archive, part, codes) for sheet, part in sheets.items() if part in names}


def shown_number(value: float, code: str) -> str | None:
    """A number under a format code; None if the code is of a kind that is not known here."""
    section = _DECORATION.sub("", _CURRENCY.sub(r'"\1"', code.split(";")[0]))
    literals = [match[1] or match[2] or "" for match in _LITERAL.finditer(section)]
    bare = _LITERAL.sub("\0", section)
    match = _NUMBER.search(bare)
    if match is None or match[0].endswith(",") or re.search(r"[^\s\0%$€£¥().+-]", bare.replace(match[0], "", 1)):
        return None
    places = match[1] or ""
    with localcontext(rounding=ROUND_HALF_UP):
        scaled = _decimal(abs(value)) * (100 if "%" in bare else 1)
        digits = f"{scaled:{',' if ',' in match[0] else ''}.{len(places)}f}"
    whole, point, fraction = digits.partition(".")
    digits = whole.zfill(match[0].partition(".")[0].count("0")) + point + fraction
    optional = len(places) - len(places.rstrip("#"))
    for _ in range(optional):
        digits = digits.removesuffix("0")
    parts = iter(literals)
    text = re.sub("\0", lambda _: next(parts), bare[: match.start()]) + digits.rstrip(".")
    text += re.sub("\0", lambda _: next(parts), bare[match.end() :])
    return ("-" if value < 0 and text.strip("-0.,%") else "") + text.strip()


def _decimal(value: float) -> Decimal:
    """The 15 digits that Excel rounds from: 1.005 is less than that in binary, and still 1.01 to two places."""
    return Decimal(value if value >= 1e15 else f"{value:.15g}")


def _codes_by_style(archive: ZipFile) -> dict[str, str]:
    """Format codes that this module can show, by the number of the cell style."""
    own: dict[int, str] = dict(_BUILT_IN)
    codes: dict[str, str] = {}
    n_styles, in_cells = 0, False
    for name, tag in start_tags(archive, "xl/styles.xml"):
        if name == "numFmt" and tag.get("numFmtId", "").isdigit():
            own[int(tag["numFmtId"])] = tag.get("formatCode", "")
        elif name in ("cellXfs", "cellStyles"):
            in_cells = name == "cellXfs"
        elif name == "xf" and in_cells:
            code = own.get(int(tag.get("numFmtId", "0")), "")
            if code and shown_number(1.0, code) is not None:
                codes[str(n_styles)] = code
            n_styles += 1
    return codes


def _codes_by_cell(archive: ZipFile, part: str, codes: Mapping[str, str]) -> dict[Cell, str]:
    if not codes:
        return {}
    found = {}
    for name, tag in start_tags(archive, part):
        if name == "c" and tag.get("s") in codes and (place := _PLACE.fullmatch(tag.get("r", ""))):
            found[int(place[2]) - 1, _column(place[1])] = codes[tag["s"]]
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
