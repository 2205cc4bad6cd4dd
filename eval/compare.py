"""Two reports over the same questions: what changed, and whether chance alone would change as much."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, TextIO

import numpy as np

from eval.metrics import RIGHT_F1, Floats, reciprocal_rank, success_at_k
from eval.records import Record, Report, ReportError
from eval.statistics import groups_of, permutation_p
from eval.unlike import unlike

if TYPE_CHECKING:
    from rich.console import Console

SIGNIFICANT_P = 0.05
_N_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in both reports, over `n` questions; `p` is from a paired permutation test, two-sided."""

    label: str
    before: float
    after: float
    p: float
    n: int

    @property
    def said(self) -> str:
        """Whether it is better or worse, and by how much, as the start of a verdict."""
        word = "No clear difference" if self.p >= SIGNIFICANT_P else "Better" if self.after > self.before else "Worse"
        change = f"{self.after - self.before:+.3f}, p = {self.p:.3f}"
        return f"{word}: {self.label} {self.before:.3f} -> {self.after:.3f} ({change}) on {self.n}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Attributes:
    differences: F1 over all questions first; the verdict is about it.
    gained: Pairs (before, after) of records that became right.
    lost: Pairs that were right and are not any more.
    n_left_out: Questions that stand in one report only, or with other answers.
    unlike: What the two were made with, where it is not the same (`eval.unlike`).
    """

    differences: tuple[Difference, ...]
    gained: tuple[tuple[Record, Record], ...]
    lost: tuple[tuple[Record, Record], ...]
    n_left_out: int
    unlike: str = ""

    @property
    def verdict(self) -> str:
        """The outcome in one line."""
        f1 = self.differences[0]
        return f"{f1.said} questions; {len(self.gained)} became right, {len(self.lost)} became wrong."


_MEASURES: tuple[tuple[str, Callable[[Record], bool], Callable[[Record], float]], ...] = (
    ("F1", lambda r: True, lambda r: r.f1),
    ("EM", lambda r: True, lambda r: r.em),
    ("F1, answerable", lambda r: bool(r.answers), lambda r: r.f1),
    ("F1, unanswerable", lambda r: not r.answers, lambda r: r.f1),
    ("F1, answerable, always answering", lambda r: bool(r.answers), lambda r: r.best_f1),
    ("Success@1", lambda r: bool(r.answers), lambda r: success_at_k(_rank(r), 1)),
    ("Success@10", lambda r: bool(r.answers), lambda r: success_at_k(_rank(r), 10)),
    ("MRR@10", lambda r: bool(r.answers), lambda r: reciprocal_rank(_rank(r), 10)),
)


def compare(before: Report, after: Report) -> Comparison:
    """Compare two reports on the questions that both hold, with the same answers.

    Raises:
        ReportError: They have no question in common.
    """
    known = {_key(record): record for record in before.records}
    pairs = [(known[_key(record)], record) for record in after.records if _key(record) in known]
    if not pairs:
        raise ReportError(f"The reports on {before.gold} and {after.gold} have no question in common.")
    return Comparison(
        differences=tuple(d for measure in _MEASURES if (d := _difference(*measure, pairs)).n),
        gained=tuple(pair for pair in pairs if not _is_right(pair[0]) and _is_right(pair[1])),
        lost=tuple(pair for pair in pairs if _is_right(pair[0]) and not _is_right(pair[1])),
        n_left_out=len(before.records) + len(after.records) - 2 * len(pairs),
        unlike=unlike(before.made_with, after.made_with),
    )


def render(comparison: Comparison, *, width: int = 100) -> str:
    """The comparison as plain text for the terminal; the verdict stands last."""
    output = StringIO()
    console = print_table(comparison.differences, output, width)
    for title, pairs in (("Became right", comparison.gained), ("Became wrong", comparison.lost)):
        console.print(*_changes(title, pairs), sep="\n", soft_wrap=True)
    if comparison.n_left_out:
        console.print(f"\n{comparison.n_left_out} questions stand in one report only and are left out.")
    if comparison.unlike:
        console.print(f"\nNot made alike: {comparison.unlike}", soft_wrap=True)
    console.print(f"\n{comparison.verdict}", soft_wrap=True)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()) + "\n"


def measured(label: str, before: Floats, after: Floats, groups: Sequence[Hashable]) -> Difference:
    """The difference of two scores of each question; questions of one group are not independent."""
    p = permutation_p(before, after, groups_of(groups))
    return Difference(label, float(before.mean()), float(after.mean()), p, len(before))


def print_table(differences: Sequence[Difference], output: TextIO, width: int) -> Console:
    """Print a row a metric; the console can print on."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(file=output, width=width, color_system=None, force_terminal=False, markup=False)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in ("metric", "before", "after", "change", "p", "n"):
        table.add_column(column, justify="left" if column == "metric" else "right")
    for d in differences:
        change = f"{d.after - d.before:+.3f}"
        table.add_row(d.label, f"{d.before:.3f}", f"{d.after:.3f}", change, f"{d.p:.3f}", str(d.n))
    console.print(table)
    return console


def _changes(title: str, pairs: tuple[tuple[Record, Record], ...]) -> list[str]:
    if not pairs:
        return []
    lines = [f"  {a.id}  {a.question}  {_said(a)} -> {_said(b)}" for a, b in pairs[:_N_SHOWN]]
    more = [f"  and {len(pairs) - _N_SHOWN} more"] if len(pairs) > _N_SHOWN else []
    return [f"\n{title}: {len(pairs)}", *lines, *more]


def _said(record: Record) -> str:
    return repr(record.prediction) if record.prediction else "no answer"


def _difference(
    label: str,
    counts: Callable[[Record], bool],
    score: Callable[[Record], float],
    pairs: list[tuple[Record, Record]],
) -> Difference:
    counted = [pair for pair in pairs if counts(pair[0])]
    if not counted:
        return Difference(label, 0.0, 0.0, 1.0, 0)
    before, after = (np.array([score(pair[side]) for pair in counted], dtype=float) for side in (0, 1))
    return measured(label, before, after, [pair[0].group for pair in counted])


def _key(record: Record) -> tuple[str, str, tuple[str, ...]]:
    return record.id, record.question, record.answers


def _rank(record: Record) -> float:
    return float("inf") if record.evidence_rank is None else record.evidence_rank


def _is_right(record: Record) -> bool:
    return record.f1 >= RIGHT_F1
