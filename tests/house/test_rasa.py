"""How Rasa is started and configured: each line is a trap that was fallen into before."""

from pathlib import Path
from typing import Any

import yaml

from setup.model import RASA_ENVIRONMENT
from tests.house.tree import ROOT
from web.run import rasa_command


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_rasa_listens_on_loopback_only_and_offers_no_api() -> None:
    command = rasa_command(Path("model.tar.gz"), 5005)
    assert command[command.index("--interface") + 1] == "127.0.0.1"
    assert not {"--enable-api", "--cors"} & set(command)


def test_the_rest_channel_is_the_only_door() -> None:
    assert list(read("credentials.yml")) == ["rest"]


def test_every_rasa_process_runs_one_thread_and_reports_nothing() -> None:
    # With the default, two processes fall from 46 to 6.6 messages a second.
    assert RASA_ENVIRONMENT["OMP_NUM_THREADS"] == "1"
    assert RASA_ENVIRONMENT["RASA_TELEMETRY_ENABLED"] == "false"


def test_variables_of_the_endpoints_stand_unquoted() -> None:
    # Rasa does not expand them otherwise.
    text = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    assert "${" in text
    assert '"${' not in text and "'${" not in text


def test_the_whole_domain_goes_to_the_actions() -> None:
    # The executor answers 449 to a selective one, which Rasa 3.6.21 does not know.
    assert "selective_domain" not in read("endpoints.yml")["action_endpoint"]


def test_the_assistant_is_never_paused_and_its_sessions_never_end_by_time() -> None:
    domain = read("domain.yml")
    assert domain["session_config"]["session_expiration_time"] == 0
    stories = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "data/stories").glob("*.yml")
    )
    assert "pause" not in stories


def test_no_policy_but_rules_and_memory() -> None:
    # TED and UnexpecTED cost 39 s of training and 416 MB, and rules need neither.
    names = [policy["name"] for policy in read("config.yml")["policies"]]
    assert names == ["MemoizationPolicy", "RulePolicy"]


def test_slots_of_forms_are_filled_by_our_code_only() -> None:
    # Slots filled from any text swallow questions and « annule ».
    mappings = [
        mapping["type"]
        for slot in read("domain.yml")["slots"].values()
        for mapping in slot["mappings"]
    ]
    assert set(mappings) == {"custom"}
