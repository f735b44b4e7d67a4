"""Training the model, when what it is made of changed.

A model is named by the digest of its inputs: the one that fits is used, the others are removed.
"""

import hashlib
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Dict, Iterator

from setup import ROOT
from setup.console import Stopped, run, say
from setup.locks import FOLDER

MODELS = ROOT / "models"
CACHE = ROOT / ".rasa" / "cache"
INPUTS = ("config.yml", "domain.yml", "data", "assistant/nlu")

# Every Rasa process: threads that spin make two processes slower than one, and the rest is noise.
RASA_ENVIRONMENT: Dict[str, str] = {
    "OMP_NUM_THREADS": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONPATH": str(ROOT),
}
# endpoints.yml wants these; nothing is called while a model is trained or tested.
NO_SERVER: Dict[str, str] = {
    "CLAUDIA_ACTION_URL": "http://127.0.0.1:9/actions/webhook",
    "CLAUDIA_ACTION_SECRET": "unused",
}


def model_path() -> Path:
    """Where the model of the present inputs is, or will be."""
    return MODELS / f"claudia-{inputs_digest()[:12]}.tar.gz"


def inputs_digest() -> str:
    whole = hashlib.sha256((FOLDER / "rasa.txt").read_bytes())
    for path in input_files():
        whole.update(path.relative_to(ROOT).as_posix().encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def input_files() -> Iterator[Path]:
    for name in INPUTS:
        path = ROOT / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def train(python: Path, again: bool = False) -> Path:
    """The model of the present inputs, trained now if it is not there. Removes older ones."""
    missing = [name for name in INPUTS if not (ROOT / name).exists()]
    if missing:
        raise Stopped(f"{missing[0]} is missing: the clone is not whole.")
    wanted = model_path()
    if again or not wanted.exists():
        _train(python, wanted)
    for path in MODELS.glob("*.tar.gz"):
        if path != wanted:
            path.unlink()
    return wanted


def _train(python: Path, wanted: Path) -> None:
    shutil.rmtree(CACHE, ignore_errors=True)  # Rasa does not see an edited component
    MODELS.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=MODELS) as folder:
        run(
            "Training the model",
            # `make bot` validates; here it would only take a third of the time once more.
            [
                python,
                "-m",
                "assistant.lean_rasa",
                "train",
                "--skip-validation",
                "--fixed-model-name",
                "new",
                "--out",
                folder,
            ],
            hint="The model cannot be trained: see the lines above.",
            env=RASA_ENVIRONMENT,
        )
        # Renamed when it is whole: an interrupted training leaves no model behind.
        (Path(folder) / "new.tar.gz").replace(wanted)
    say(f"  {wanted.relative_to(ROOT)}")
