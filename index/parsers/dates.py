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
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})(?!\d)\s*[日일]?")
_NUMBERS = re.compile(r"(?<![\d./-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?![\d./-])")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|[.º])?[\s-]+(?:(?:of|de)\s+)?([^\W\d_][^\W\d_’']{2,12})\.?,?"
    r"[\s-]+(?:del?\s+)?(\d{4})(?!\d)(?:\s*г\.)?"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_FORMS = (_YEAR_FIRST, _NUMBERS, _DAY_FIRST, _MONTH_FIRST)
_LABEL = re.compile(
    r"\b(?:dated?|published|publication|posted|updated|modified|issued|released?|recorded|created|effective"
    r"|in force from|datum|veröffentlicht|stand|fecha|publicado|data|pubblicato|publiée?|mis à jour|дата"
    r"|опубликовано)\b|日付|日期|公開日|更新日|발행일|날짜|التاريخ|तारीख",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\W*|.*(?<!\d)\s*[,|·•—–:;(-]\s*(?:den|le|the|el|il)?\s*", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?<!\w)(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|[^\W\d_]{2,3}\.?|\w*tag|\w+di|\w+[dg]a|\w+es|[月火水木金土日]曜日)"
    r",?\s*$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[\s.)*_]*(?:$|[,|·•—–;(T-]|\d{1,2}[:.h]\d{2}|(?:at|by|um|à|von|par)\s)", re.IGNORECASE)
_LONGEST_LINE = 100
_LONGEST_SENTENCE = 9  # words; a line of more that ends in a full stop is prose


def parse_date(text: str) -> date | None:
    """The first date written in a text, such as a field of metadata."""
    found = [(match.start(), form, match) for form in _FORMS for match in form.finditer(text)]
    days = (_day(form, match) for _, form, match in sorted(found, key=lambda item: item[0]))
    return next((day for day in days if day is not None), None)


def line_date(line: str) -> date | None:
    """The date of a line that is there to tell it.

    "Published on 9 May 2022", "By A. Bee | 2022-05-09", "Husum, 9 May 2022", "Monday 9 May 2022, board room".
    """
    line = line.strip()
    if len(line) > _LONGEST_LINE:
        line = line[: _LONGEST_LINE // 2].rpartition(" – ")[0]  # the place and day that open a news report
    if line.endswith(".") and len(line.split()) > _LONGEST_SENTENCE:
        return None
    for form in _FORMS:
        match = form.search(line)
        if match is not None and _stands_out(line[: match.start()], line[match.end() :]):
            return _day(form, match)
    return None


def _stands_out(before: str, after: str) -> bool:
    """Whether a date is set off from what stands around it in its line."""
    before = _WEEKDAY.sub("", before)
    return bool((_BEFORE.fullmatch(before) or _LABEL.search(before)) and _AFTER.match(after))


def _day(form: re.Pattern[str], match: re.Match[str]) -> date | None:
    if form is _YEAR_FIRST:
        return _date(match[1], match[2], match[3])
    if form is _NUMBERS:
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12 or first == second:
            return _date(match[4], second, first)
        return _date(match[4], first, second) if second > 12 else None
    day, month = (match[1], match[2]) if form is _DAY_FIRST else (match[2], match[1])
    if month.lower() in _MONTHS:
        return _date(match[3], _MONTHS[month.lower()], day)
    return _in_any_language(f"{day} {month} {match[3]}") if form is _DAY_FIRST else None


def _in_any_language(text: str) -> date | None:
    # Its language tables take tenths of a second to load, so only what has a date's form comes here.
    import dateparser

    settings = {
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],
        "STRICT_PARSING": True,
    }
    found = dateparser.parse(text, settings=settings)
    return found.date() if found is not None else None


def _date(year: str, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
