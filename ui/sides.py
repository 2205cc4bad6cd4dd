"""What the documents answer, side by side: who says it, since when, and which of them is the newest."""

from __future__ import annotations

from collections.abc import Sequence

from rag.agreement import Statement
from ui.escape import isolated
from ui.quoting import open_button, shortened
from ui.wording import day, who_says


def sides_html(said: Sequence[Statement], number: int) -> str:
    """The statements of exchange `number` beside one another, each opening its best place; "" for a single one."""
    if len(said) < 2:
        return ""
    sides = "".join(
        f"<li>{open_button(number, first_place(said, i), side_html(said, i), name='qb-side')}</li>"
        for i in range(len(said))
    )
    return f'<p class="qb-differ">Your documents give {len(said)} answers</p><ul class="qb-sides">{sides}</ul>'


def side_html(said: Sequence[Statement], i: int) -> str:
    """Statement `i` in three short lines: how many say it, its words, the date of its latest source."""
    one = said[i]
    newest = ' <b class="qb-newest">newest</b>' if one.is_newest else ""
    when = f'<span class="qb-when">{day(one.date)}{newest}</span>' if one.date is not None else ""
    return (
        f'<span class="qb-who">{who_says(said, i).capitalize()}</span> '
        f'<span class="qb-words">{isolated(shortened(one.text, 160))}</span> {when}'
    )


def first_place(said: Sequence[Statement], i: int) -> int:
    """Number of the best place of statement `i` among the places of the answer, from 0."""
    return sum(len(one.citations) for one in said[:i])
