"""The one place where the reader's network is loaded and run; everything around it is numpy."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelNotFoundError

Ids = NDArray[np.int64]
Logits = NDArray[np.float32]


class Forward(Protocol):
    """A network that reads padded windows."""

    def __call__(self, input_ids: Ids, attention_mask: Ids, token_type_ids: Ids) -> tuple[Logits, Logits]:
        """Start and end logits, each shape (n_windows, n_tokens), of inputs of that shape."""
        ...


class TorchForward:
    """A question-answering model of transformers behind the protocol; safe to share between threads.

    Args:
        model: The model, already loaded.
        bfloat16: Whether to multiply in bfloat16: quicker on some processors, and less exact.
    """

    def __init__(self, model: Any, *, bfloat16: bool = False) -> None:
        self._model = model
        self._bfloat16 = bfloat16
        self._lock = Lock()

    def __call__(self, input_ids: Ids, attention_mask: Ids, token_type_ids: Ids) -> tuple[Logits, Logits]:
        import torch

        tensors = [torch.from_numpy(array) for array in (input_ids, attention_mask, token_type_ids)]
        inputs = model_inputs(self._model.config, *tensors)
        with self._lock, torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, self._bfloat16):
            output = self._model(**inputs)
        return output.start_logits.float().numpy(), output.end_logits.float().numpy()


def model_inputs(config: Any, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> dict[str, Any]:
    """Name a model's inputs, with type ids if it knows them.

    Without them a BERT takes the passage for a second half of the question; RoBERTa and MPNet have none.
    """
    inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
    return inputs | {"token_type_ids": token_type_ids} if getattr(config, "type_vocab_size", 0) > 1 else inputs


def load_network(model: str | Path, *, new_head: bool = False, **settings: Any) -> Any:
    """Load a question-answering model of transformers, in evaluation mode and float32 whatever is stored.

    Args:
        model: A folder made by `save_pretrained`, or a name on the model hub.
        new_head: Whether the model may still have to learn where answers are.
        settings: Values to put over those of the model's configuration.

    Raises:
        ModelNotFoundError: There is no such model, it has no safetensors weights, or it answers no questions.
    """
    import torch
    from transformers import AutoModelForQuestionAnswering

    is_folder = _is_folder(model)
    if is_folder and not any(Path(model).glob("*.safetensors")):
        raise ModelNotFoundError(
            f"{model} holds no .safetensors file. Other weights are not loaded, because they can run code: "
            "save the model again with save_pretrained."
        )
    network, loaded = _load(
        AutoModelForQuestionAnswering,
        model,
        local_files_only=is_folder,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
        **settings,
    )
    if loaded["missing_keys"] and not new_head:
        raise ModelNotFoundError(
            f"{model} was not trained to answer questions: it lacks {sorted(loaded['missing_keys'])[0]}. "
            "Train it with python -m rag.training, or give another."
        )
    return network.eval()


def load_tokenizer(model: str | Path) -> Any:
    """Load the fast tokenizer of a model, from a folder or by a name on the model hub.

    Raises:
        ModelNotFoundError: There is no such model, or no fast tokenizer with it.
    """
    from transformers import AutoTokenizer

    tokenizer = _load(AutoTokenizer, model, local_files_only=_is_folder(model))
    # Without its files transformers gives a tokenizer that knows its special tokens and no words.
    if not tokenizer.is_fast or tokenizer.vocab_size <= len(tokenizer.all_special_ids):
        raise ModelNotFoundError(f"{model} has no tokenizer.json. Save the model's fast tokenizer beside it.")
    return tokenizer


def _load(kind: Any, model: str | Path, **settings: Any) -> Any:
    from safetensors import SafetensorError
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return kind.from_pretrained(str(model), trust_remote_code=False, **settings)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelNotFoundError(
            f"{model} is not a reader that can be loaded. "
            "Give a folder with config.json, tokenizer.json and model.safetensors."
        ) from error


def _is_folder(model: str | Path) -> bool:
    """Whether the model is a folder, rather than a name on the hub: "name" or "owner/name"."""
    if Path(model).is_dir():
        return True
    if isinstance(model, Path) or model.startswith((".", "/", "~")) or model.count("/") > 1:
        raise ModelNotFoundError(f"There is no folder {model} with a reader. Check the path.")
    return False
