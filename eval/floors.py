"""Floors that a report must reach, for a build that fails when quality falls."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan

from eval.records import Report
from eval.summary import MEASURES
from index.errors import QuotebackError

_LOWER_IS_BETTER = frozenset(measure.name for measure in MEASURES if measure.lower_is_better)


class FloorError(QuotebackError, ValueError):
    """A floor that is not `name=number` or names no metric."""


def check_floors(report: Report, floors: Sequence[str]) -> list[str]:
    """Compare the report with floors such as "f1=0.7".

    For AURC, ECE and Brier, where lower is better, the number is the most that is allowed.

    Returns:
        One sentence for each floor that is missed; a metric with nothing to measure misses its floor.

    Raises:
        FloorError: A floor can't be understood.
    """
    missed: list[str] = []
    for name, number in map(_parse, floors):
        try:
            value = report.metric(name).value
        except KeyError as error:
            raise FloorError(str(error.args[0])) from error
        lower = name in _LOWER_IS_BETTER
        if value is None:
            missed.append(
                f"{name} could not be measured; at {'most' if lower else 'least'} {number:g} was asked."
            )
        elif (value > number) if lower else (value < number):
            missed.append(f"{name} is {value:.4f}, {'above' if lower else 'below'} {number:g}.")
    return missed


def _parse(floor: str) -> tuple[str, float]:
    name, _, number = floor.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = nan
    if isnan(value):
        raise FloorError(f"The floor {floor!r} is not a metric's name, '=' and a number. Write f1=0.7.")
    return name.strip(), value
