"""The same library, models and gold give the same report, whatever order Python's hashes give."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from eval.records import Report
from eval.report import to_html

ROOT = Path(__file__).parents[1]


def _evaluated(library: Path, gold: Path, out: Path, *, hash_seed: int) -> Report:
    """The report of the real command, in a process of its own, without clock, timings and memory."""
    command = [sys.executable, "-m", "ui.cli", "eval", str(gold), "--library", str(library), "--out", str(out)]
    subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": str(hash_seed)}, cwd=ROOT, check=True)
    report = Report.from_json((out / "report.json").read_text(encoding="utf-8"))
    assert (out / "report.html").read_text(encoding="utf-8") == to_html(report)
    records = tuple(replace(record, seconds=0.0, timings={}) for record in report.records)
    return replace(report, started="", seconds=0.0, records=records, peak_mib=None)


@pytest.mark.models
def test_two_runs_give_the_same_report_to_the_byte(examples_library: Path, tmp_path: Path) -> None:
    lines = (ROOT / "eval" / "data" / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = {json.loads(line)["kind"]: line for line in lines}
    gold = tmp_path / "gold.jsonl"
    gold.write_text("\n".join(kinds.values()), encoding="utf-8")
    first, second = (_evaluated(examples_library, gold, tmp_path / str(seed), hash_seed=seed) for seed in (1, 2))
    assert first.to_json() == second.to_json()
    assert to_html(first) == to_html(second)
    assert len(first.records) == len(kinds) and any(record.best for record in first.records)
