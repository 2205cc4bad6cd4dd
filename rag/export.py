"""The command that makes the int8 forms of the reader and of the encoder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from index.bert_graph import read_weights
from index.encoder_onnx import SHIPPED as ENCODER
from index.errors import ModelNotFoundError, QuotebackError
from index.onnx_export import export_bert, export_encoder
from index.onnx_session import INT8_FILE, load_tokenizer
from rag.forms import HEAD
from rag.reader import SHIPPED

_SAMPLE = (
    "When does the ferry sail, and what does it cost?",
    "The ferry sails at 7:15 and at noon, from May to 3 October. A ticket costs 14.50 euros; children under 6 travel "
    "free. In a storm the captain, Anna Berg, may stay in the harbour.",
)


def main(arguments: list[str] | None = None) -> int:
    """Make the int8 forms that are used in place of torch: quicker, smaller, nearly the same numbers."""
    options = _parser().parse_args(arguments)
    both = options.reader is None and options.encoder is None
    try:
        if both or options.reader is not None:
            _tell(export_reader(SHIPPED if both else options.reader))
        if both or options.encoder is not None:
            _tell(export_encoder(ENCODER if both else options.encoder))
    except QuotebackError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def export_reader(folder: Path) -> Path:
    """Write a reader's int8 form beside its weights, where it is found from then on; the file's path.

    Raises:
        ModelNotFoundError: The folder is not that of a BERT that was trained to answer questions.
    """
    load_tokenizer(folder)
    if f"{HEAD}.weight" not in read_weights(folder):
        raise ModelNotFoundError(f"{folder} was not trained to answer questions: it lacks {HEAD}.weight.")
    return export_bert(folder, folder / INT8_FILE, name=folder.name, head=HEAD, sample=_SAMPLE)


def _tell(path: Path) -> None:
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag.export", description=main.__doc__)
    parser.add_argument(
        "--reader",
        type=Path,
        nargs="?",
        const=SHIPPED,
        metavar="FOLDER",
        help="only the reader's, from the weights of this folder and into it (default: the reader that is shipped)",
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        nargs="?",
        const=ENCODER,
        metavar="FOLDER",
        help="only the encoder's, into this folder (default: where it is shipped)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
