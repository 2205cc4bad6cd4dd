"""Floors that a report must reach, for a build that fails when quality falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

from eval.measures import MEASURES
from eval.records import Metric
from index.errors import QuotebackError

_LOWER_IS_BETTER = {measure.name: measure.lower_is_better for measure in MEASURES} | {"ndcg@10": False}


class FloorError(QuotebackError, ValueError):
    """A floor that is not `name=number` or names no metric."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a metric may be; for AURC, ECE and Brier, where lower is better, the most."""

    name: str
    value: float


def parse_floors(texts: Sequence[str]) -> list[Floor]:
    """Read floors such as "f1=0.7".

    Raises:
        FloorError: A floor can't be understood.
    """
    return [_parse(text) for text in texts]


def check_floors(metrics: Sequence[Metric], texts: Sequence[str]) -> list[str]:
    """One sentence for each floor that the report misses; a metric with nothing to measure misses its floor.

    Raises:
        FloorError: A floor can't be understood.
    """
    values = {metric.name: metric.value for metric in metrics}
    sentences = (_miss(floor, values.get(floor.name)) for floor in parse_floors(texts))
    return [sentence for sentence in sentences if sentence is not None]


def _miss(floor: Floor, value: float | None) -> str | None:
    lower = _LOWER_IS_BETTER[floor.name]
    if value is None:
        bound = "at most" if lower else "at least"
        return f"{floor.name} could not be measured; {bound} {floor.value:g} is asked."
    if (value > floor.value) if lower else (value < floor.value):
        return f"{floor.name} is {value:.4f}, {'above' if lower else 'below'} {floor.value:g}."
    return None


def _parse(text: str) -> Floor:
    name, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = nan
    if isnan(value):
        raise FloorError(f"The floor {text!r} is not a metric's name, '=' and a number. Write f1=0.7.")
    if name not in _LOWER_IS_BETTER:
        raise FloorError(f"There is no metric {name!r} for a floor. There are {', '.join(_LOWER_IS_BETTER)}.")
    return Floor(name, value)
