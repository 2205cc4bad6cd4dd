"""What the reader is trained to make small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_NEVER = -1e4


def span_loss(start_logits: Tensor, end_logits: Tensor, allowed: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Mean cross-entropy of start and end within each window, where [CLS] stands for "not here".

    Args:
        start_logits: Shape (n_windows, n_tokens); `end_logits` and `allowed` too.
        starts: Places of the gold start, shape (n_windows,); `ends` too.
    """
    from torch.nn.functional import cross_entropy

    start_loss = cross_entropy(start_logits.masked_fill(~allowed, _NEVER), starts)
    end_loss = cross_entropy(end_logits.masked_fill(~allowed, _NEVER), ends)
    return (start_loss + end_loss) / 2


def shared_loss(
    start_logits: Tensor, end_logits: Tensor, allowed: Tensor, starts: Tensor, ends: Tensor, cases: Tensor
) -> Tensor:
    """Mean cross-entropy of start and end over the passage tokens of all of a case's windows in one softmax.

    Logits count from their window's own [CLS], as spans of different passages are compared when they are read.
    Cases without an answer take no part. (Shared normalisation: Clark & Gardner 2018.)

    Args:
        cases: Number of each window's case, ascending from 0, shape (n_windows,). The rest as in `span_loss`.
    """
    start_loss = _shared_cross_entropy(start_logits, allowed, starts, cases)
    return (start_loss + _shared_cross_entropy(end_logits, allowed, ends, cases)) / 2


def distillation_loss(logits: Tensor, taught: Tensor, allowed: Tensor, *, temperature: float) -> Tensor:
    """How far a reader is from its teacher: mean Kullback-Leibler divergence within each window (Hinton et al. 2015).

    Args:
        logits: Start or end logits, shape (n_windows, n_tokens); `taught` and `allowed` too.
        temperature: Above 1 the teacher's less likely places count for more.

    Returns:
        The divergence times the squared temperature, so that its gradients keep their size.
    """
    from torch.nn.functional import kl_div, log_softmax

    own, theirs = (log_softmax(side.masked_fill(~allowed, _NEVER) / temperature, dim=1) for side in (logits, taught))
    return kl_div(own, theirs, reduction="batchmean", log_target=True) * temperature**2


def _shared_cross_entropy(logits: Tensor, allowed: Tensor, golds: Tensor, cases: Tensor) -> Tensor:
    import torch

    passage = allowed.clone()
    passage[:, 0] = False
    margins = (logits - logits[:, :1]).masked_fill(~passage, _NEVER)
    by_window = torch.logsumexp(margins, dim=1)
    n_cases = int(cases[-1]) + 1
    by_case = torch.full((n_cases, len(cases)), _NEVER).to(by_window)
    by_case[cases, torch.arange(len(cases))] = by_window
    holds = golds > 0
    gold_margins = margins.gather(1, golds[:, None])[:, 0]
    losses = torch.logsumexp(by_case, dim=1)[cases] - gold_margins
    return losses[holds].sum() / max(1, int(holds.sum()))
