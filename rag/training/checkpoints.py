"""Training can stop and go on: weights and optimiser in safetensors, nothing that runs code when it is loaded."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

_STATES = ("exp_avg", "exp_avg_sq", "step")


def save_checkpoint(folder: Path, *, model: Any, optimiser: Any, progress: dict[str, Any]) -> None:
    """Write a checkpoint whole or not at all; the one before it is replaced.

    Args:
        progress: What is needed to go on, as JSON: the step, the fingerprint of the plan.
    """
    from safetensors.torch import save_file

    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    save_file({name: p.detach().clone() for name, p in model.named_parameters()}, new / "model.safetensors")
    save_file(_states(model, optimiser), new / "optimiser.safetensors")
    (new / "progress.json").write_text(json.dumps(progress), encoding="utf-8")
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(new, folder)
    shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(folder: Path, *, model: Any, optimiser: Any) -> dict[str, Any]:
    """Put a checkpoint into a model and its optimiser; give back its progress."""
    import torch
    from safetensors.torch import load_file

    weights, states = load_file(folder / "model.safetensors"), load_file(folder / "optimiser.safetensors")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights[name])
            kept = {key: states[f"{name}/{key}"] for key in _STATES if f"{name}/{key}" in states}
            if kept:
                optimiser.state[parameter] = kept
    progress: dict[str, Any] = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
    return progress


def save_reader(folder: Path, *, model: Any, tokenizer: Any) -> None:
    """Write a reader to be used: float16 safetensors with its tokenizer and configuration."""
    import copy

    import torch

    half = copy.deepcopy(model).to(torch.float16)
    half.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _states(model: Any, optimiser: Any) -> dict[str, Any]:
    return {
        f"{name}/{key}": value.detach().clone()
        for name, parameter in model.named_parameters()
        for key, value in optimiser.state.get(parameter, {}).items()
        if key in _STATES
    }
