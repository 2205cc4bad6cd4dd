"""eval, compare and calibrate on the command line, with one tiny model as encoder and as reader."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from eval.calibrate import TooFewQuestionsError
from eval.records import Report
from index.encoder import sha256_of_file
from rag.calibration import Calibration
from rag.pipeline import open_library
from tests.tiny_readers import TEXT, save_bert
from ui import cli

Command = Callable[..., tuple[int, str, str]]
NAMES = ("ferry.txt", "cars.txt", "captain.txt", "tickets.txt", "storm.txt")
TEXTS = dict(zip(NAMES, TEXT.split(". "), strict=True))
PAIRS = ("Solveig Bergen", "captain Ingrid", "tickets euros", "children storm", "yard crossing", "ferry café")


@pytest.fixture(scope="module", autouse=True)
def _few_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eval.statistics.N_RESAMPLES", 20)
        yield


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def ferries(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _library(tmp_path_factory.mktemp("ferries"), TEXTS, tiny)


@pytest.fixture
def library(ferries: Path, tmp_path: Path) -> Path:
    return shutil.copytree(ferries, tmp_path / "library")


def _library(folder: Path, texts: dict[str, str], model: Path) -> Path:
    """A library in the folder, of documents beside it."""
    (folder / "docs").mkdir()
    for name, text in texts.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    with open_library(folder / "library", create=True, encoder=str(model)) as opened:
        assert len(opened.sync(folder / "docs").added) == len(texts)
    return folder / "library"


def _with_model(command: str, gold: Path, library: Path, model: Path) -> list[str]:
    """The command's words, with one model in both roles."""
    given = ["--gold", str(gold)] if command == "calibrate" else [str(gold)]
    return [command, *given, "--library", str(library), "--encoder", str(model), "--reader", str(model)]


