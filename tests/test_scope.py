import html
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Filter
from tests.scripted_library import document
from ui.scope import EVERYTHING, kept, narrowed, picked, recalled, scope_html, scope_text

DOCUMENTS = [
    document("a", title="A", source="/x/a.pdf", kind="pdf", day=date(2022, 5, 1)),
    document("b", title="B", source="/x/b.pdf", kind="pdf", day=date(2024, 5, 1)),
    document("c", title="C", source="/x/c.txt", kind="txt"),
]
_anything = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(["pdf", "2024-01-01"]), lambda x: st.lists(x)
)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (EVERYTHING, "Asking all 3 documents"),
        (Filter(kinds=frozenset({"pdf"})), "Asking 2 of 3 documents: PDF"),
        (
            Filter(kinds=frozenset({"pdf", "txt"}), after=date(2023, 1, 1)),
            "Asking 1 of 3 documents: PDF or TXT, from 1 January 2023",
        ),
        (Filter(before=date(2000, 1, 1)), "Asking none of 3 documents: until 1 January 2000"),
        (Filter(documents=frozenset({DOCUMENTS[2].id})), "Asking 1 of 3 documents"),
    ],
)
def test_what_is_asked_is_said_in_one_line(where: Filter, said: str) -> None:
    assert scope_text(where, DOCUMENTS) == said


def test_without_documents_there_is_nothing_to_choose() -> None:
    assert scope_html(EVERYTHING, []) == ""


def test_the_form_shows_what_is_chosen() -> None:
    where = narrowed(EVERYTHING, {"kinds": ["pdf"], "after": "2023-01-01", "before": ""}, DOCUMENTS)
    source = html.unescape(scope_html(where, DOCUMENTS))
    assert re.findall(r'value="(\w+)" checked', source) == ["pdf"]
    assert 'name="after" value="2023-01-01"' in source and 'name="before" value=""' in source


def test_narrowing_keeps_the_picked_and_picking_keeps_the_narrowed() -> None:
    only_b = picked(EVERYTHING, [DOCUMENTS[1].id], DOCUMENTS)
    both = narrowed(only_b, {"kinds": ["pdf"]}, DOCUMENTS)
    assert both == Filter(documents=only_b.documents, kinds=frozenset({"pdf"}))
    assert picked(both, [], DOCUMENTS) == Filter(kinds=frozenset({"pdf"}))


def test_the_page_remembers_the_filter() -> None:
    form = {"kinds": ["pdf"], "after": "2023-01-01"}
    where = narrowed(picked(EVERYTHING, [DOCUMENTS[1].id], DOCUMENTS), form, DOCUMENTS)
    assert recalled(kept(where), DOCUMENTS) == where
    assert recalled(kept(EVERYTHING), DOCUMENTS) == EVERYTHING
    assert recalled(kept(where), DOCUMENTS[2:]) == Filter(after=date(2023, 1, 1))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "null", '{"documents": 3, "kinds": {}, "after": 1}', "[" * 9999]
)
def test_what_a_page_should_not_have_remembered_asks_everything(text: str) -> None:
    assert recalled(text, DOCUMENTS) == EVERYTHING


@given(_anything, st.dictionaries(st.sampled_from(["kinds", "after", "before", "documents"]), _anything))
def test_whatever_the_browser_sends_only_names_what_there_is(ids: object, form: dict[str, object]) -> None:
    where: Filter = narrowed(picked(EVERYTHING, ids, DOCUMENTS), form, DOCUMENTS)
    assert (where.documents or frozenset()) <= {doc.id for doc in DOCUMENTS}
    assert (where.kinds or frozenset()) <= {doc.kind for doc in DOCUMENTS}
    assert where.folder is None
    assert isinstance(where.after, date | None) and isinstance(where.before, date | None)
