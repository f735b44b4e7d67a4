"""The pipeline of `rasa init` on our examples: what a team has that changes nothing.

Its training takes half an hour and more, so its model is kept, under the digest of the examples.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant.evaluation.understood import Understood, kind_without_thresholds, open_model
from assistant.nlu.decision import Candidate, Kind
from assistant.nlu.intents import OUT_OF_SCOPE, is_ours

CONFIG = Path(__file__).with_suffix(".yml")
FALLBACK = "nlu_fallback"


def model_of(data: Path, kept: Path, train: bool) -> Path | None:
    """The model of these examples: kept, or trained now, or None."""
    digest = hashlib.sha256(CONFIG.read_bytes())
    for path in sorted(data.rglob("*.yml")):
        digest.update(path.read_bytes())
    model = kept / f"rasa-default-{digest.hexdigest()[:12]}.tar.gz"
    if not model.exists() and train:
        kept.mkdir(parents=True, exist_ok=True)
        command = ["rasa", "train", "nlu", "--config", str(CONFIG), "--nlu", str(data)]
        where = ["--out", str(kept), "--fixed-model-name", model.name.removesuffix(".tar.gz")]
        subprocess.run([sys.executable, "-m", *command, *where], check=True)
    return model if model.exists() else None


def understood_by(model: Path, texts: Iterable[str]) -> list[Understood]:
    parse = open_model(model)
    return [_understood(parse(text)) for text in texts]


def _understood(parsed: dict[str, Any]) -> Understood:
    """Its fallback withholds the answer; the ranking behind it stays."""
    ranking = [
        Candidate(each["name"], float(each["confidence"]))
        for each in parsed["intent_ranking"]
        if each["name"] != FALLBACK
    ]
    said = parsed["intent"]["name"]
    return Understood(
        kind=Kind.ESCALATE if said == FALLBACK else kind_without_thresholds(said),
        ranking=tuple(each for each in ranking if each.intent != OUT_OF_SCOPE),
        ours=sum(each.confidence for each in ranking if is_ours(each.intent)),
    )
