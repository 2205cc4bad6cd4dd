import json
from pathlib import Path

import pytest

from tests.scripted_library import bridge_library
from ui.records import answer_record, hit_record


@pytest.mark.parametrize(
    "question",
    ["How much will the repair of the bridge cost?", "When was the bridge built?", "What is the weather?"],
)
def test_a_record_survives_json(tmp_path: Path, question: str) -> None:
    record = answer_record(bridge_library(tmp_path).ask(question))
    assert json.loads(json.dumps(record)) == record


def test_every_place_of_a_record_is_a_slice_of_its_document(tmp_path: Path) -> None:
    library = bridge_library(tmp_path)
    record = answer_record(library.ask("How much will the repair of the bridge cost?"))
    others = [place for other in record["alternatives"] for place in other["citations"]]
    assert len(record["citations"]) == 2 and len(others) == 2 and record["closest"]
    for place in [*record["citations"], *others, *record["closest"]]:
        assert place["text"] == library.document(place["document"]).text[place["start"] : place["end"]]
        assert place["text"] in place["sentence"]
    assert record["text"] == record["citations"][0]["text"] == "4.2 million euros"


def test_a_record_says_what_was_withheld(tmp_path: Path) -> None:
    record = answer_record(bridge_library(tmp_path).ask("When was the bridge built?"))
    assert record["outcome"] == "below_threshold" and record["text"] == ""
    assert record["withheld"] is not None and record["withheld"]["text"] == "2011"


def test_no_record_gives_away_a_path(tmp_path: Path) -> None:
    library = bridge_library(tmp_path)
    records = [hit_record(hit) for hit in library.retrieve("bridge")]
    assert "/home" not in json.dumps(records)
