"""Runs an ONNX graph of `index.bert_graph` on the CPU: one text a run, as many runs at once as there are cores.

Texts that are run apart need no padding, keep to one core's cache, and can't change each other's numbers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelNotFoundError

INT8_FILE = "model_int8.onnx"
TORCH = "torch"  # in place of a model's name: the default model in torch, though its int8 form is there
Ids = NDArray[np.int64]


class OnnxSession:
    """A graph that is ready to run; safe to share between threads.

    Args:
        path: Of the .onnx file.
        n_threads: Texts that are run at once; None for one a core.

    Attributes:
        metadata: What the export wrote about the file.
        width: Length of the last axis of what comes out.

    Raises:
        ModelNotFoundError: The file can't be loaded.
    """

    def __init__(self, path: Path, *, n_threads: int | None = None) -> None:
        self._session = _load(path)
        self.metadata: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        self.width = int(self._session.get_outputs()[0].shape[-1])
        self._pool = ThreadPoolExecutor(n_cores() if n_threads is None else n_threads, "onnx")

    def run(self, ids: Sequence[Ids], types: Sequence[Ids]) -> Iterator[NDArray[np.float32]]:
        """Run texts of any lengths: token ids and type ids, each shape (n_tokens,), to (n_tokens, width) each."""
        return self._pool.map(self._run, ids, types)

    def _run(self, ids: Ids, types: Ids) -> NDArray[np.float32]:
        (output,) = self._session.run(None, {"input_ids": ids[None, :], "token_type_ids": types[None, :]})
        found: NDArray[np.float32] = output[0]
        return found


def load_tokenizer(folder: Path) -> Any:
    """Load tokenizer.json without transformers, which would take seconds and load torch.

    Raises:
        ModelNotFoundError: There is none, or it is damaged.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises nothing more special
        raise ModelNotFoundError(f"{folder} has no tokenizer.json that can be loaded. Put it back.") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def n_cores() -> int:
    """Physical cores that this process may use; two threads of one core only wait for each other."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    allowed = os.sched_getaffinity(0)
    return len({_core_of(cpu) for cpu in allowed})


def _core_of(cpu: int) -> str:
    try:
        return Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text()
    except OSError:
        return str(cpu)


def _load(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors are raised, too
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors have no common base
        raise ModelNotFoundError(
            f"{path} can't be loaded. Make it anew: python -m rag.export, or delete it to do without."
        ) from error
