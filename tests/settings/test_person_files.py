"""Files that people write, on whatever system: the settings, scenarios, the init folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.setting_sources import read_settings, settings_from
from emulator.settings import BadSetting
from tests.commands import run
from tests.emulators import served

MARK = "\ufeff"
TOML = 'webhook-url = "http://localhost:3000/hook"\nrule = """\n{"outcome":\n"denied"}"""\n'
YAML = "rules:\n  - when: {client.name: Zoë}\n    outcome: denied\n"


@pytest.fixture(scope="module")
def snapshot() -> str:
    """A sandbox with a delay of its own, as indented JSON."""
    with served() as emulator:
        emulator.control("PATCH", "", {"delay": 0.25})
        return json.dumps(emulator.control("GET", "snapshot").json(), indent=2)


Use = Callable[[Path], Any]


def use_settings(file: Path) -> Any:
    found = read_settings({}, {}, Path("/nonexistent"), file)
    return found.webhook_url, json.loads(found.rule[0])


def use_scenario(file: Path) -> Any:
    with served(scenario=[str(file)]) as emulator:
        return emulator.control("GET", "outcomes").json()["common_rules"]


def use_init_folder(file: Path) -> Any:
    with served(init_folder=str(file.parent)) as emulator:
        rules = emulator.control("GET", "outcomes").json()["common_rules"]
        return rules, emulator.of(file.stem).control("GET", "").json()["settings"]["delay"]


USES: dict[str, tuple[str, Use]] = {
    "case-emulator.toml": ("settings", use_settings),
    "mine.yaml": ("scenario", use_scenario),
    "of-the-folder.yaml": ("folder", use_init_folder),
    "one.json": ("folder", use_init_folder),
}


def text_of(name: str, snapshot: str) -> str:
    return {".toml": TOML, ".yaml": YAML, ".json": snapshot}[Path(name).suffix]


def written(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir()
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("mark", ["", MARK], ids=["plain", "mark"])
@pytest.mark.parametrize("name", USES)
def test_a_file_with_a_byte_order_mark_or_windows_line_ends_is_read_like_any_other(
    tmp_path: Path, snapshot: str, name: str, mark: str, ending: str
) -> None:
    _, use = USES[name]
    text = text_of(name, snapshot)
    plain = use(written(tmp_path / "plain", name, text.encode()))
    assert use(written(tmp_path / "other", name, (mark + text.replace("\n", ending)).encode())) == plain
    assert plain


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-32-be", "UTF-32"),
    ],
)
@pytest.mark.parametrize("name", USES)
def test_a_file_in_another_unicode_encoding_is_refused_by_the_name_of_that_encoding(
    tmp_path: Path, snapshot: str, name: str, encoding: str, told: str
) -> None:
    file = written(tmp_path / "other", name, text_of(name, snapshot).encode(encoding))
    with pytest.raises(BadSetting, match=f"{name} is written in {told}: save it as UTF-8"):
        USES[name][1](file)


@pytest.mark.parametrize("name", USES)
def test_a_file_of_an_old_windows_editor_is_refused_with_the_line(tmp_path: Path, name: str) -> None:
    file = written(tmp_path / "other", name, b"# one\r\n# Zo\xeb\r\n")
    with pytest.raises(BadSetting, match=rf"{name} is not written in UTF-8 \(line 2\).*Windows-1252.*save it as UTF-8"):
        USES[name][1](file)


@pytest.mark.parametrize("name", USES)
def test_a_file_that_nests_too_deep_or_is_too_large_is_refused(tmp_path: Path, name: str) -> None:
    deep = "port = " if name.endswith("toml") else ""
    for number, content in enumerate((deep + "[" * 3000, deep + "[" * 300 + "]" * 300, "#" * (8 * 1024 * 1024 + 1))):
        file = written(tmp_path / str(number), name, content.encode())
        with pytest.raises(BadSetting, match=name):
            USES[name][1](file)


@pytest.mark.parametrize("value", [f".{'.'.join(['a'] * 3000)} = 1", f" = 0x{'F' * 6000}", f" = [0b{'1' * 70}]"])
@pytest.mark.parametrize("name", ["port", "delay", "access-key", "rule", "log-format"])
def test_a_setting_beyond_all_measure_is_refused_whatever_its_name(tmp_path: Path, name: str, value: str) -> None:
    file = written(tmp_path / "other", "case-emulator.toml", f"{name}{value}\n".encode())
    with pytest.raises(BadSetting, match=r"case-emulator\.toml (is nested too deep|cannot be read: .*64 bits)"):
        use_settings(file)


def test_a_setting_that_cannot_be_shown_is_refused_by_its_type() -> None:
    endless: list[object] = []
    for _ in range(100_000):
        endless = [endless]
    for value in (16**6000, endless):
        for name in ("port", "delay"):
            with pytest.raises(BadSetting, match=rf"{name} is a value of the type (int|list): .* needed"):
                settings_from({name: value})


def test_the_command_ends_with_2_and_a_message_for_settings_that_nest_too_deep(tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("x = " + "[" * 3000, "utf-8")
    (tmp_path / "wide.toml").write_bytes("port = 1".encode("utf-16"))
    for name, told in (("deep.toml", "nested too deep"), ("wide.toml", "UTF-16")):
        done = run(tmp_path, "serve", "--config", name)
        assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
        assert f"{name} is" in done.stderr
        assert told in done.stderr
        assert run(tmp_path, "healthcheck", CASE_EMULATOR_CONFIG=name).returncode == 1
        assert told in run(tmp_path, "doctor", "--config", name).stdout


def test_an_endless_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--config", "/dev/zero")
    assert (done.returncode, "larger than 1048576 bytes" in done.stderr) == (2, True)


def test_a_snapshot_with_an_ending_in_capitals_is_read(tmp_path: Path, snapshot: str) -> None:
    _, delay = use_init_folder(written(tmp_path / "init", "one.JSON", snapshot.encode()))
    assert delay == 0.25
