from pathlib import Path

import pytest
import torch

from rag.forward import load_network, load_tokenizer
from rag.training import average
from rag.training.checkpoints import save_reader
from tests.tiny_readers import save_bert, save_roberta


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(load_network(folder).state_dict())


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A reader, and the same with every weight one higher."""
    one = save_bert(tmp_path_factory.mktemp("one"))
    network = load_network(one)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    other = tmp_path_factory.mktemp("other")
    save_reader(other, model=network, tokenizer=load_tokenizer(one))
    return one, other


def test_weights_are_averaged_by_their_shares(two: tuple[Path, Path], tmp_path: Path) -> None:
    assert average.main([*map(str, two), "--shares", "3", "1", "--out", str(tmp_path / "mean")]) == 0
    mean, first = _weights(tmp_path / "mean"), _weights(two[0])
    assert mean.keys() == first.keys()
    assert all(torch.allclose(mean[name], first[name] + 0.25, atol=2e-3) for name in first)


def test_readers_of_different_kinds_are_refused(two: tuple[Path, Path], tmp_path: Path) -> None:
    other = save_roberta(tmp_path / "roberta")
    with pytest.raises(ValueError, match="has other weights"):
        average.average([two[0], other], [1, 1], tmp_path / "mean")
    with pytest.raises(SystemExit):
        average.main([*map(str, two), "--shares", "1", "--out", str(tmp_path / "mean")])
