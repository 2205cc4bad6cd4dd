"""Readers of a few thousand weights, of both families of tokenizer, saved as real ones are."""

from __future__ import annotations

import re
import string
from pathlib import Path

TEXT = (
    "The ferry Solveig was launched in 1987 in the yard at Bergen. She carries 120 cars and 400 people. "
    "Her captain, Ingrid Østby, has sailed her since May 2003. Tickets cost 14.50 euros; children sail free. "
    "In a storm the crossing takes two hours longer, and the café is closed."
)
_LONG = 8  # letters of a word that is cut


def save_bert(folder: Path) -> Path:
    """A BERT with word pieces: one separator, two types, no capitals."""
    from transformers import BertConfig, BertForQuestionAnswering, BertTokenizer

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_pieces(TEXT)]
    BertTokenizer(vocab={piece: i for i, piece in enumerate(vocabulary)}).save_pretrained(folder)
    config = BertConfig(vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2)
    config.intermediate_size = 64
    return _save(BertForQuestionAnswering, config, folder)


def save_mpnet(folder: Path, *, like: Path) -> Path:
    """An MPNet with the word pieces of a BERT under other ids: two separators, no types."""
    from transformers import BertTokenizer, MPNetConfig, MPNetForQuestionAnswering, MPNetTokenizer

    bert = BertTokenizer.from_pretrained(like)
    words = sorted(piece for piece, i in bert.get_vocab().items() if i not in bert.all_special_ids)
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", *words, "[UNK]", "<mask>"]
    MPNetTokenizer(vocab={piece: i for i, piece in enumerate(vocabulary)}).save_pretrained(folder)
    config = MPNetConfig(vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2)
    config.intermediate_size = 64
    return _save(MPNetForQuestionAnswering, config, folder)


def save_roberta(folder: Path) -> Path:
    """A RoBERTa with pieces of bytes: two separators, one type, spaces inside the pieces."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaForQuestionAnswering, RobertaTokenizer

    trained = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trained.train_from_iterator([TEXT] * 3, vocab_size=400, special_tokens=special, show_progress=False)
    RobertaTokenizer(tokenizer_object=trained._tokenizer).save_pretrained(folder)
    config = RobertaConfig(vocab_size=400, hidden_size=32, num_hidden_layers=2, num_attention_heads=2)
    config.intermediate_size = 64
    config.max_position_embeddings, config.type_vocab_size = 130, 1
    return _save(RobertaForQuestionAnswering, config, folder)


def _pieces(text: str) -> list[str]:
    """Characters, short words, halves of long ones: listed, because a vocabulary that is trained comes out anew."""
    words = sorted(set(re.findall(r"\w+", text.lower())))
    letters = sorted({*text.lower(), *string.ascii_lowercase, *string.digits, *string.punctuation} - {" "})
    short = [word for word in words if len(word) < _LONG]
    long = [word for word in words if len(word) >= _LONG]
    halves = [half for word in long for half in (word[: _LONG // 2], f"##{word[_LONG // 2 :]}")]
    return list(dict.fromkeys([*letters, *(f"##{letter}" for letter in letters), *short, *halves]))


def _save(kind: type, config: object, folder: Path) -> Path:
    import torch

    torch.manual_seed(0)
    model = kind(config)
    # Larger weights than a fresh model's, so that what it says depends on what it reads.
    for parameter in model.parameters():
        parameter.data.normal_(0, 0.3)
    model.save_pretrained(folder)
    return folder
