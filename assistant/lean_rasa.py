"""Rasa without TensorFlow: `python -m assistant.lean_rasa run …` is `rasa run …` in half the room.

Rasa imports TensorFlow whatever the pipeline: 300 MiB of each process and a second of each start,
for six components. Where config.yml names none of these, the modules that hold them are left out,
with what only trains them: a class imported from there is an empty one, which nobody makes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

CONFIG = Path(__file__).parents[1] / "config.yml"

# Rasa 3.6: the modules that import TensorFlow at once, each with the component that config.yml
# would name. tests/assistant/test_lean_rasa.py imports Rasa without, and finds one more.
COMPONENTS = {
    "rasa.nlu.classifiers.diet_classifier": "DIETClassifier",
    "rasa.nlu.selectors.response_selector": "ResponseSelector",
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": "ConveRTFeaturizer",
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": "LanguageModelFeaturizer",
    "rasa.core.policies.ted_policy": "TEDPolicy",
    "rasa.core.policies.unexpected_intent_policy": "UnexpecTEDIntentPolicy",
}
FOR_TRAINING = ("rasa.utils.tensorflow.callback", "rasa.utils.tensorflow.data_generator")


class LeftOut(ModuleType):
    """A module of which each class is there by name only."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        calls = dict.fromkeys(("__init__", "create", "load"), _refuse)
        made = type(name, (), {"__module__": self.__name__} | calls)
        setattr(self, name, made)
        return made


def _refuse(*_: object, **__: object) -> None:
    raise RuntimeError("A component that needs TensorFlow was left out: config.yml names none.")


def leave_out_tensorflow(config: dict[str, Any]) -> bool:
    """Call it before Rasa is imported. False, and nothing done, where a component needs it.

    `config` is the content of config.yml; what it leaves to Rasa may need it as well.
    """
    if not config.get("pipeline") or not config.get("policies"):
        return False
    steps = [*config["pipeline"], *config["policies"]]
    if {str(step.get("name")).rpartition(".")[2] for step in steps} & {*COMPONENTS.values()}:
        return False
    sys.modules.update((name, LeftOut(name)) for name in (*COMPONENTS, *FOR_TRAINING))
    return True


if __name__ == "__main__":
    leave_out_tensorflow(yaml.safe_load(CONFIG.read_text(encoding="utf-8")))

    from rasa.__main__ import main

    main()