def _gold(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def _line(id_: str, question: str, answer: str, name: str) -> dict[str, object]:
    at = TEXTS[name].index(answer)
    return {"id": id_, "question": question, "answers": [answer], "evidence": [[name, at, at + len(answer)]]}


CAPTAIN = _line("captain", "Who commands the ship?", "Ingrid Østby", "captain.txt")
COST = _line("cost", "What does it cost?", "14.50 euros", "tickets.txt")
COOK: dict[str, object] = {"id": "cook", "question": "Who cooks?", "answers": []}


def test_a_document_that_is_gone_is_named_as_the_stage_that_lost_its_questions(
    here: Command, library: Path, tiny: Path, tmp_path: Path
) -> None:
    _, listed, _ = here("list", "--library", str(library), "--json")
    (captain,) = [d["id"] for d in map(json.loads, listed.splitlines()) if d["source"].endswith("captain.txt")]
    assert here("rm", captain, "--library", str(library))[0] == 0
    changed = {**COST, "id": "changed", "answers": ["twelve crowns"]}
    gold = _gold(tmp_path / "gold.jsonl", CAPTAIN, COOK, changed)
    code, out, err = here(*_with_model("eval", gold, library, tiny), "--out", str(tmp_path / "out"))
    assert code == 0
    said = "Evidence of 2 of 3 questions is not in the library, or reads differently there: line 1, line 3. "
    assert said in err
    assert re.search(r"^not_in_library +1$", out, re.MULTILINE)
    assert re.search(r"^lost_in_parsing +1$", out, re.MULTILINE)
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert {record["id"]: record["loss"] for record in report["records"] if record["answers"]} == {
        "captain": "not_in_library",
        "changed": "lost_in_parsing",
    }


def test_a_gold_line_that_means_nothing_is_refused_by_its_number(
    here: Command, library: Path, tiny: Path, tmp_path: Path
) -> None:
    gold = _gold(tmp_path / "gold.jsonl", COST, {"id": "a"})
    code, out, err = here(*_with_model("eval", gold, library, tiny))
    assert (code, out) == (cli.FAILED, "")
    assert "gold.jsonl has 1 bad line: line 2 has no question." in err


def test_a_report_tells_readers_of_one_name_apart(here: Command, library: Path, tiny: Path, tmp_path: Path) -> None:
    other = shutil.copytree(tiny, tmp_path / "other" / "tiny")
    weights = load_file(other / "model.safetensors")
    weights["qa_outputs.weight"] = -weights["qa_outputs.weight"]
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    gold = _gold(tmp_path / "gold.jsonl", COST, COOK)
    made = []
    for reader, k in ((tiny, "10"), (other, "5")):
        words = [*_with_model("eval", gold, library, tiny)[:-1], str(reader), "--top-k", k]
        made.append(tmp_path / f"report-{k}" / "report.json")
        assert here(*words, "--out", str(made[-1].parent))[0] == 0
    first, second = (Report.from_json(path.read_text(encoding="utf-8")) for path in made)
    assert first.library["reader"] == second.library["reader"] == "tiny"
    assert first.library["reader_sha256"] == sha256_of_file(tiny / "model.safetensors")
    assert second.library["reader_sha256"] == sha256_of_file(other / "model.safetensors")
    words = shlex.split(second.command)
    assert words[:3] == ["quoteback", "eval", str(gold)] and words[-2:] == ["--reader", str(other)]
    assert str(tmp_path / "report-5") not in words
    page = made[0].with_name("report.html").read_text(encoding="utf-8")
    for value in (first.library["reader_sha256"], first.library["calibration_sha256"], first.versions["numpy"]):
        assert f"<dd>{value}</dd>" in page
    assert "--top-k 10" in page
    code, out, _ = here("compare", *map(str, made))
    assert code == 0
    digests = [report.library["reader_sha256"][:12] for report in (first, second)]
    assert f"Not made alike: reader_sha256 {digests[0]}… -> {digests[1]}…; k 10 -> 5" in out
    assert "Not made alike" not in here("compare", str(made[0]), str(made[0]))[1]


@pytest.fixture
def paired(tiny: Path, tmp_path: Path) -> Path:
    return _library(tmp_path, {f"{number}.txt": pair for number, pair in enumerate(PAIRS)}, tiny)


def _pair_lines(documents: Sequence[str]) -> list[dict[str, object]]:
    """Questions written on the documents in turn.

    Whatever is read out of two words is right where all of them are accepted, and wrong where there is no answer.
    """
    places = [[f"{number}.txt", 0, len(pair)] for number, pair in enumerate(PAIRS)]
    lines: list[dict[str, object]] = []
    for i in range(40):
        on = {"document": documents[i % len(documents)]}
        right = {"answers": list(PAIRS), "evidence": places}
        lines.append({"id": f"a{i}", "question": f"Which one is number {i}?", **right, **on})
        lines.append({"id": f"u{i}", "question": f"Whose is number {i}?", "answers": [], **on})
    return lines


def _kept(library: Path, model: Path) -> Calibration:
    with open_library(library, encoder=str(model), reader=str(model)) as opened:
        return opened.calibration


def test_a_calibration_is_kept_by_the_library_it_was_fitted_to(
    here: Command, paired: Path, tiny: Path, tmp_path: Path
) -> None:
    gold = _gold(tmp_path / "gold.jsonl", *_pair_lines([f"{number}.txt" for number in range(len(PAIRS))]))
    words, written = _with_model("calibrate", gold, paired, tiny), tmp_path / "calibration.json"
    assert here(*words, "--out", str(written))[0] == 0
    fitted = Calibration.from_json(written.read_text(encoding="utf-8"))
    assert _kept(paired, tiny) == Calibration() != fitted
    code, out, _ = here(*words)
    assert code == 0 and _kept(paired, tiny) == fitted
    assert f"Fitted to 80 questions; answers below {fitted.threshold:.0%} are withheld." in out
    assert re.search(r"left out in turn \(n = \d+\): AUROC 0\.\d{3}, calibration error 0\.\d{3}", out)


def test_a_calibration_that_no_document_can_be_left_out_of_is_kept_and_said_to_be_untried(
    here: Command, paired: Path, tiny: Path, tmp_path: Path
) -> None:
    gold = _gold(tmp_path / "gold.jsonl", *_pair_lines(["0.txt"]))
    code, out, _ = here(*_with_model("calibrate", gold, paired, tiny))
    assert code == 0 and _kept(paired, tiny) != Calibration()
    assert "There are too few documents or questions to tell how good it is on others." in " ".join(out.split())
    assert "AUROC" not in out


def test_a_calibration_that_could_not_be_tried_is_not_kept(
    here: Command, paired: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise TooFewQuestionsError("Too few.")

    monkeypatch.setattr("eval.calibrate.cross_validate", failing)
    gold = _gold(tmp_path / "gold.jsonl", *_pair_lines(["0.txt"]))
    assert here(*_with_model("calibrate", gold, paired, tiny))[0] == cli.FAILED
    assert _kept(paired, tiny) == Calibration()
