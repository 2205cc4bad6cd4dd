"""How an answer is read and judged in the window, in Chromium."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag.types import Answer, Outcome
from tests.browsing import ask
from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library, document, quoted, span_at
from ui.feedback import Feedback, Kind, Verdict

COST, HELD = EXAMPLES[0], "When was the bridge built?"
ASTRAL = "The 🎉 begins at nine.\u200b It ends with 🎉🎉 at ten o’clock — or later.\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ScriptedLibrary:
    made = bridge_library(tmp_path_factory.mktemp("library"))
    doc = document(ASTRAL, title="Feast", source="/x/feast.pdf")
    made._documents[doc.id] = doc
    cited = quoted(doc, "nine")
    made.script("When is it?", Answer("When is it?", "When is it?", Outcome.ANSWERED, span_at(cited), 0.5, (cited,)))
    return made


def _verdict(library: ScriptedLibrary, question: str) -> Verdict:
    return Feedback(library.path).verdicts()[question.casefold()]


def _select(page: Page, words: str) -> None:
    """Select words of the opened document, which may lie in several of its slices."""
    page.evaluate(
        """(words) => {
          const text = document.querySelector('.qb-text');
          const nodes = [], walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) nodes.push(walker.currentNode);
          const at = nodes.map((node) => node.data).join('').indexOf(words);
          const range = document.createRange();
          let before = 0;
          for (const node of nodes) {
            const [first, last] = [at - before, at + words.length - before];
            if (first >= 0 && first < node.length) range.setStart(node, first);
            if (last > 0 && last <= node.length) range.setEnd(node, last);
            before += node.length;
          }
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        words,
    )


def test_different_answers_stand_side_by_side_and_open_their_own_places(opened: Page) -> None:
    ask(opened, COST)
    sides = opened.locator(".qb-answer .qb-side")
    expect(sides).to_have_count(3)
    expect(opened.locator(".qb-answer .qb-newest")).to_have_count(1)
    tops = [box["y"] for box in (sides.nth(i).bounding_box() for i in range(3)) if box is not None]
    assert len(set(tops)) == 1
    sides.nth(1).click()
    expect(opened.locator(".qb-text mark")).to_have_text("5.6 million euros")


def test_the_words_stand_alone_in_their_sentence_or_in_their_paragraph(opened: Page) -> None:
    ask(opened, COST)
    quote = opened.locator(".qb-quote")
    sentence = "Repairs are expected to cost 4.2 million euros and to take fourteen months."
    for layer, text in (("Answer", "4.2 million euros"), ("Sentence", sentence), ("Paragraph", None)):
        opened.get_by_role("radio", name=layer).check(force=True)
        if text is None:
            assert quote.inner_text().startswith("The bridge was surveyed") and sentence in quote.inner_text()
        else:
            assert quote.inner_text() == text
    opened.reload()
    expect(opened.get_by_role("radio", name="Paragraph")).to_be_checked()


def test_an_answer_is_called_right_or_wrong(opened: Page, library: ScriptedLibrary) -> None:
    ask(opened, COST)
    opened.get_by_role("button", name="Right", exact=True).click()
    expect(opened.get_by_role("button", name="Right", exact=True)).to_have_attribute("aria-pressed", "true")
    assert _verdict(library, COST).kind is Kind.RIGHT
    opened.get_by_role("button", name="Wrong", exact=True).click()
    opened.get_by_role("button", name="It is not in my documents").click()
    expect(opened.locator(".qb-judge")).to_contain_text("You said that it is not in your documents.")
    assert _verdict(library, COST).kind is Kind.ABSENT


_NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"  # as over http
_NO_COPYING = "document.execCommand = () => false"


