from datetime import date
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from index.types import Filter
from tests.scripted_library import EXAMPLES, ScriptedLibrary, bridge_library
from ui.endpoints import Endpoints


@pytest.fixture()
def library(tmp_path: Path) -> ScriptedLibrary:
    return bridge_library(tmp_path)


def test_a_question_is_asked_of_the_documents_that_the_filters_admit(
    library: ScriptedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Filter] = []
    ask = library.ask
    monkeypatch.setattr(library, "ask", lambda q, *, k, where: (asked.append(where), ask(q))[1])
    ids = [doc.id for doc in library.documents()][:2]
    Endpoints(library).ask(EXAMPLES[0], kinds=["pdf"], documents=ids, after="2023-01-31", before="2024-12-31")
    Endpoints(library).ask(EXAMPLES[0])
    assert asked == [
        Filter(
            documents=frozenset(ids),
            kinds=frozenset({"pdf"}),
            after=date(2023, 1, 31),
            before=date(2024, 12, 31),
        ),
        Filter(),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"after": "31.1.2023"}, "after is '31.1.2023', which is no date. Write it as 2023-01-31."),
        ({"before": 7}, "before is 7, which is no date."),
        ({"kinds": ["odt"]}, "kinds names 'odt', which is not in this library; there are html, md, pdf, txt."),
        ({"kinds": "pdf"}, "kinds is 'pdf'; give a list"),
        ({"documents": []}, "documents is []; give a list"),
        ({"documents": [["x"]]}, "documents names ['x'], which is not in this library"),
    ],
)
def test_a_filter_that_can_not_be_meant_is_refused_with_a_sentence(
    library: ScriptedLibrary, given: dict[str, Any], said: str
) -> None:
    for endpoint in (Endpoints(library).ask, Endpoints(library).retrieve):
        with pytest.raises(gr.Error) as refused:
            endpoint(EXAMPLES[0], **given)
        assert said in str(refused.value)
    assert library.asked == []
