"""How sure an answer is: a logistic model over what speaks for it, fitted on questions the reader never saw.

A raw score is no probability, and the margin alone is a poor one: the gap to the next answer and the agreement of
sources tell right from wrong (Kamath et al. 2020).
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer.

    Attributes:
        margin: Span score minus null score, in logits.
        retrieval: Score of its passage in [0, 1].
        gap: Value of the answer minus that of the next different one, in logits; infinite without another.
        n_sources: Independent documents that say it.
    """

    margin: float
    retrieval: float
    gap: float
    n_sources: int

    def features(self) -> tuple[float, ...]:
        """Bounded inputs of the logistic model."""
        margin = max(-20.0, min(20.0, self.margin))
        return (margin, self.retrieval, max(-10.0, min(10.0, self.gap)), math.log(max(1, self.n_sources)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights that come with a reader, or that were fitted to a person's own questions.

    Attributes:
        retrieval_weight: Logits that a retrieval score of 1 is worth against the reader's.
        weights: Of `Evidence.features`, in their order.
        bias: Added to them.
        threshold: Confidence below which an answer is withheld.
        alternative_threshold: Confidence below which another answer is not worth showing.
    """

    retrieval_weight: float = 6.0
    weights: tuple[float, ...] = (0.35, 1.5, 0.15, 0.3)
    bias: float = -2.0
    threshold: float = 0.4
    alternative_threshold: float = 0.25

    def confidence(self, evidence: Evidence) -> float:
        """Probability in (0, 1) that the answer is right."""
        return self.confidence_of(evidence.features())

    def confidence_of(self, features: tuple[float, ...]) -> float:
        """The same of `Evidence.features`."""
        logit = self.bias + math.fsum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))

    @property
    def sha256(self) -> str:
        """Of its JSON; two calibrations with the same give the same confidences and withhold the same answers."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """As text with sorted keys."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Read what `to_json` wrote."""
        values = json.loads(text)
        return cls(**values | {"weights": tuple(values["weights"])})

    @classmethod
    def of_model(cls, folder: Path) -> Calibration:
        """The calibration beside a reader's weights; the default one if there is none."""
        file = folder / "calibration.json"
        return cls.from_json(file.read_text(encoding="utf-8")) if file.is_file() else cls()
