"""The conversation as HTML: questions, and below each what came of it. Pure: no Gradio here."""

from __future__ import annotations

from rag.agreement import statements
from rag.types import Answer
from ui.escape import characters, isolated
from ui.quoting import open_button, show_button, source_line, sure_html, whole_quote_html
from ui.roles import Conversation, Exchange
from ui.sides import sides_html
from ui.verdicts import NONE, Verdicts, verdict_html
from ui.wording import agreement, counted, meaning, no_answer


def conversation_html(
    conversation: Conversation, *, welcome: str = "", more: str = "", verdicts: Verdicts = NONE
) -> str:
    """The whole conversation; a screen reader reads out what is added to it.

    Args:
        conversation: The exchanges so far.
        welcome: Shown as it is while there is nothing else.
        more: What comes after the last exchange, as HTML.
        verdicts: What was said about the answers.
    """
    shown = "".join(
        question_html(exchange.question) + exchange_html(exchange, n, verdicts)
        for n, exchange in enumerate(conversation)
    )
    return (
        '<div class="qb-log" role="log" aria-label="Conversation" aria-live="polite" tabindex="0">'
        f"{(shown + more) if shown or more else welcome}</div>"
    )


def question_html(question: str) -> str:
    """A question as it was typed."""
    return f'<div class="qb-question"><span class="qb-hidden">You asked: </span>{isolated(question)}</div>'


def pending_html(stage: str) -> str:
    """What is being done, while it is being done."""
    return f'<div class="qb-pending"><span class="qb-dots" aria-hidden="true"></span>{characters(stage)}</div>'


def note_html(text: str) -> str:
    """A remark of the program."""
    return f'<div class="qb-note">{characters(text)}</div>'


def exchange_html(exchange: Exchange, number: int, verdicts: Verdicts = NONE) -> str:
    """What the conversation shows below a question.

    Args:
        exchange: The question with its answer or its problem.
        number: Its place in the conversation, from 0.
        verdicts: What was said about the answers.
    """
    if exchange.answer is None:
        return f'<div class="qb-problem">{characters(exchange.problem)}</div>'
    answer = exchange.answer
    body = _answered(answer, number) if answer.citation is not None else _unanswered(answer, number)
    judged = verdict_html(answer, number, verdicts)
    return f'<div class="qb-answer">{_asked(answer)}{body}{judged}{_timing(answer)}</div>'


def _answered(answer: Answer, number: int) -> str:
    best, said = answer.citations[0], statements(answer)
    source = open_button(number, 0, f'<span class="qb-badge">1</span> {source_line(best)}', name="qb-source")
    more = show_button(number, agreement(said[0]) if len(said) == 1 and agreement(said[0]) else "Show the evidence")
    return (
        f'<blockquote class="qb-quote">{whole_quote_html(best)}</blockquote>'
        f"{_confidence(answer.confidence)}{source}{sides_html(said, number)}{more}"
    )


def _confidence(confidence: float) -> str:
    pips = max(1, round(5 * confidence))
    return (
        f'<p class="qb-confidence"><span class="qb-pips qb-pips-{pips}" aria-hidden="true"></span>'
        f"<b>{sure_html(confidence)}</b> "
        f'<span class="qb-meaning">{meaning(confidence)}</span></p>'
    )


def _unanswered(answer: Answer, number: int) -> str:
    what, then = no_answer(answer.outcome)
    show = show_button(number, "Show the closest passages") if answer.closest else ""
    return f'<p class="qb-none"><b>{what}</b></p><p class="qb-then">{then}</p>{show}'


def _asked(answer: Answer) -> str:
    if answer.asked == answer.question:
        return ""
    return f'<p class="qb-asked">Searched for: {isolated(answer.asked)}</p>'


def _timing(answer: Answer) -> str:
    documents = len({hit.passage.document.id for hit in answer.closest})
    seconds = sum(answer.timings.values())
    took = f" in {max(seconds, 0.1):.1f} s" if seconds else ""
    read = f"Read {counted(len(answer.closest), 'passage')} from {counted(documents, 'document')}{took}."
    copy = '<button type="button" class="qb-copy" data-qb="copy">Copy with source</button>'
    return f'<p class="qb-timing"><span>{read}</span>{copy if answer.citation is not None else ""}</p>'
