"""Whatever documents, their names and questions hold is shown as characters, in Chromium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from index.errors import QuotebackError
from index.types import Heading, Hit, Passage, Refused, SyncReport
from rag.types import Alternative, Answer, Citation, Outcome
from tests.browsing import ask
from tests.payloads import PAYLOADS
from tests.scripted_library import ScriptedLibrary, bridge_library, document, quoted, span_at
from ui.history import History, Place
from ui.keeping import kept
from ui.roles import Exchange

N = len(PAYLOADS)
SEEN = [" ".join(payload.split()) for payload in PAYLOADS]
ALL = [" ".join(SEEN[i : i + 20]) for i in range(0, N, 20)]  # a question has at most 2,000 characters
ALIVE = ":is(img, iframe, svg, script, style, h1, object, embed, form:not([data-form]), base, link)"
OURS = ":is(#chat, #evidence, #next, #shelf, #outcome, .qb-report)"  # the last question has a form, to edit it


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
    _nothing_has_come_alive(opened)


def test_what_is_offered_listed_and_saved_is_shown_as_characters(opened: Page, library: ScriptedLibrary) -> None:
    ferry = document("In 2022 it carried 300. In 2023 it carried 400.", title="The ferry", source="/x/ferry.txt")
    places = tuple(_cited(payload, number) for number, payload in enumerate(PAYLOADS))
    closest = (Hit(Passage(ferry, 0, len(ferry.text)), 1.0, 1),)
    for asked in ALL:
        for year, words, others in ((2023, "400", places), (2022, "300", ())):
            question, cited = f"{asked} {year}", quoted(ferry, words)
            answer = Answer(
                question, question, Outcome.ANSWERED, span_at(cited), 0.9, (cited, *others), closest=closest
            )
            library.script(question, answer)
    history, browser = History(library.path), opened.evaluate("localStorage.getItem('quoteback.browser')")
    for payload in PAYLOADS:
        history.save(f"browser {browser}", Place(), [kept(Exchange(payload, problem=payload))])
    history.close()
    for asked in ALL:
        ask(opened, f"{asked} 2023")
        expect(opened.locator("#next button")).to_have_text([f"{asked} 2022"])
    opened.get_by_role("button", name="Earlier conversations").click()
    expect(opened.locator("#evidence .qb-title")).to_have_count(1 + N)
    assert _texts(opened, "#evidence .qb-title")[1:] == SEEN[::-1]
    opened.locator("#evidence .qb-source").nth(1).click()
    expect(opened.locator(".qb-problem")).to_have_text(SEEN[-1])
    opened.get_by_role("button", name="Earlier conversations").click()
    opened.locator("#evidence .qb-source").nth(0).click()
    expect(opened.locator(".qb-question")).to_have_count(len(ALL))
    _nothing_has_come_alive(opened)
    _is_shown_as_characters(opened.context.new_page(), _saved_page(opened))


def _saved_page(page: Page) -> str:
    page.get_by_role("button", name="Save this conversation").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Web page").click()
    return Path(download.value.path()).read_text("utf-8")


def _is_shown_as_characters(page: Page, saved: str) -> None:
    tried: list[str] = []
    page.on("request", lambda request: tried.append(request.url))
    page.on("dialog", lambda dialog: (tried.append(dialog.message), dialog.dismiss()))
    page.set_content(saved)
    assert _texts(page, "h2") == [f"{asked} 2023" for asked in ALL]
    assert _texts(page, "mark") == ["400", *SEEN] * len(ALL)
    assert tried == [] and page.locator(f"body {ALIVE}:not(h1), body a").count() == 0
    page.close()


def test_files_are_named_as_characters_whatever_becomes_of_them(
    opened: Page, library: ScriptedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.get_by_role("tab", name="Documents").click()
    expect(opened.locator(".qb-shelf")).to_be_visible()
    chooser, upload = opened.locator("#uploader input[multiple]"), "**/gradio_api/upload*"
    opened.route(upload, lambda route: route.fulfill(json=[]))
    chooser.set_input_files(_files(b"lost"))
    expect(opened.locator("#uploader .qb-report li")).to_have_count(N)
    names = [" ".join(file["name"].split()) for file in _files(b"")]
    assert _texts(opened, "#uploader .qb-report b") == names
    opened.unroute(upload)

    before, add = {doc.id for doc in library.documents()}, library.add

    def added_and_refused(paths: Sequence[Path], **given: Any) -> SyncReport:
        refused = tuple(Refused(str(path), said) for path, said in zip(paths, PAYLOADS, strict=True))
        return replace(add(paths, **given), refused=refused)

    monkeypatch.setattr(library, "add", added_and_refused)
    chooser.set_input_files(_files(b"sent"))
    expect(opened.locator("#outcome .qb-done")).to_have_count(N)
    titles = [" ".join(doc.title.split()) for doc in library.documents() if doc.id not in before]
    assert len(titles) == N and any(title.endswith("' onmouseover='window.__xss=1") for title in titles)
    assert set(titles) <= set(_texts(opened, ".qb-shelf tbody th[scope=row]"))
    assert _texts(opened, "#outcome .qb-refused span") == SEEN
    assert _texts(opened, ".qb-shelf .qb-refused [data-label=Status]") == [f"Refused: {seen}" for seen in SEEN]
    _nothing_has_come_alive(opened)


def _files(content: bytes) -> list[Any]:
    """A file named after each payload; the numbers keep those apart that Gradio strips to the same name."""
    return [
        {"name": f"{n} {payload.replace('/', '⁄')}.txt", "mimeType": "text/plain", "buffer": content + b" %d" % n}
        for n, payload in enumerate(PAYLOADS)
    ]


def _nothing_has_come_alive(page: Page) -> None:
    assert page.evaluate("window.__xss") is None
    assert page.locator(f"{OURS} {ALIVE}").count() == 0


def test_there_are_sixty_of_them() -> None:
    assert N == len(set(PAYLOADS)) == 60
