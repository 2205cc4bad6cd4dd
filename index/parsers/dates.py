"""Dates as documents write them. Ambiguous ones (03/04/2021) and relative ones are no dates here."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul"),
            *("august aug", "september sep sept", "october oct", "november nov", "december dec"),
        ),
        start=1,
    )
    for name in names.split()
}
_LABEL = re.compile(
    r"(?:(?:first |last |date )?(?:dated?|published|publication|posted|updated|modified|issued|released"
    r"|created|datum|veröffentlicht|stand|fecha|publicado|data|pubblicato|publiée?|mis à jour|дата"
    r"|опубликовано|日付|日期|发布日期|發布日期|公開日|更新日|날짜|التاريخ|तारीख)"
    r"(?:\s+(?:date|on|at|am|vom|el|il|le|em))?)\s*[:：]?\s*",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"[^\W\d_]{2,12}\.?,?\s+(?=\d)|(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+", re.IGNORECASE
)
_TIME = re.compile(r"[,\sT]+(?:(?:at|um|à|às|alle|kl\.?)\s+)?\d{1,2}[:.h]\d{2}\b.{0,25}$", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[日일.]?")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|º|er)?[\s-]+(?:of\s+)?([^\W\d_]{3,12})\.?,?[\s-]+(\d{4})"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_ANY_LANGUAGE = re.compile(r"\d{1,2}\.?º?\s+(?:de\s+)?[^\W\d_]\S{1,14}\s+(?:de\s+|del\s+)?\d{4}(?:\s*г\.?)?")
_PARTS = re.compile(r"\s*[|·•—–]\s*|\s{2,}|\t")
_LONGEST_LINE = 100


def parse_date(text: str) -> date | None:
    """The date that a text consists of; a weekday before it and a time after it may stand."""
    text = _TIME.sub("", text.strip()).strip(" ,.()")
    for candidate in (text, _WEEKDAY.sub("", text, count=1)):
        found = _numeric(candidate) or _with_month(candidate)
        if found is not None:
            return found
    return None


def line_date(line: str) -> date | None:
    """The date of a line that is there to tell it: "Published on 9 May 2022", "By A. Bee | 2022-05-09"."""
    if len(line) > _LONGEST_LINE or not any(character.isdigit() for character in line):
        return None
    for part in _PARTS.split(line.strip().strip("*_# ")):
        found = parse_date(_LABEL.sub("", part, count=1) if _LABEL.match(part) else part)
        if found is not None:
            return found
    return None


def _numeric(text: str) -> date | None:
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if match := _NUMBERS.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12 or first == second:
            return _day(match[4], second, first)
        return _day(match[4], first, second) if second > 12 else None
    return None


def _with_month(text: str) -> date | None:
    if (match := _DAY_FIRST.fullmatch(text)) and match[2].lower() in _MONTHS:
        return _day(match[3], _MONTHS[match[2].lower()], match[1])
    if (match := _MONTH_FIRST.fullmatch(text)) and match[1].lower() in _MONTHS:
        return _day(match[3], _MONTHS[match[1].lower()], match[2])
    return _other_language(text) if _ANY_LANGUAGE.fullmatch(text) else None


def _other_language(text: str) -> date | None:
    import dateparser  # type: ignore[import-untyped]  # loads its language tables: tenths of a second, so only for what has a date's form

    settings = {
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
        "STRICT_PARSING": True,
    }
    found = dateparser.parse(text, settings=settings)
    return found.date() if found is not None else None


def _day(year: str, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
