"""What can be done with a conversation and its last question, and the list of earlier ones. Pure: no Gradio here."""

from __future__ import annotations

from collections.abc import Sequence

from rag.question import MAX_CHARACTERS
from ui.escape import characters, in_attribute, isolated
from ui.history import Earlier
from ui.quoting import shortened
from ui.roles import Exchange
from ui.wording import counted, day

_MAX_SHOWN = 120  # characters of a title


def bar_html() -> str:
    """What stands below the question box: a new conversation, the earlier ones, and ways to save this one."""
    saves = "".join(
        f'<button type="button" data-qb="save" data-form="{form}" popovertarget="qb-save" popovertargetaction="hide">'
        f"{said}</button>"
        for form, said in (("md", "Markdown"), ("html", "Web page"), ("json", "JSON"))
    )
    return (
        '<div class="qb-below"><button type="button" data-qb="fresh">New conversation</button>'
        '<button type="button" data-qb="earlier">Earlier<span class="qb-hidden"> conversations</span></button>'
        '<button type="button" class="qb-saves" data-qb="" popovertarget="qb-save">'
        'Save<span class="qb-hidden"> this conversation with its sources</span></button>'
        f'<div id="qb-save" popover role="group" aria-label="Save as">{saves}</div></div>'
    )


def actions_html(last: Exchange) -> str:
    """What can be done with the last question."""
    answer = last.answer
    said = [_button("again", "Ask again"), _opener("instead", "Edit"), _button("undo", "Take back")]
    forms = [_form("instead", "The last question, edited", last.question)]
    if answer is not None and answer.asked != answer.question:
        said += [_opener("exactly", "Edit the search"), _button("plain", "Search as I typed it")]
        forms.append(_form("exactly", "Search for exactly this", answer.asked))
    return (
        '<div class="qb-actions" role="group" aria-label="The last question">'
        f"<p>{''.join(said)}</p>{''.join(forms)}</div>"
    )


def suggestions_html(questions: Sequence[str]) -> str:
    """Questions to go on with."""
    buttons = "".join(f"<li>{_button('next', isolated(question))}</li>" for question in questions)
    if not buttons:
        return ""
    return f'<div class="qb-next"><p id="qb-next">Ask next</p><ul aria-labelledby="qb-next">{buttons}</ul></div>'


def earlier_html(earlier: Sequence[Earlier], current: str, *, n_exchanges: int = 0, problem: str = "") -> str:
    """The list of conversations.

    Args:
        earlier: In the order to show them.
        current: Id of the one that is open; "" for none.
        n_exchanges: In that one; the evidence of the last is one click away.
        problem: Why they can't be shown, as a sentence.
    """
    back = f'<p class="qb-ways">{_back(n_exchanges - 1)}</p>' if n_exchanges else ""
    items = "".join(_item(one, is_current=one.id == current) for one in earlier)
    if problem:
        shown = f'<p class="qb-problem">{characters(problem)}</p>'
    elif items:
        shown = f'<ol class="qb-cards">{items}</ol>'
    else:
        shown = '<p class="qb-blank">None yet. What you ask is kept here, on this machine only.</p>'
    return (
        f'<section class="qb-evidence qb-earlier" aria-label="Earlier conversations">{back}'
        f'<h2 tabindex="-1">Earlier conversations</h2><p class="qb-for">kept on this machine, newest first</p>'
        f"{shown}</section>"
    )


def _item(one: Earlier, *, is_current: bool) -> str:
    begun = one.begun.astimezone()
    facts = [f"{day(begun.date())}, {begun:%H:%M}", counted(one.n_questions, "question")]
    facts += ["open now"] if is_current else []
    title = shortened(one.title, _MAX_SHOWN)
    return (
        f'<li class="qb-card"><button type="button" class="qb-source" data-qb="resume" data-conversation="{one.id}"'
        f'{" aria-current=true" if is_current else ""}><span class="qb-title">{isolated(title)}</span>'
        f"{''.join(f'<span>{characters(fact)}</span> ' for fact in facts)}</button>"
        f'<details class="qb-delete"><summary>Delete<span class="qb-hidden"> {characters(title)}</span></summary>'
        f'<button type="button" data-qb="forget" data-conversation="{one.id}">Yes, delete it</button></details></li>'
    )


def _back(number: int) -> str:
    return (
        f'<button type="button" class="qb-back" data-qb="show" data-exchange="{number}">Back to the evidence</button>'
    )


def _button(does: str, said: str) -> str:
    return f'<button type="button" data-qb="{does}">{said}</button>'


def _opener(form: str, said: str) -> str:
    return f'<button type="button" data-qb="edit" aria-expanded="false" aria-controls="qb-{form}">{said}</button>'


def _form(does: str, label: str, words: str) -> str:
    value = in_attribute(" ".join(words.split()))
    return (
        f'<form id="qb-{does}" data-form="{does}" hidden>'
        f'<input type="text" aria-label="{label}" maxlength="{MAX_CHARACTERS}" required value="{value}">'
        '<button type="submit" class="qb-do">Ask</button></form>'
    )
