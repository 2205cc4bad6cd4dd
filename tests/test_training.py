"""The training of the reader: what it learns from, that it learns, and that it goes on after a stop."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Document, Passage
from rag.forward import load_network, load_tokenizer
from rag.reader import Reader
from rag.training import __main__ as command
from rag.training import evaluate, negatives, neighbours
from rag.training.batches import collate, plan
from rag.training.data import Example, clean_title, read_articles, sample, split
from rag.training.features import Case, make_cases
from rag.training.loss import shared_loss, span_loss
from rag.training.scores import best_threshold, score, token_f1
from rag.training.train import Recipe, train
from rag.windows import Tokenizer
from tests.tiny_readers import TEXT, save_bert

READING = Path(__file__).parents[2] / "shared" / "data" / "reading"

ASKED = {
    "When was the ferry launched?": "1987",
    "Who is the captain?": "Ingrid Østby",
    "How many cars does she carry?": "120",
    "What is closed in a storm?": "café",
}


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def tokenizer(bert: Path) -> Tokenizer:
    return Tokenizer(load_tokenizer(bert))


def example(question: str, answer: str | None, *, text: str = TEXT, title: str = "") -> Example:
    start = text.index(answer) if answer is not None else 0
    place = (start, start + len(answer)) if answer is not None else None
    return Example(question, question, title, text, place, (answer,) if answer is not None else ())


EXAMPLES = [example(question, answer) for question, answer in ASKED.items()]


def squad(path: Path, titles: list[str]) -> Path:
    """A file in which each article asks all of `ASKED`, and one question without an answer."""
    rows: list[dict[str, Any]] = [
        {"id": q, "question": q, "answers": [{"text": a, "answer_start": TEXT.index(a)}]} for q, a in ASKED.items()
    ]
    rows.append({"id": "none", "question": "Who built the harbour?", "answers": [], "is_impossible": True})
    data = [{"title": title, "paragraphs": [{"context": TEXT, "qas": rows}]} for title in titles]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        json.dump({"version": "v2.0", "data": data}, file)
    return path


# What it learns from


def test_a_squad_file_is_read_with_its_unanswerable_questions(tmp_path: Path) -> None:
    first, second = read_articles(squad(tmp_path / "ferries.json.gz", ["Solveig", "Roll_on_roll_off"]))
    assert [e.answer and e.text[slice(*e.answer)] for e in first] == [*ASKED.values(), None]
    assert (first[0].title, second[0].title) == ("Solveig", "Roll on roll off")
    assert first[-1].golds == ()


def test_the_one_title_of_a_whole_file_is_not_shown(tmp_path: Path) -> None:
    (article,) = read_articles(squad(tmp_path / "qamr.json.gz", ["qamr"]))
    assert {e.title for e in article} == {""}


def test_of_several_golds_the_one_given_most_often_is_learnt(tmp_path: Path) -> None:
    golds = [(TEXT.index(a), a) for a in ("The ferry Solveig", "Solveig", "Solveig")]
    row = {"id": "1", "question": "Which?", "answers": [{"answer_start": s, "text": t} for s, t in golds]}
    content = {"data": [{"paragraphs": [{"context": TEXT, "qas": [row]}]}]}
    path = tmp_path / "one.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    ((read,),) = read_articles(path)
    assert read.answer is not None and read.text[slice(*read.answer)] == "Solveig"
    assert read.golds == ("Solveig", "The ferry Solveig")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"data": 3}', b'{"data": [{"paragraphs": [{}]}]}', b"\x1f\x8b"])
def test_a_file_that_is_not_squad_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    for name in ("bad.json", "bad.json.gz"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ValueError, match=f"{name} is not SQuAD"):
            read_articles(path)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("factbook: Saint Vincent and the Grenadines", "Saint Vincent and the Grenadines"),
        ("python-peps: PEP 7 Style Guide for C Code", "PEP 7 Style Guide for C Code"),
        ("Packet_switching", "Packet switching"),
        ("handbook: pages/tools/google-meet.md", "google meet"),
        ("govuk-dev: source/kubernetes/set-env-var/index.html.md", "set env var"),
        ("wikinews: Wiki1k:wikinews:1075252", ""),
        ("privacy-policy: ted.com", "ted.com"),
    ],
)
def test_titles_are_read_as_a_document_would_bear_them(written: str, read: str) -> None:
    assert clean_title(written) == read


def test_the_last_articles_are_kept_for_development() -> None:
    articles = [[example(f"{i}", None)] * 2 for i in range(25)]
    learnt, kept = split(articles, 0.08)
    assert [e.question for e in kept] == ["23", "23", "24", "24"]
    assert len(learnt) == 46
    assert split(articles, 0.0)[1] == [] and split(articles, 1.0)[0] == []


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    one, other = sample(EXAMPLES * 50, 20, seed=1), sample(EXAMPLES * 50, 20, seed=1)
    assert one == other != sample(EXAMPLES * 50, 20, seed=2)
    assert sample(EXAMPLES, None, seed=1) == sample(EXAMPLES, 99, seed=1) == EXAMPLES


# Windows and batches


@given(st.sampled_from(sorted(ASKED.items())), st.integers(0, 40), st.integers(0, 40), st.integers(0, 9))
def test_every_labelled_window_points_at_the_answer(
    tokenizer: Tokenizer, asked: tuple[str, str], n_before: int, n_after: int, seed: int
) -> None:
    question, answer = asked
    filler = "Children sail free in May. "
    start = len(filler) * n_before + TEXT.index(answer)
    text = filler * n_before + TEXT + filler * n_after
    one = Example("1", question, "Ferries", text, (start, start + len(answer)), (answer,))
    (case,) = make_cases([one], tokenizer, seed=seed)
    (tokens,) = tokenizer.tokens([answer])
    pointed = [row for row in case if row.start]
    assert len(pointed) == 1
    for row in pointed:
        assert row.window.ids[row.start : row.end + 1].tolist() == tokens.ids.tolist()
    assert len(case) <= 2


def test_an_unanswerable_question_points_at_cls(tokenizer: Tokenizer) -> None:
    ((row,),) = make_cases([example("Who built the harbour?", None)], tokenizer, seed=1)
    assert (row.start, row.end) == (0, 0)


def test_most_examples_show_their_title_and_some_do_not(tokenizer: Tokenizer) -> None:
    titled = [example(f"Who is {i}?", None, title="The ferry") for i in range(200)]
    cases = make_cases(titled, tokenizer, seed=1)
    shown = sum(case[0].window.ids[case[0].window.offset - 1] == tokenizer.prefix("x")[-1] for case in cases)
    assert 150 < shown < 190
    again = make_cases(titled, tokenizer, seed=1)
    assert [c[0].window.ids.tolist() for c in cases] == [c[0].window.ids.tolist() for c in again]


def test_other_passages_join_the_case_and_point_at_cls(tokenizer: Tokenizer) -> None:
    others = tuple((f"Ferry {i}", f"The crossing takes {i} hours.") for i in range(6))
    (case,) = make_cases([replace(EXAMPLES[0], others=others)], tokenizer, seed=1, n_others=3)
    assert [bool(row.start) for row in case] == [True, False, False, False]
    (alone,) = make_cases([replace(EXAMPLES[0], others=others)], tokenizer, seed=1, n_others=0)
    assert len(alone) == 1


def cases_of(tokenizer: Tokenizer, n: int) -> list[Case]:
    texts = [TEXT[: 60 + 37 * i % 200] for i in range(n)]
    return make_cases([example("Who?", None, text=text) for text in texts], tokenizer, seed=1)


@given(st.integers(0, 60), st.integers(64, 600), st.integers(0, 3))
def test_every_case_is_in_one_batch_within_the_budget(
    tokenizer: Tokenizer, n: int, batch_tokens: int, seed: int
) -> None:
    cases = cases_of(tokenizer, n)
    batches = plan(cases, batch_tokens=batch_tokens, seed=seed)
    assert sorted(i for batch in batches for i in batch) == list(range(n))
    for numbers in batches:
        batch = collate([cases[i] for i in numbers])
        assert len(numbers) == 1 or batch.ids.size <= batch_tokens
        assert batch.ids.shape[1] % 8 == 0
        assert batch.mask.sum() == sum(len(row.window) for i in numbers for row in cases[i])


def test_an_answer_may_only_be_in_the_passage_or_at_cls(tokenizer: Tokenizer) -> None:
    cases = make_cases(EXAMPLES, tokenizer, seed=1)
    batch = collate(cases)
    rows = np.arange(len(EXAMPLES))
    assert batch.allowed[rows, batch.starts].all() and batch.allowed[rows, batch.ends].all()
    for allowed, (row,) in zip(batch.allowed, cases, strict=True):
        assert allowed.sum() == row.window.n_passage + 1


# The loss


def test_the_span_loss_is_the_cross_entropy_over_the_allowed_places() -> None:
    import torch

    start = torch.tensor([[1.0, 9.0, 2.0, 0.5]])
    allowed = torch.tensor([[True, False, True, True]])
    loss = span_loss(start, start, allowed, torch.tensor([2]), torch.tensor([2]))
    assert loss.item() == pytest.approx(-np.log(np.exp(2) / (np.exp(1) + np.exp(2) + np.exp(0.5))))


def test_the_shared_loss_is_one_softmax_over_all_passages_of_a_question() -> None:
    import torch

    logits = torch.tensor([[1.0, 2.0, 0.5], [0.0, 3.0, 1.0], [4.0, 2.0, 2.0]])
    golds, cases = torch.tensor([1, 0, 0]), torch.tensor([0, 0, 1])
    loss = shared_loss(logits, logits, torch.ones(3, 3, dtype=torch.bool), golds, golds, cases)
    margins = np.array([1.0, -0.5, 3.0, 1.0])  # of the first case, each less its window's [CLS]
    assert loss.item() == pytest.approx(-np.log(np.exp(1.0) / np.exp(margins).sum()), rel=1e-5)


def test_a_batch_without_answers_has_no_shared_loss() -> None:
    import torch

    logits, nowhere = torch.randn(2, 4), torch.zeros(2, dtype=torch.long)
    allowed = torch.ones(2, 4, dtype=torch.bool)
    assert shared_loss(logits, logits, allowed, nowhere, nowhere, torch.tensor([0, 1])).item() == 0


# Training


def trained(bert: Path, tokenizer: Tokenizer, folder: Path, **recipe: Any) -> tuple[dict[str, np.ndarray], bool]:
    model = load_network(bert, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.0)
    phases = [make_cases(EXAMPLES * 4, tokenizer, seed=seed) for seed in (1, 2)]
    folder.mkdir(exist_ok=True)
    finished = train(model, phases, folder, Recipe(**{"batch_tokens": 512, "seed": 1} | recipe))
    return {name: p.detach().numpy().copy() for name, p in model.named_parameters()}, finished


def test_the_same_seed_trains_the_same_weights(bert: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    one, _ = trained(bert, tokenizer, tmp_path / "one")
    other, _ = trained(bert, tokenizer, tmp_path / "other")
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_run_that_was_stopped_ends_with_the_same_weights(bert: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    whole, finished = trained(bert, tokenizer, tmp_path / "whole", shared=0.5)
    assert finished
    stopped = [{"stop_after": 3}, {"max_minutes": 0}, {}]
    for stop in stopped:
        parts, finished = trained(bert, tokenizer, tmp_path / "parts", shared=0.5, **stop)
        assert finished == (stop == {})
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)


def test_a_checkpoint_of_another_run_is_refused(bert: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    trained(bert, tokenizer, tmp_path / "run")
    with pytest.raises(ValueError, match="belongs to another run"):
        trained(bert, tokenizer, tmp_path / "run", learning_rate=1e-5)


def test_word_embeddings_stay_as_they_were(bert: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    weights, _ = trained(bert, tokenizer, tmp_path / "run")
    before = load_network(bert).get_input_embeddings().weight.detach().numpy()
    assert np.array_equal(weights["bert.embeddings.word_embeddings.weight"], before)


def test_layers_that_are_to_stay_as_they_were_do(bert: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    weights, _ = trained(bert, tokenizer, tmp_path / "run", frozen_layers=1)
    before = {name: p.detach().numpy() for name, p in load_network(bert).named_parameters()}
    changed = {name for name in weights if not np.array_equal(weights[name], before[name])}
    assert {name.split(".")[3] for name in changed if ".layer." in name} == {"1"}
    assert {name for name in changed if ".layer." not in name} == {"qa_outputs.weight", "qa_outputs.bias"}


def test_the_command_trains_a_reader_that_has_learnt(
    bert: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = squad(tmp_path / "ferries.json.gz", [f"Ferry {i}" for i in range(10)])
    options = ["--out", tmp_path / "out", "--body", bert, "--phase", 25, path, "--dev", path]
    options += [
        "--dev-share",
        0.2,
        "--learning-rate",
        3e-3,
        "--saved-every",
        60,
        "--batch-tokens",
        512,
        "--threads",
        1,
    ]
    assert command.main([str(option) for option in options]) == 0
    folder = tmp_path / "out" / "reader"
    assert evaluate.main(["--model", str(folder), "--squad", str(path), "--last", "0.2"]) == 0
    out, err = capfd.readouterr()
    scores = json.loads(out.splitlines()[-1])
    assert (scores["n"], scores["n_answerable"]) == (10, 8)
    assert scores["f1"] > 0.9 and scores["best_f1"] > 0.9
    assert '"step": 60' in err
    lines = (tmp_path / "out" / "loss.csv").read_text().splitlines()
    assert lines[0] == "step,learning_rate,loss,tokens_per_second"
    assert float(lines[-1].split(",")[2]) < 0.5 * float(lines[1].split(",")[2])
    assert {parameter.dtype for parameter in load_network(folder).parameters()} == {load_network(bert).dtype}
    assert (folder / "model.safetensors").stat().st_size < (bert / "model.safetensors").stat().st_size * 0.6


def test_articles_kept_for_development_are_not_trained_on(tmp_path: Path) -> None:
    path = squad(tmp_path / "ferries.json.gz", [f"Ferry {i}" for i in range(10)])
    options = command._parser().parse_args(["--out", "x", "--phase", "1", str(path), "--dev", str(path)])
    learnt = command._read(str(path), 0, options)
    assert {e.title for e in learnt} == {f"Ferry {i}" for i in range(9)}
    assert {e.title for e in command._development(options)} == {"Ferry 9"}
    assert len(command._read(f"{path}:7", 0, options)) == 7


# Scores


@given(st.lists(st.tuples(st.integers(-3, 3), st.floats(0, 1), st.booleans()), min_size=1, max_size=12))
def test_the_best_threshold_is_that_which_trying_all_would_find(rows: list[tuple[int, float, bool]]) -> None:
    margins, f1s, answerable = zip(*rows, strict=True)
    f1s = tuple(f1 if has else 0.0 for f1, has in zip(f1s, answerable, strict=True))

    def mean(threshold: float) -> float:
        given_up = [margin < threshold for margin in margins]
        return float(
            np.mean([(not has) if no else f1 for no, f1, has in zip(given_up, f1s, answerable, strict=True)])
        )

    best, threshold = best_threshold(margins, f1s, answerable)
    assert best == pytest.approx(max(mean(t) for t in [*margins, np.inf]))
    assert mean(threshold) == pytest.approx(best)


@pytest.mark.parametrize(
    ("said", "gold", "f1"),
    [("The Norse leader", "norse leader!", 1.0), ("in 1987", "1987", 2 / 3), ("", "", 1.0), ("May", "June", 0.0)],
)
def test_token_f1_is_squads(said: str, gold: str, f1: float) -> None:
    assert token_f1(said, gold) == pytest.approx(f1)


def test_a_question_without_a_span_scores_nothing(bert: Path) -> None:
    scores = score(Reader(bert), [example("Who?", None, text=" "), Example("1", "Who?", "", " ", None, ("Ingrid",))])
    assert (scores.n, scores.n_answerable, scores.f1, scores.best_f1) == (2, 1, 0.0, 0.5)


# What a search brings beside the answer


def test_passages_with_the_answer_are_no_negatives() -> None:
    text = "She was launched in 1987. Tickets cost 14 euros. In 1987 prices rose. The café is closed."
    document = Document(id="d", text=text, source="d.txt", title="Ferries")
    ends = [i + 1 for i, c in enumerate(text) if c == "."]
    passages = [Passage(document, a, b) for a, b in zip([0, *ends], ends, strict=False)]
    gold = negatives.GoldLine("1", "When?", ("1987",), "d.txt", (0, 30), (20, 24))
    chosen = negatives.choose(gold, list(reversed(passages)), passages, n_others=5)
    assert chosen == (passages[0], [passages[3], passages[1]])
    silent = replace(gold, answers=(), evidence=None)
    assert negatives.choose(silent, passages, passages, n_others=2) == (passages[0], passages[1:3])
    assert negatives.choose(replace(gold, evidence=(20, 30)), passages, passages, n_others=5) is None


@pytest.mark.skipif(not READING.exists(), reason="the training material is not here")
@pytest.mark.parametrize("name", ["squad2-part", "qed", "written"])
def test_every_answer_of_the_training_files_is_a_slice_of_its_text(name: str) -> None:
    examples = [e for article in read_articles(READING / f"{name}.json.gz") for e in article]
    assert all(e.answer is None or e.text[slice(*e.answer)] in e.golds for e in examples)
    assert all(bool(e.golds) == (e.answer is not None) for e in examples)


def test_neighbours_share_words_with_the_question_and_do_not_answer_it(tmp_path: Path) -> None:
    texts = ["The ferry was launched in 1987.", "The ferry was launched late.", "Cafés close.", "Launched: 1987"]
    row = {"id": "1", "question": "When was the ferry launched?", "answers": [{"text": "1987", "answer_start": 26}]}
    paragraphs = [{"context": text, "qas": [row] if not n else []} for n, text in enumerate(texts)]
    squad = tmp_path / "squad.json"
    squad.write_text(
        json.dumps({"version": "v2.0", "data": [{"title": "Ferries", "paragraphs": paragraphs}]}), "utf-8"
    )
    assert neighbours.main(["--squad", str(squad), "--out", str(tmp_path / "out.json.gz")]) == 0
    (found,) = [example for article in read_articles(tmp_path / "out.json.gz") for example in article]
    assert [text for _, text in found.others] == texts[1:3]
