"""Reads what users say once a training: parsing and checking its YAML takes seconds.

Rasa reads it three times, once for each way in which it asks (no language, the default one, ours),
though its files are the same in all of them.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData


class OnceImporter(RasaFileImporter):
    """Rasa's own, and it remembers. Nobody changes what it gives: Rasa merges it into a copy."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._read: TrainingData | None = None

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        if self._read is None:
            self._read = super().get_nlu_data(language)
        return self._read