@pytest.mark.parametrize(
    ("missing", "said"), [(_NO_CLIPBOARD, "Copied"), (f"{_NO_CLIPBOARD}; {_NO_COPYING}", "Could not be copied")]
)
def test_an_answer_is_copied_without_a_clipboard_too(opened: Page, missing: str, said: str) -> None:
    ask(opened, COST)
    opened.evaluate(missing)
    opened.evaluate("document.addEventListener('copy', () => { window.copied = String(getSelection()); })")
    copy = opened.locator("[data-qb=copy]")
    copy.click()
    expect(copy).to_have_text(said)
    expect(copy).to_be_focused()
    if said == "Copied":
        assert opened.evaluate("copied").startswith("“4.2 million euros” (")
    expect(copy).to_have_text("Copy with source")


@pytest.mark.parametrize("words", ["euros, the city council", "5.6 million euros", "Costs of the bridge rise again"])
def test_selected_words_become_the_right_answer(opened: Page, library: ScriptedLibrary, words: str) -> None:
    """They may lie before the marked words, in them, or across their end."""
    ask(opened, COST)
    opened.locator(".qb-answer .qb-side").nth(1).click()
    expect(opened.locator(".qb-text mark")).to_have_text("5.6 million euros")
    _select(opened, words)
    expect(opened.locator(".qb-pick q")).to_have_text(words)
    opened.get_by_role("button", name="This is the right answer").click()
    expect(opened.locator(".qb-judge q")).to_have_text(words)
    (mark,) = _verdict(library, COST).marks
    assert library.document(mark.document).text[mark.start : mark.end] == words


def test_characters_are_counted_as_the_document_counts_them(opened: Page, library: ScriptedLibrary) -> None:
    ask(opened, "When is it?")
    opened.locator("#evidence .qb-source").click()
    expect(opened.locator(".qb-text mark")).to_have_text("nine")
    _select(opened, "🎉 at ten o’clock")
    opened.get_by_role("button", name="This is the right answer").click()
    expect(opened.locator(".qb-judge q")).to_have_text("🎉 at ten o’clock")
    (mark,) = _verdict(library, "When is it?").marks
    assert ASTRAL[mark.start : mark.end] == "🎉 at ten o’clock"


def test_where_nothing_was_found_the_right_words_can_be_marked_too(opened: Page, library: ScriptedLibrary) -> None:
    ask(opened, HELD)
    opened.get_by_role("button", name="It is not", exact=True).click()
    expect(opened.get_by_role("button", name="It is not", exact=True)).to_have_attribute("aria-pressed", "true")
    assert _verdict(library, HELD).kind is Kind.ABSENT
    opened.get_by_role("button", name="It is", exact=True).click()
    expect(opened.locator(".qb-judge")).to_contain_text("select the words that are right")
    assert _verdict(library, HELD).kind is Kind.PRESENT
    opened.locator("#evidence .qb-source").last.click()
    expect(opened.locator(".qb-text mark")).to_be_visible()
    _select(opened, opened.locator(".qb-text mark").inner_text().split()[0])
    opened.get_by_role("button", name="This is the right answer").click()
    expect(opened.get_by_text("Noted as the right answer.")).to_be_visible()
    assert _verdict(library, HELD).kind is Kind.HERE


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_judging_stands_in_nobodys_way(opened: Page, scheme: Any) -> None:
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    ask(opened, COST)
    opened.get_by_role("button", name="Wrong", exact=True).click()
    expect(opened.get_by_role("button", name="It is not in my documents")).to_be_visible()
    opened.locator(".qb-answer .qb-side").nth(1).click()
    expect(opened.locator(".qb-text mark")).to_have_text("5.6 million euros")
    _select(opened, "the city council")
    expect(opened.locator(".qb-pick q")).to_have_text("the city council")
    found = Axe().run(opened)
    assert found.violations_count == 0, found.generate_report()
    opened.set_viewport_size({"width": 390, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 390


def test_another_answer_is_called_the_right_one_with_the_keyboard(opened: Page, library: ScriptedLibrary) -> None:
    ask(opened, COST)
    opened.locator("#evidence").get_by_role("button", name="This is the right answer").first.press("Enter")
    expect(opened.locator(".qb-judge q")).to_have_text("5.6 million euros")
    answer, (mark,) = library.ask(COST), _verdict(library, COST).marks
    assert (mark.start, mark.end) == (answer.alternatives[0].span.start, answer.alternatives[0].span.end)
