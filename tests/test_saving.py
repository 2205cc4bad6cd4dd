"""A conversation as a file: in each form, whatever it holds is text."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.types import Document
from rag.types import Answer, Citation, Outcome, Span
from tests.scripted_library import EXAMPLES, bridge_library, passages_of
from ui.escape import is_unseen
from ui.export import as_html, as_json, as_markdown
from ui.keeping import again, kept
from ui.roles import Conversation, Exchange

_MARKDOWN_TAGS = {"h1", "h2", "p", "strong", "blockquote"}
_PAGE_TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "bdi", "i", "span", "blockquote", "mark",
    "cite",
}  # fmt: skip


class _Read(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def _seen(text: str) -> str:
    marked = ("▯" if is_unseen(c, before) and c != "\xad" else c for before, c in zip(" " + text, text, strict=False))
    return " ".join("".join(marked).split())


def _bridge() -> Conversation:
    library = bridge_library(Path("/nowhere"))
    questions = (*EXAMPLES, "And how long will it take?", "What does the site say?")
    return tuple(Exchange(question, library.ask(question)) for question in questions)


def _quoting(words: str) -> Conversation:
    """A question, a title and a document that are nothing but these words."""
    document = Document("d", words, f"/x/{words}", words)
    passage = passages_of(document)[0]
    cited = Citation(document, passage.start, passage.end)
    span = Span(passage, cited.start, cited.end, 1.0, 0.0)
    return (Exchange(words, Answer(words, f"{words} too", Outcome.ANSWERED, span, 0.7, (cited,))),)


_markup = st.one_of(
    st.text(min_size=1, max_size=40),
    st.lists(
        st.sampled_from([*"*_`[]()<>#+-=.!|~&$:/@\\{}^1 \n\t", "a", "www.", "http://", "![x](y)", "&lt;", "\u202e"]),
        min_size=1,
        max_size=16,
    ).map("".join),
).filter(lambda text: bool(text.strip()))


@given(_markup)
def test_in_markdown_whatever_is_quoted_stays_text(words: str) -> None:
    if not passages_of(Document("d", words, "s", "t")):
        return
    page = _Read(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(as_markdown(_quoting(words))))
    assert page.tags <= _MARKDOWN_TAGS
    assert page.text.strip().startswith(_seen(words))
    assert page.text.count(_seen(words)) >= 4


@given(_markup)
def test_on_the_page_whatever_is_quoted_stays_text(words: str) -> None:
    if not passages_of(Document("d", words, "s", "t")):
        return
    source = as_html(_quoting(words))
    assert _Read(source).tags <= _PAGE_TAGS
    assert "http://" not in source and "src=" not in source and "href=" not in source


def test_a_saved_conversation_holds_every_quote_with_its_source() -> None:
    for text in (_Read(as_html(_bridge())).text, as_markdown(_bridge())):
        for words in (
            "Repairs are expected to cost 4.2 million euros and to take fourteen months.",
            "Survey of the Lower Quay Bridge, page 1, 1. Summary, 2 April 2024 (survey.pdf)",
            "very likely, 87 %",
            "5.6 million euros",
            "Nothing in your documents answers this surely enough",
            "Searched for: And how long will it take? repair of the bridge",
        ):
            assert words in text


def test_a_saved_page_may_load_and_run_nothing() -> None:
    assert "default-src 'none'; style-src 'unsafe-inline'" in as_html(_bridge())


def test_saved_json_has_the_keys_of_the_command_line() -> None:
    saved = json.loads(as_json(_bridge()))
    assert [sorted(exchange) for exchange in saved] == [["answer", "problem", "question"]] * 5
    assert saved[0]["answer"]["citations"][0]["text"] == "4.2 million euros"
    assert json.loads(as_json((Exchange("Why?", problem="The disk is full."),)))[0]["answer"] is None


@pytest.mark.parametrize("save", [as_markdown, as_html])
def test_a_quote_whose_document_is_gone_says_so(save: object) -> None:
    assert callable(save)
    gone = tuple(again(kept(exchange), {}) for exchange in _bridge())
    assert "removed since" in save(gone) and "removed since" not in save(_bridge())


def test_offsets_are_those_of_the_document_also_when_it_is_gone() -> None:
    gone = tuple(again(kept(exchange), {}) for exchange in _bridge())
    for then, now in zip(json.loads(as_json(_bridge())), json.loads(as_json(gone)), strict=True):
        for a, b in zip(then["answer"]["citations"], now["answer"]["citations"], strict=True):
            assert (a["document"], a["start"], a["end"], a["text"]) == (
                b["document"],
                b["start"],
                b["end"],
                b["text"],
            )
