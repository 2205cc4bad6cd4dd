"""The training loop: one run, one schedule, the same result from the same seed."""

from __future__ import annotations

import csv
import hashlib
import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.forward import model_inputs
from rag.training.batches import Batch, collate, plan
from rag.training.checkpoints import load_checkpoint, save_checkpoint
from rag.training.features import Case
from rag.training.loss import distillation_loss, shared_loss, span_loss
from rag.training.teacher import Logits, Teacher
from rag.windows import Window

_WARM_UP = 0.06
_LOGGED_EVERY = 20
_LAYER = re.compile(r"\blayers?\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        learning_rate: The highest; it rises over the first 6 % of the steps, then falls to 0.
        batch_tokens: The most tokens, padding included, in one step.
        shared: Weight of the loss over all windows of a question together.
        bfloat16: Multiply in bfloat16, with weights in float32: quick where the processor has AMX.
        max_minutes: Stop then, between two steps; the checkpoint goes on from there.
        stop_after: Stop after this step of the schedule, likewise.
        saved_every: Steps between checkpoints.
        taught: Share of the loss that is the distance from the teacher, if there is one; the data have the rest.
        temperature: Of the teacher's and the pupil's opinions where they are compared.
        frozen_layers: How many of the lowest layers stay as they are; the word embeddings always do.
    """

    learning_rate: float = 3e-4
    batch_tokens: int = 2560
    shared: float = 0.0
    taught: float = 0.75
    temperature: float = 1.5
    bfloat16: bool = False
    max_minutes: float = math.inf
    stop_after: float = math.inf
    saved_every: int = 500
    frozen_layers: int = 0
    seed: int = 1


def train(
    model: Any,
    phases: Sequence[Sequence[Case]],
    folder: Path,
    recipe: Recipe,
    *,
    teacher: Teacher | None = None,
    report: Callable[[int], None] = lambda step: None,
) -> bool:
    """Train a model in place, from the folder's checkpoint if there is one.

    Args:
        model: A question-answering model of transformers, in float32.
        phases: Cases in the order in which they are learnt; shuffled within a phase only.
        folder: Takes `checkpoint/` and `loss.csv`.
        teacher: A reader to learn from beside the data.
        report: Called with the step after each checkpoint.

    Returns:
        Whether the training came to its end.

    Raises:
        ValueError: If the checkpoint belongs to other data or another recipe.
    """
    import torch
    from tqdm import tqdm

    steps = _steps(phases, recipe)
    optimiser = _optimiser(model, recipe)
    fingerprint = hashlib.sha256(
        repr((steps, recipe.learning_rate, recipe.shared, recipe.taught)).encode()
    ).hexdigest()
    done = _resume(folder / "checkpoint", model, optimiser, fingerprint)
    began = time.monotonic()
    curve = _Curve(folder / "loss.csv")
    for step in tqdm(range(done, len(steps)), initial=done, total=len(steps), mininterval=30, unit="step"):
        phase, numbers = steps[step]
        cases = [phases[phase][i] for i in numbers]
        batch = collate(cases)
        taught = None if teacher is None else teacher.logits(_windows(cases), batch.ids.shape[1])
        rate = recipe.learning_rate * _schedule(step, len(steps))
        torch.manual_seed(recipe.seed * len(steps) + step)  # so that dropout goes on as if it had not stopped
        curve.add(step, rate, _step(model, optimiser, batch, taught, rate, recipe), n_tokens=batch.ids.size)
        late = time.monotonic() - began > 60 * recipe.max_minutes or step + 1 >= recipe.stop_after
        if (step + 1) % recipe.saved_every == 0 or step + 1 == len(steps) or late:
            progress = {"step": step + 1, "steps": len(steps), "fingerprint": fingerprint}
            save_checkpoint(folder / "checkpoint", model=model, optimiser=optimiser, progress=progress)
            report(step + 1)
        if late and step + 1 < len(steps):
            return False
    return True


def freeze(model: Any, n_layers: int) -> None:
    """Keep a transformer's word embeddings as they are; its `n_layers` lowest layers, and all they share, too."""
    model.get_input_embeddings().weight.requires_grad_(False)
    for name, parameter in model.base_model.named_parameters():
        layer = _LAYER.search(name)
        if n_layers and (layer is None or int(layer[1]) < n_layers):
            parameter.requires_grad_(False)


def _steps(phases: Sequence[Sequence[Case]], recipe: Recipe) -> list[tuple[int, list[int]]]:
    return [
        (phase, numbers)
        for phase, cases in enumerate(phases)
        for numbers in plan(cases, batch_tokens=recipe.batch_tokens, seed=recipe.seed * 1000 + phase)
    ]


def _optimiser(model: Any, recipe: Recipe) -> Any:
    import torch

    freeze(model, recipe.frozen_layers)
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    matrices = [p for _, p in trained if p.ndim > 1]
    vectors = [p for _, p in trained if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)


def _resume(folder: Path, model: Any, optimiser: Any, fingerprint: str) -> int:
    if not folder.exists():
        return 0
    progress = load_checkpoint(folder, model=model, optimiser=optimiser)
    if progress["fingerprint"] != fingerprint:
        raise ValueError(f"{folder} belongs to another run. Give another output folder, or delete it.")
    return int(progress["step"])


def _schedule(step: int, n_steps: int) -> float:
    n_warm = max(1, round(_WARM_UP * n_steps))
    return min((step + 1) / n_warm, (n_steps - step) / max(1, n_steps - n_warm))


def _windows(cases: Sequence[Case]) -> list[Window]:
    return [row.window for case in cases for row in case]


def _step(
    model: Any, optimiser: Any, batch: Batch, taught: tuple[Logits, Logits] | None, rate: float, recipe: Recipe
) -> float:
    import torch

    for group in optimiser.param_groups:
        group["lr"] = rate
    model.train()
    loss = _loss(model, batch, taught, recipe)
    loss.backward()
    torch.nn.utils.clip_grad_norm_((p for p in model.parameters() if p.requires_grad), 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return float(loss.item())


def _loss(model: Any, batch: Batch, taught: tuple[Logits, Logits] | None, recipe: Recipe) -> Any:
    import torch

    tensors = {name: torch.from_numpy(getattr(batch, name)) for name in Batch.__slots__}
    inputs = model_inputs(model.config, tensors["ids"], tensors["mask"], tensors["types"])
    with torch.autocast("cpu", torch.bfloat16, recipe.bfloat16):
        output = model(**inputs)
    logits = output.start_logits.float(), output.end_logits.float()
    allowed = tensors["allowed"]
    labels = allowed, tensors["starts"], tensors["ends"]
    loss = span_loss(*logits, *labels)
    if recipe.shared:
        loss = loss + recipe.shared * shared_loss(*logits, *labels, tensors["cases"])
    if taught is None:
        return loss
    distances = [
        distillation_loss(own, torch.from_numpy(theirs), allowed, temperature=recipe.temperature)
        for own, theirs in zip(logits, taught, strict=True)
    ]
    return (1 - recipe.taught) * loss + recipe.taught * sum(distances) / 2


class _Curve:
    """The loss over time, as CSV: step, learning rate, mean loss since the last line, tokens a second."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._losses: list[float] = []
        self._n_tokens = 0
        self._since = time.monotonic()
        if not path.exists():
            path.write_text("step,learning_rate,loss,tokens_per_second\n", encoding="utf-8")

    def add(self, step: int, rate: float, loss: float, *, n_tokens: int) -> None:
        self._losses.append(loss)
        self._n_tokens += n_tokens
        if (step + 1) % _LOGGED_EVERY == 0:
            seconds = time.monotonic() - self._since
            row = [step + 1, f"{rate:.3g}", f"{sum(self._losses) / len(self._losses):.4f}"]
            with self._path.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerow([*row, round(self._n_tokens / seconds)])
            self._losses, self._n_tokens, self._since = [], 0, time.monotonic()
