"""What evidence is worth and how sure is sure enough: learnt together, stored with the model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from assistant.nlu.calibration import Calibration, Columns, calibrate
from assistant.nlu.cross_validation import HeldOut
from assistant.nlu.decision import Candidate, Thresholds
from assistant.nlu.thresholds import choose_thresholds


@dataclass(frozen=True)
class Judgement:
    calibration: Calibration
    thresholds: Thresholds

    @classmethod
    def learn(cls, held: HeldOut) -> Judgement:
        calibration = calibrate(held.evidence, held.truth, Columns.of(held.intents))
        return cls(calibration, choose_thresholds(held, calibration))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Judgement:
        learnt = stored["calibration"]
        calibration = Calibration(
            tuple(learnt["weights"]), tuple(learnt["slopes"]), learnt["offset"]
        )
        return cls(calibration, Thresholds(**stored["thresholds"]))

    def candidates(
        self, intents: list[str], columns: Columns, evidence: np.ndarray
    ) -> list[list[Candidate]]:
        """Of each row of evidence, (n, kinds, k), all intents with their chance, best first.

        The chances of a row make 1.
        """
        chances = self.calibration.confidences(evidence, columns)
        orders = np.argsort(-chances, axis=1, kind="stable")
        ranked = np.take_along_axis(chances, orders, axis=1).round(4)
        return [
            [Candidate(intents[at], chance) for at, chance in zip(*row, strict=True)]
            for row in zip(orders.tolist(), ranked.tolist(), strict=True)
        ]
