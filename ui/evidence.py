"""The evidence beside the conversation: every place behind an answer, or what came closest to one."""

from __future__ import annotations

from collections.abc import Sequence

from rag.agreement import Statement, statements
from rag.types import Answer, Citation
from ui.escape import isolated
from ui.quoting import clipped, open_button, quote_html, shortened, source_line, sure_html
from ui.roles import Exchange, places
from ui.sides import first_place, side_html
from ui.verdicts import this_html
from ui.wording import agreement, fate, meaning, no_answer, source_name

_MAX_PASSAGE = 420  # characters of a passage shown in the list
_MAX_QUESTION = 200  # the whole of it stands in the conversation


def evidence_html(exchange: Exchange | None, number: int) -> str:
    """The places behind an answer, numbered; without an answer, why there is none and what came closest."""
    if exchange is None or exchange.answer is None:
        return _no_evidence(exchange)
    answer = exchange.answer
    asked = shortened(answer.asked, _MAX_QUESTION)
    parts = [f'<h2 tabindex="-1">Evidence</h2><p class="qb-for">for {isolated(asked)}</p>']
    if answer.citation is None:
        parts.append(_closest(answer, number))
    else:
        parts.append(_statements(statements(answer), number))
    return f'<section class="qb-evidence" aria-label="Evidence">{"".join(parts)}</section>'


def _no_evidence(exchange: Exchange | None) -> str:
    said = (
        "The places behind each answer appear here: the exact words, their sentence, and where they stand."
        if exchange is None
        else "There is nothing to show for this question."
    )
    return (
        '<section class="qb-evidence" aria-label="Evidence"><h2 tabindex="-1">Evidence</h2>'
        f'<p class="qb-blank">{said}</p></section>'
    )


def _statements(said: Sequence[Statement], number: int) -> str:
    """Each statement with its places; the words stand above them where there are several statements."""
    if len(said) == 1:
        return f'<p class="qb-agree">{agreement(said[0])}</p>{_cards(said, 0, number)}'
    return "".join(
        f'<section class="qb-other"><h3>{side_html(said, i)} '
        f'<span class="qb-sure">{sure_html(one.confidence)}</span></h3>{_cards(said, i, number)}</section>'
        for i, one in enumerate(said)
    )


def _cards(said: Sequence[Statement], i: int, number: int) -> str:
    first = first_place(said, i)
    cards = "".join(_card(c, number, first + n, is_given=i == 0) for n, c in enumerate(said[i].citations))
    return f'<ol class="qb-cards" start="{first + 1}">{cards}</ol>'


def _card(citation: Citation, number: int, index: int, *, is_given: bool = False, is_numbered: bool = True) -> str:
    head = f"{_badge(index + 1) if is_numbered else ''}{source_line(citation)}"
    this = "" if is_given or fate(citation.document) else this_html(citation, number, index)
    return (
        f'<li class="qb-card">{open_button(number, index, head, name="qb-source")}'
        f'<blockquote class="qb-passage">{quote_html(citation, tag="mark")}</blockquote>'
        f'<p class="qb-file">{isolated(source_name(citation.document))}{this}</p></li>'
    )


def _closest(answer: Answer, number: int) -> str:
    what, _ = no_answer(answer.outcome)
    shown = places(answer)
    first = len(shown) - len(answer.closest)
    parts = [f'<p class="qb-none">{what}</p>']
    if answer.withheld is not None:
        sure = sure_html(answer.confidence)
        parts.append(
            "<details><summary>Show what was held back</summary>"
            f'<p class="qb-sure">{sure}. {meaning(answer.confidence)}</p>'
            f'<ol class="qb-cards">{_card(shown[first - 1], number, first - 1, is_numbered=False)}</ol></details>'
        )
    if answer.closest:
        cards = "".join(_passage(c, number, first + i, i + 1) for i, c in enumerate(shown[first:]))
        parts.append(f'<h3>The closest passages</h3><ol class="qb-cards">{cards}</ol>')
    return "".join(parts)


def _passage(citation: Citation, number: int, index: int, rank: int) -> str:
    head = f"{_badge(rank)}{source_line(citation)}"
    return (
        f'<li class="qb-card">{open_button(number, index, head, name="qb-source")}'
        f'<blockquote class="qb-passage"><bdi>{clipped(citation.text, _MAX_PASSAGE)}</bdi></blockquote>'
        f'<p class="qb-file">{isolated(source_name(citation.document))}</p></li>'
    )


def _badge(n: int) -> str:
    return f'<span class="qb-badge">{n}</span> '
