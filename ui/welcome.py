"""What the window says before anything was asked. Pure: no Gradio here."""

from __future__ import annotations

from collections.abc import Sequence

from ui.escape import isolated
from ui.wording import PROMISE, PROMISE_TO_OTHERS, counted

_HOW = "Ask a question. The answer is shown in your documents’ own words, with the place where they stand."


def header_html(*, has_login: bool = False) -> str:
    """The name, what the program does, and what it promises; with a login, the way out."""
    promise = PROMISE_TO_OTHERS if has_login else PROMISE
    leave = '<button type="button" class="qb-step" data-qb="leave">Log out</button>' if has_login else ""
    return (
        '<header class="qb-header"><h1>Quoteback</h1>'
        "<p>Answers from your own documents, in their own words.</p>"
        f'<p class="qb-promise">{promise}</p>{leave}</header>'
    )


def welcome_html(n_documents: int, examples: Sequence[str]) -> str:
    """The empty conversation: what to do next, and questions to try."""
    if not n_documents:
        return (
            '<div class="qb-welcome"><p class="qb-lead">Add your first documents</p>'
            "<p>Quoteback needs something to read: PDF, Word, text, web pages and more.</p>"
            '<p><button type="button" class="qb-do" data-qb="shelf">Add documents</button></p></div>'
        )
    buttons = "".join(
        f'<li><button type="button" class="qb-example" data-qb="example" data-example="{n}">'
        f"{isolated(example)}</button></li>"
        for n, example in enumerate(examples)
    )
    tries = f'<ul class="qb-examples" aria-label="Questions to try">{buttons}</ul>' if buttons else ""
    return (
        f'<div class="qb-welcome"><p class="qb-lead">Ask your {counted(n_documents, "document")}</p>'
        f"<p>{_HOW}</p>{tries}</div>"
    )
