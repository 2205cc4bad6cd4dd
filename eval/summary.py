"""From records to numbers: metrics with their intervals, times of the stages, and what was lost where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.columns import Columns, columns_of, with_span
from eval.measures import MEASURES, Measure
from eval.metrics import reliability, risk_coverage
from eval.records import Metric, Record
from eval.statistics import groups_of, interval


def summarise(records: Sequence[Record]) -> tuple[Metric, ...]:
    """Every metric over the records, each with its interval."""
    columns, groups = columns_of(records), groups_of([record.group for record in records])
    return tuple(_metric(measure, columns, groups) for measure in MEASURES)


def _metric(measure: Measure, columns: Columns, groups: Sequence[NDArray[np.intp]]) -> Metric:
    over = measure.over(columns)
    n = int(over.sum())
    value = measure.of(columns.at(over)) if n else np.nan
    if isnan(value):
        return Metric(measure.name, None, None, None, n)
    inside = [group[over[group]] for group in groups if over[group].any()]
    ends = interval(lambda drawn: measure.of(columns.at(drawn)), inside)
    low, high = ends if ends is not None else (None, None)
    return Metric(measure.name, value, low, high, n)


def latencies(records: Sequence[Record]) -> dict[str, tuple[float, float, int]]:
    """Median and 95th percentile of the seconds of each stage and of the whole "ask", with n."""
    stages = [s for s in dict.fromkeys(s for r in records for s in r.timings) if s != "total"]  # "ask" is it
    times = {stage: [r.timings[stage] for r in records if stage in r.timings] for stage in stages}
    times["ask"] = [record.seconds for record in records]
    return {
        stage: (float(np.quantile(of, 0.5)), float(np.quantile(of, 0.95)), len(of))
        for stage, of in times.items()
        if of
    }


def by_kind(records: Sequence[Record]) -> dict[str, tuple[float, float, int]]:
    """Mean EM, mean F1 and number of the questions of each kind, largest kind first."""
    kinds: dict[str, list[Record]] = {}
    for record in records:
        kinds.setdefault(record.kind, []).append(record)
    return {
        kind: (sum(r.em for r in of) / len(of), sum(r.f1 for r in of) / len(of), len(of))
        for kind, of in sorted(kinds.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    }


def figures(records: Sequence[Record]) -> dict[str, Any]:
    """What a report shows beside its metrics, under the names that its JSON has; times are in seconds."""
    columns = columns_of(records)
    spans = columns.at(with_span(columns))
    coverage, risk = risk_coverage(spans.right, spans.confidence)
    return {
        "kinds": {kind: {"em": em, "f1": f1, "n": n} for kind, (em, f1, n) in by_kind(records).items()},
        "latencies": {stage: {"p50": p50, "p95": p95, "n": n} for stage, (p50, p95, n) in latencies(records).items()},
        "losses": losses(records),
        "reliability": [asdict(each) for each in reliability(spans.right, spans.confidence)],
        "risk_coverage": {
            "coverage": (coverage * len(spans) / max(1, len(records))).tolist(),
            "risk": risk.tolist(),
        },
    }


def losses(records: Sequence[Record]) -> dict[str, int]:
    """Number of questions lost at each stage, most first; stages that lost none are left out."""
    stages = [record.loss for record in records if record.loss is not None]
    return dict(sorted(((s, stages.count(s)) for s in set(stages)), key=lambda pair: (-pair[1], pair[0])))
