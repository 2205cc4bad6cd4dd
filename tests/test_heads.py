"""Titles and dates at a text's head are found, and nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest

from index.parsers.dates import line_date, parse_date
from index.parsers.heads import date_from, title_from


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("9 February 2022", date(2022, 2, 9)),
        ("Wednesday, 9 February 2022", date(2022, 2, 9)),
        ("Feb. 9, 2022 10:15 GMT", date(2022, 2, 9)),
        ("Published on 9 February 2022", date(2022, 2, 9)),
        ("**Version 3, in force from 1 April 2024.**", date(2024, 4, 1)),
        ("Date: 2022-02-09", date(2022, 2, 9)),
        ("By Ido Vock | 9 February 2022", date(2022, 2, 9)),
        ("Posted May 3rd, 2020 by admin", date(2020, 5, 3)),
        ("Tuesday 23 January 2024, 10:00 to 13:45, board room", date(2024, 1, 23)),
        ("LONDON, 9 February 2022 – Troops have been moving to the border for weeks, and nobody knows why they did.",
         date(2022, 2, 9)),
        ("Last updated: 03/14/2021", date(2021, 3, 14)),
        ("14.03.2021", date(2021, 3, 14)),
        ("Husum, den 22. April 2024", date(2024, 4, 22)),
        ("Paris, le 9 février 2022", date(2022, 2, 9)),
        ("3 de mayo de 2021", date(2021, 5, 3)),
        ("5 марта 2021 г.", date(2021, 3, 5)),
        ("2021年3月5日", date(2021, 3, 5)),
        ("٥ مارس ٢٠٢١", date(2021, 3, 5)),
    ],
)  # fmt: skip
def test_lines_that_tell_a_date_do(line: str, expected: date) -> None:
    assert line_date(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "03/04/2021",
        "31 February 2022",
        "Season 2024",
        "3 days ago",
        "yesterday",
        "10-12 March 2024",
        "1 January to 31 December 2023",
        "The treaty of 9 February 1951",
        "Version 2021.5.3",
        "12 angry men 1957",
        "On July 13, 2021, the office published updated guidance for all employees.",
        "On 3 May 1921, at seven minutes past nine, the paddle steamer Kittiwake left Port Ansel.",
    ],
)
def test_lines_that_only_mention_one_or_are_ambiguous_give_none(line: str) -> None:
    assert line_date(line) is None


def test_metadata_dates_are_read_with_their_time() -> None:
    assert parse_date("2022-02-09T23:30:00Z") == parse_date("Wed, 09 Feb 2022 10:00:00 GMT") == date(2022, 2, 9)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Where Does Belarus Stand?\n\nAs Russia tries.\n", "Where Does Belarus Stand?"),
        (
            "New Times,\nNew Thinking.\n\n  1. World\n  2. Europe\n9 February 2022\n\nA build-up\n\nText.",
            "A build-up",
        ),
        ("A guide to the isles\nSeason 2024\nIssued by the ferries\n\n\nWELCOME\n\nText.", "A guide to the isles"),
        ("From: Ada\nSubject: The new ferry\n\nDear Bea,\n\nText.", "The new ferry"),
        ("The Ferries\n===========\n\nText.", "The Ferries"),
        ("白俄罗斯的立场\n\n正文。\n", "白俄罗斯的立场"),
        ('"We deserve real leadership . "\n\nText.\n\nMore.', None),
        ("It rained all day.\n\nThen it stopped\n\nText.", None),
        ("Only one line without a blank one after it", None),
        ("x" * 130 + "\n\nA title\n\nText.", None),
        ("- a list\n- of things\n\n12 March 2024\n\n12345\n\nText.", None),
    ],
)
def test_title_is_the_first_line_that_reads_like_one(text: str, title: str | None) -> None:
    assert title_from(text) == title
    assert title_from(text.replace("\n", "\r\n")) == title


def test_date_below_the_first_long_paragraph_is_not_the_documents() -> None:
    assert date_from("Diary\n\n" + "It rained. " * 40 + "\n\n3 May 2021\n\nSun.") is None
    assert date_from("Diary\n\n3 May 2021\n\nSun.") == date(2021, 5, 3)
