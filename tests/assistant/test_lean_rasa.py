"""Rasa runs without TensorFlow where no component needs it, and with it elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.lean_rasa import LeftOut, leave_out_tensorflow

ROOT = Path(__file__).parents[2]
POLICY = {"name": "RulePolicy"}

# All that `rasa run` and `rasa train` import, and every component that config.yml may name.
IMPORTS = """
import sys
import yaml
from assistant.lean_rasa import CONFIG, leave_out_tensorflow
assert leave_out_tensorflow(yaml.safe_load(CONFIG.read_text(encoding="utf-8")))
import rasa.__main__, rasa.core.agent, rasa.core.run, rasa.model_training, rasa.server
from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS
print(len(DEFAULT_COMPONENTS), "tensorflow" in sys.modules, "keras" in sys.modules)
"""


def test_all_that_serves_is_imported_without_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    count, *imported = done.stdout.split()
    assert int(count) > 20
    assert imported == ["False", "False"]


@pytest.mark.parametrize(
    "config",
    [
        {"pipeline": [{"name": "DIETClassifier"}], "policies": [POLICY]},
        {"pipeline": [{"name": "x.Reader"}], "policies": [POLICY, {"name": "TEDPolicy"}]},
        {
            "pipeline": [{"name": "rasa.nlu.selectors.response_selector.ResponseSelector"}],
            "policies": [POLICY],
        },
        {"policies": [POLICY]},  # Rasa would choose a pipeline, and chooses DIET
        {"pipeline": [{"name": "x.Reader"}], "policies": None},
    ],
)
def test_a_pipeline_that_needs_it_has_it(
    config: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = dict(sys.modules)
    monkeypatch.setattr(sys, "modules", modules)
    assert not leave_out_tensorflow(config)
    assert not [name for name, module in modules.items() if isinstance(module, LeftOut)]


def test_a_class_of_a_module_that_is_left_out_is_nobodys() -> None:
    module = LeftOut("rasa.core.policies.ted_policy")
    policy = module.TEDPolicy
    assert policy is module.TEDPolicy
    assert not isinstance(object(), policy)
    for make in (policy, policy.create, policy.load):
        with pytest.raises(RuntimeError, match="TensorFlow"):
            make()
    with pytest.raises(AttributeError):
        _ = module.__path__
