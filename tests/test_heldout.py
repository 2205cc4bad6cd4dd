import json
from pathlib import Path

import pytest

from rag.training.heldout import main


def test_only_questions_that_training_never_sees_come_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def article(*questions: str) -> dict[str, object]:
        qas = [{"id": q, "question": q, "answers": [], "is_impossible": True} for q in questions]
        return {"title": "T", "paragraphs": [{"context": "Words.", "qas": qas}]}

    file, gold = tmp_path / "file.json", tmp_path / "gold.jsonl"
    file.write_text(json.dumps({"data": [article("One?"), article("Two?"), article("Three?", "One?")]}))
    gold.write_text("".join(json.dumps({"question": f"{n}?"}) + "\n" for n in ("One", "Two", "Three", "Four")))
    main([str(file), str(gold), "--dev-share", "0.34"])
    assert [json.loads(line)["question"] for line in capsys.readouterr().out.splitlines()] == ["Three?"]
