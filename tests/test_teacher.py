"""A reader that learns from another: what the teacher says of each token, and that the pupil comes nearer to it."""

from pathlib import Path

import numpy as np
import pytest

from rag.forward import load_network, load_tokenizer, model_inputs
from rag.training.batches import collate
from rag.training.features import Case, make_cases
from rag.training.loss import distillation_loss
from rag.training.teacher import Teacher
from rag.training.train import Recipe, train
from rag.windows import Tokenizer
from tests.test_training import EXAMPLES
from tests.tiny_readers import save_bert, save_mpnet, save_roberta


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def mpnet(bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_mpnet(tmp_path_factory.mktemp("mpnet"), like=bert)
    network = load_network(folder)
    network.qa_outputs.weight.data.mul_(100)  # decided opinions
    network.save_pretrained(folder)
    return folder


def cases(model: Path) -> list[Case]:
    return make_cases(EXAMPLES, Tokenizer(load_tokenizer(model)), seed=1)


def own_logits(model: Path) -> list[np.ndarray]:
    """Start logits of [CLS] and the passage, of windows that the model's own tokenizer made."""
    import torch

    found = []
    for case in cases(model):
        batch, window = collate([case]), case[0].window
        network = load_network(model)
        inputs = model_inputs(network.config, *map(torch.from_numpy, (batch.ids, batch.mask, batch.types)))
        with torch.inference_mode():
            start = network(**inputs).start_logits[0].numpy()
        found.append(np.concatenate([start[:1], start[window.offset : window.offset + window.n_passage]]))
    return found


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_a_teacher_says_of_the_pupils_windows_what_it_says_of_its_own(kind: str, bert: Path, mpnet: Path) -> None:
    model = {"bert": bert, "mpnet": mpnet}[kind]
    teacher = Teacher(model, pupil=bert)
    for case, expected in zip(cases(bert), own_logits(model), strict=True):
        window = case[0].window
        start, end = teacher.logits([window], len(window) + 3)
        inside = [0, *range(window.offset, window.offset + window.n_passage)]
        assert start[0, inside] == pytest.approx(expected, rel=0.01, abs=0.01)
        assert np.isin(np.delete(start[0], inside), -1e4).all()
        assert start.shape == end.shape == (1, len(window) + 3)


def test_a_teacher_that_cuts_words_differently_is_refused(bert: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cuts words differently"):
        Teacher(save_roberta(tmp_path), pupil=bert)


def test_a_pupil_comes_nearer_to_its_teacher(bert: Path, mpnet: Path, tmp_path: Path) -> None:
    teacher, learnt = Teacher(mpnet, pupil=bert), cases(bert)
    batch = collate(learnt)
    taught = teacher.logits([row.window for case in learnt for row in case], batch.ids.shape[1])

    def distance(model: object) -> float:
        import torch

        inputs = model_inputs(model.config, *map(torch.from_numpy, (batch.ids, batch.mask, batch.types)))
        with torch.inference_mode():
            start = model(**inputs).start_logits
        allowed, theirs = torch.from_numpy(batch.allowed), torch.from_numpy(taught[0])
        return float(distillation_loss(start, theirs, allowed, temperature=1.5))

    pupil = load_network(bert)
    before = distance(pupil)
    train(pupil, [learnt] * 250, tmp_path, Recipe(taught=1.0, learning_rate=5e-3), teacher=teacher)
    pupil.eval()
    assert distance(pupil) < 0.5 * before


def test_one_who_agrees_with_the_teacher_has_nothing_to_learn() -> None:
    import torch

    logits, allowed = torch.randn(3, 7), torch.rand(3, 7) > 0.3
    allowed[:, 0] = True
    assert float(distillation_loss(logits + 2, logits, allowed, temperature=1.5)) == pytest.approx(0, abs=1e-5)
    assert float(distillation_loss(-logits, logits, allowed, temperature=1.5)) > 0.1
