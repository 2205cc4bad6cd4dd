"""Whatever documents, their names and questions hold is shown as characters, in Chromium."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from index.errors import QuotebackError
from index.types import Heading
from rag.types import Alternative, Answer, Citation, Outcome
from tests.browsing import ask
from tests.payloads import PAYLOADS
from tests.scripted_library import ScriptedLibrary, bridge_library, document, span_at

N = len(PAYLOADS)
SEEN = [" ".join(payload.split()) for payload in PAYLOADS]
ALL = [" ".join(SEEN[i : i + 20]) for i in range(0, N, 20)]  # a question has at most 2,000 characters


def _cited(payload: str, number: int) -> Citation:
    made = document(
        f"{payload}\n\nIt says {payload} here. And more.",
        title=payload,
        source=f"/x/{payload.replace('/', '⁄')}",
        day=date(2024, 1, 1 + number % 28),
    )
    made = replace(made, id=f"d{number}", headings=(Heading(0, len(payload), 1), Heading(2, len(payload), 2)))
    return Citation(made, made.text.index("It says ") + 8, made.text.index(" here."))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ScriptedLibrary:
    made = bridge_library(tmp_path_factory.mktemp("library"))
    cited = [_cited(payload, number) for number, payload in enumerate(PAYLOADS)]
    made._documents = {citation.document.id: citation.document for citation in cited}
    others = tuple(Alternative(span_at(one), 0.3, (one,)) for one in cited[:4])
    first = Answer(ALL[0], SEEN[0], Outcome.ANSWERED, span_at(cited[0]), 0.9, tuple(cited), others)
    made.script(ALL[0], first)
    made.script(ALL[1], Answer(ALL[1], ALL[2], Outcome.BELOW_THRESHOLD, None, 0.1, withheld=span_at(cited[7])))
    made.script(ALL[2], QuotebackError(ALL[2]))
    return made


def _texts(page: Page, selector: str) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(selector).all_text_contents()]


def test_whatever_documents_and_questions_hold_is_shown_as_characters(opened: Page) -> None:
    for number, asked in enumerate(ALL):
        ask(opened, asked)
        expect(opened.locator(".qb-question").last).to_contain_text(" ".join(asked.split()))
        if number == 0:
            expect(opened.locator("#evidence .qb-card")).to_have_count(N + 4)
            assert _texts(opened, "#evidence .qb-title")[:N] == SEEN
            assert _texts(opened, "#evidence mark")[:N] == SEEN
            assert _texts(opened, "#evidence .qb-file")[:N] == [seen.replace("/", "⁄") for seen in SEEN]
            assert _texts(opened, ".qb-sides .qb-words") == [SEEN[0], *SEEN[:4]]
            for index in (0, 11, 45):
                opened.locator("#evidence .qb-source").nth(index).click()
                expect(opened.locator(".qb-text mark")).to_have_text(SEEN[index])
                opened.get_by_role("button", name="Back to the evidence").click()
    expect(opened.locator(".qb-problem")).to_have_text(" ".join(ALL[2].split()))
    expect(opened.locator(".qb-asked").last).to_contain_text(" ".join(ALL[2].split()))
    opened.get_by_role("tab", name="Documents").click()
    expect(opened.locator(".qb-shelf tbody tr")).to_have_count(N)
    assert sorted(_texts(opened, ".qb-shelf tbody th[scope=row]")) == sorted(SEEN)
    assert opened.evaluate("window.__xss") is None
    ours = ":is(#chat, #evidence, #shelf)"  # the last question has a form of ours, to edit it
    assert (
        opened.locator(
            f"{ours} :is(img, iframe, svg, script, style, h1, object, embed, form:not([data-form]), base, link)"
        ).count()
        == 0
    )


def test_there_are_sixty_of_them() -> None:
    assert N == len(set(PAYLOADS)) == 60
