"""Outcome rules of every sandbox: from YAML files, by name, from the settings file, a flag or a variable."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from emulator.app import PROVIDERS, build_emulator
from emulator.control.scenarios import common_rules
from emulator.setting_sources import read_settings
from emulator.settings import BadSetting, Settings
from tests.emulators import served

ENDINGS = {provider.name: provider.completion() for provider in PROVIDERS}
FOLDER = files("emulator.fixtures.scenarios")
BUILT_IN = sorted(path.name.removesuffix(".yaml") for path in FOLDER.iterdir() if path.name.endswith(".yaml"))
DENY = {"when": {"client.name": {"starts_with": "Bad"}}, "outcome": "denied"}


def written(folder: Path, text: str) -> str:
    (folder / "mine.yaml").write_text(text, "utf-8")
    return str(folder / "mine.yaml")


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_scenario_can_be_used(name: str) -> None:
    assert BUILT_IN == ["careful", "outage"]
    with served(scenario=[name]) as emulator:
        rules = emulator.control("GET", "outcomes").json()["common_rules"]
    assert rules[0]["id"] == f"{name} 1"


def test_a_rule_of_a_file_decides_in_every_sandbox_and_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "rules:\n  - when: {client.name: {starts_with: Bad}}\n    outcome: denied\n")
    with served(scenario=[path]) as emulator:
        for sandbox in (emulator, emulator.of("other")):
            sandbox.aplyid.open_case(client__name="Bad Ltd")
            [delivery] = sandbox.wait("deliveries/wait?case_id=1024")["deliveries"]
            assert json.loads(delivery["body"])["client"]["approval_status"] == "denied"
            assert delivery["rule"] == "rule mine 1"


def test_a_sandbox_s_own_rules_come_first() -> None:
    with served(rule=[json.dumps(DENY)]) as emulator:
        emulator.control("POST", "outcomes/rules", {**DENY, "outcome": "undecided"})
        emulator.aplyid.open_case(client__name="Bad Ltd")
        case = emulator.control("GET", "cases/aplyid/1024").json()
    assert case["rule"] == "rule r1"


def test_rules_are_read_from_the_settings_file_a_flag_and_a_variable(tmp_path: Path) -> None:
    (tmp_path / "case-emulator.toml").write_text(
        '[[rule]]\noutcome = "denied"\nwhen = {"client.name" = "Jo"}\n[[rule]]\ndelay = 5\n', "utf-8"
    )
    from_file = [json.loads(text) for text in read_settings({}, {}, tmp_path).rule]
    assert from_file == [{"outcome": "denied", "when": {"client.name": "Jo"}}, {"delay": 5}]
    assert read_settings({"rule": [json.dumps(DENY)]}, {}, tmp_path).rule == (json.dumps(DENY),)
    from_variable = read_settings({}, {"CASE_EMULATOR_RULE": json.dumps([DENY, DENY])}, tmp_path).rule
    assert len(common_rules((), from_variable, ENDINGS)) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: [{outcome: denied, when: !!python/object:os.system {}}]", "a tag (!) is no plain value"),
        ("rules: !!python/object/apply:os.system ['true']", "a tag (!) is no plain value"),
        ("a: &a [1]\nrules: [*a, *a]", "anchors and aliases are not read (line 1)"),
        ("rules: [{outcome: maybe}]", "mine 1: outcome: maybe is no outcome"),
        ("rules: [{outcome: denied, provider: nobody}]", "mine 1: provider: no provider is called nobody"),
        ("rules: [{outcom: denied}]", "mine 1: outcom: not known; did you mean outcome?"),
        ("rules: [{when: {x: 1}}]", "one of outcome, delay and risk_score is needed"),
        ("rules: [7]", "mine 1: an object is needed"),
        ("rule: []", "a list called rules is needed"),
        ("", "a list called rules is needed"),
        ("[" * 100_000, "nested more than 20 deep"),
        ("rules: [" + "{delay: 1}, " * 1_001 + "]", "more than 1000 rules"),
        ("rules: [] #" + "x" * 1_100_000, "larger than 1048576 bytes"),
        ("rules: [{outcome: \x00}]", "no YAML that can be read"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_as_a_whole(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadSetting) as refused:
        common_rules([written(tmp_path, text)], (), ENDINGS)
    assert told in str(refused.value)


def test_a_scenario_that_is_not_there_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="carful is no scenario; did you mean careful"):
        build_emulator(Settings(scenario=("carful",)))
    with pytest.raises(BadSetting, match="cannot be read"):
        build_emulator(Settings(scenario=(str(tmp_path / "none.yaml"),)))


@pytest.mark.parametrize("given", ["{", 7, [7, {}], ["{"]])
def test_a_rule_that_is_no_json_is_refused(tmp_path: Path, given: object) -> None:
    with pytest.raises(BadSetting):
        common_rules((), read_settings({"rule": given}, {}, tmp_path).rule, ENDINGS)
