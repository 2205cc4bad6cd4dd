"""A conversation with its sources as a file: Markdown, a web page that needs nothing else, or JSON.

Whatever the documents and questions hold stays text in each of them. Pure: no Gradio here.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rag.types import Answer, Citation
from ui.escape import characters, is_unseen, isolated
from ui.quoting import quote_html
from ui.records import answer_record
from ui.roles import Conversation, Exchange
from ui.wording import no_answer, percent, place, source_name, sureness

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&$@]|^[-+=]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d+)([.)])")
_STYLE = """
body { max-width: 44rem; margin: 3rem auto; padding: 0 1.25rem; font: 17px/1.55 Charter, Georgia, serif; }
:root { color-scheme: light dark; } h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
blockquote { margin: 1rem 0 .25rem; padding: 0 0 0 1rem; border-left: 3px solid #5aa79f; overflow-wrap: anywhere; }
p { margin: .5rem 0; } footer, .facts, cite { font: 14px/1.5 system-ui, sans-serif; opacity: .8; }
mark { background: #ffe59a; color: #2b2300; padding: 0 .15em; border-radius: 2px; }
"""


def as_markdown(conversation: Conversation) -> str:
    """The conversation in CommonMark, every word of it escaped."""
    parts = [f"# {_plain(_title(conversation))}"]
    for exchange in conversation:
        parts += [f"## {_plain(exchange.question)}", *_markdown(exchange)]
    return "\n\n".join(parts) + "\n"


def as_html(conversation: Conversation) -> str:
    """The conversation as a page without scripts, pictures or links."""
    title = characters(_title(conversation))
    body = "".join(f"<h2>{isolated(e.question)}</h2>{_html(e)}" for e in conversation)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>\n"
    )


def as_json(conversation: Conversation) -> str:
    """The conversation as a list of {question, problem, answer}; an answer has the keys of `--json`."""
    exchanges: list[dict[str, Any]] = [
        {
            "question": exchange.question,
            "problem": exchange.problem,
            "answer": None if exchange.answer is None else answer_record(exchange.answer),
        }
        for exchange in conversation
    ]
    return json.dumps(exchanges, ensure_ascii=False, indent=2) + "\n"


def _markdown(exchange: Exchange) -> list[str]:
    answer = exchange.answer
    if answer is None:
        return [_plain(exchange.problem)]
    said = [f"Searched for: {_plain(answer.asked)}"] if answer.asked != answer.question else []
    if answer.span is None:
        return [*said, _plain(no_answer(answer.outcome)[0])]
    said += [f"**{_plain(answer.text)}** ({_sure(answer.confidence)})", *map(_quoted, answer.citations)]
    for other in answer.alternatives:
        said.append(f"The documents also say: **{_plain(other.text)}** ({_sure(other.confidence)})")
        said += map(_quoted, other.citations)
    return said


def _quoted(citation: Citation) -> str:
    return f"> {_plain(citation.sentence.text)}\n>\n> — {_plain(_where(citation))}"


def _html(exchange: Exchange) -> str:
    answer = exchange.answer
    if answer is None:
        return f"<p>{characters(exchange.problem)}</p>"
    asked = f"Searched for: {isolated(answer.asked)}" if answer.asked != answer.question else ""
    shown = _answered(answer) if answer.span is not None else f"<p>{no_answer(answer.outcome)[0]}</p>"
    return f"{f'<p class=facts>{asked}</p>' if asked else ''}{shown}"


def _answered(answer: Answer) -> str:
    said = [f'<p><b>{isolated(answer.text)}</b> <span class="facts">{_sure(answer.confidence)}</span></p>']
    said += map(_quote, answer.citations)
    for other in answer.alternatives:
        said.append(
            f"<p>The documents also say: <b>{isolated(other.text)}</b> "
            f'<span class="facts">{_sure(other.confidence)}</span></p>'
        )
        said += map(_quote, other.citations)
    return "".join(said)


def _quote(citation: Citation) -> str:
    return f"<blockquote>{quote_html(citation, tag='mark')}</blockquote><cite>{isolated(_where(citation))}</cite>"


def _where(citation: Citation) -> str:
    document = citation.document
    return ", ".join([document.title, *place(citation, whole_path=True)]) + f" ({source_name(document)})"


def _sure(confidence: float) -> str:
    return f"{sureness(confidence).lower()}, {percent(confidence)} %"


def _title(conversation: Conversation) -> str:
    return conversation[0].question if conversation else "An empty conversation"


def _plain(text: str) -> str:
    """A text on one line, with a backslash before whatever Markdown and its dialects take for markup."""
    seen = "".join("▯" if is_unseen(c, before) else c for before, c in zip(" " + text, text, strict=False))
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", " ".join(seen.split())))
