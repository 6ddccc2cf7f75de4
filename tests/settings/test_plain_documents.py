"""Files whose formats know more than JSON does: dates, sets, tags, keys that stand twice."""

import json
from pathlib import Path

import pytest

from emulator.plain_yaml import read_yaml
from emulator.setting_sources import read_settings
from emulator.settings import BadSetting
from tests.commands import run
from tests.emulators import served

# What stands in a file without quotes, and what it is there: text, unless JSON knows such a value.
SPELLINGS: dict[str, object] = {
    "1990-01-15": "1990-01-15",
    "2001-12-14t21:59:43.10-05:00": "2001-12-14t21:59:43.10-05:00",
    "190:20:30": "190:20:30",
    "190:20:30.15": "190:20:30.15",
    "0412345678": "0412345678",
    "010": "010",
    "+61412345678": "+61412345678",
    "1_000": "1_000",
    "0x1F": "0x1F",
    "0b11": "0b11",
    "NO": "NO",
    "yes": "yes",
    "on": "on",
    "=": "=",
    "tRUE": "tRUE",
    "true": True,
    "FALSE": False,
    "~": None,
    "null": None,
    "": None,
    "-12": -12,
    "1.50": 1.5,
    ".5": 0.5,
    "1e3": 1000.0,
    "'12'": "12",
    '"true"': "true",
}


@pytest.mark.parametrize("written", SPELLINGS)
def test_what_json_does_not_know_is_the_text_that_stands_in_a_yaml_file(written: str) -> None:
    read = read_yaml(f"a: {written}\n", "mine.yaml")
    assert json.dumps(read) == json.dumps({"a": SPELLINGS[written]})


def test_keys_of_a_yaml_file_are_texts() -> None:
    read = read_yaml("1: a\n1990-01-15: b\ntrue: c\n<<: d\n", "mine.yaml")
    assert read == {"1": "a", "1990-01-15": "b", "true": "c", "<<": "d"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("!!set {a, b}", "a tag"),
        ("!!binary aGVsbG8=", "a tag"),
        ("!!timestamp 1990-01-15", "a tag"),
        ("!!omap [a: 1]", "a tag"),
        ("!!str 5", "a tag"),
        ("!mine 5", "a tag"),
        ("! 5", "a tag"),
        ("{x: 1, 'x': 2}", "the key x stands twice"),
        ("{? [a] : b}", "a key has to be a text"),
        (".inf", "no number in JSON"),
        ("-.INF", "no number in JSON"),
        (".nan", "no number in JSON"),
        ("1e999", "no number in JSON"),
        ("&a 1", "anchors and aliases"),
    ],
)
def test_what_has_no_place_in_json_is_refused_with_file_and_line(tmp_path: Path, value: str, told: str) -> None:
    (tmp_path / "mine.yaml").write_text(f"rules:\n- outcome: denied\n  when:\n    client.name: {value}\n", "utf-8")
    for given in ({"scenario": [str(tmp_path / "mine.yaml")]}, {"init_folder": str(tmp_path)}):
        with pytest.raises(BadSetting, match=rf"{tmp_path}/mine.yaml: .*{told}.* \(line 4\)"), served(**given):
            raise AssertionError


def test_a_rule_with_a_date_decides_and_can_be_looked_at(tmp_path: Path) -> None:
    when = "{client.clientable_attributes.date_of_birth: 1990-01-15, client.name: {contains: 10:20:30}}"
    (tmp_path / "mine.yaml").write_text(f"rules:\n  - when: {when}\n    outcome: denied\n", "utf-8")
    with served(scenario=[str(tmp_path / "mine.yaml")]) as emulator:
        emulator.aplyid.open_case(client__name="at 10:20:30", client__clientable_attributes__date_of_birth="1990-01-15")
        assert emulator.control("GET", "cases/aplyid/1024").json()["rule"] == "rule mine 1"
        assert "1990-01-15" in emulator.control("GET", "outcomes").text
        assert emulator.http.get(f"{emulator.url}/planning").status_code == 200


def test_the_dates_of_the_settings_file_are_the_text_that_stands_there(tmp_path: Path) -> None:
    dates = ["1990-01-15", "07:32:00.5", "1990-01-15 07:32:00", "1990-01-15t07:32:00Z", "1990-01-15T07:32:00-05:00"]
    strings = {"'# 1990-01-15'": "# 1990-01-15", '"""\n1990-01-15 \\" ""k"""""': '1990-01-15 " ""k""'}
    values = [*dates, *strings]
    lines = [f'[[rule]]\noutcome = "denied"\nwhen.a = {value} # 1990-01-15 "\n' for value in values]
    (tmp_path / "case-emulator.toml").write_text("".join(lines), "utf-8")
    found = read_settings({}, {}, tmp_path)
    assert [json.loads(rule)["when"]["a"] for rule in found.rule] == [*dates, *strings.values()]


@pytest.mark.parametrize("value", ["inf", "-inf", "nan"])
def test_a_number_that_json_does_not_know_is_refused_in_a_rule_of_the_settings_file(tmp_path: Path, value: str) -> None:
    (tmp_path / "case-emulator.toml").write_text(f'[[rule]]\noutcome = "denied"\nwhen = {{ a = {value} }}\n', "utf-8")
    with pytest.raises(BadSetting, match=r"rule in case-emulator\.toml is .*JSON is needed"):
        read_settings({}, {}, tmp_path)


def test_a_key_that_stands_twice_is_refused_in_json_too(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(
        '{\n "settings": {"a": {"b": 1}, "c": [{"b": 1}]},\n "\\u0073ettings": {}}', "utf-8"
    )
    told = r"one\.json: the key settings stands twice in one object \(line 3\)"
    with pytest.raises(BadSetting, match=told), served(init_folder=str(tmp_path)):
        raise AssertionError
    with pytest.raises(BadSetting, match=r"the key outcome stands twice in one object \(line 1\)"):
        read_settings({"rule": ['{"outcome": "denied", "outcome": "approved"}']}, {}, tmp_path)


def test_the_command_ends_with_2_and_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("rules:\n  - outcome: denied\n    outcome: approved\n", "utf-8")
    done = run(tmp_path, "serve", "--port", "0", "--scenario", "mine.yaml")
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    assert "mine.yaml: the key outcome stands twice in one object (line 3)" in done.stderr
