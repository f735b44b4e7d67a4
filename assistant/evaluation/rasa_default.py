"""The pipeline of `rasa init` on our examples: what a team has that changes nothing.

An epoch takes some three minutes of one core, so its model is kept, under the digest of its
configuration and the examples.
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


def model_of(data: Path, kept: Path, epochs: int) -> Path:
    """The model of these examples after so many epochs: kept, or trained now."""
    config = CONFIG.read_text(encoding="utf-8").replace("epochs: 100", f"epochs: {epochs}")
    digest = hashlib.sha256(config.encode())
    for path in sorted(data.rglob("*.yml")):
        digest.update(path.read_bytes())
    model = kept / f"rasa-default-{digest.hexdigest()[:12]}.tar.gz"
    if not model.exists():
        kept.mkdir(parents=True, exist_ok=True)
        written = model.with_suffix(".yml")
        written.write_text(config, encoding="utf-8")
        command = ["rasa", "train", "nlu", "--config", str(written), "--nlu", str(data)]
        where = ["--out", str(kept), "--fixed-model-name", model.name.removesuffix(".tar.gz")]
        subprocess.run([sys.executable, "-m", *command, *where], check=True)
    return model


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
