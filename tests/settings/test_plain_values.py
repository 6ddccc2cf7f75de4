"""Values that are passed on as plain text: what a shell, a file or a copied sentence left in them is refused."""

from pathlib import Path

import pytest

from emulator.setting_sources import read_settings, settings_from
from emulator.settings import OPTIONS, SECRETS, BadSetting
from tests.commands import run

# A value of each setting that is passed on as text, and may therefore carry what does not belong to it.
TEXTS = {
    "port": "8643",
    "port_file": "port.txt",
    "database": "sqlite:///x.sqlite",
    "webhook_url": "http://localhost:3000/webhooks",
    "delay": "0.5",
    "retry": "1,5,30",
    "seed": "7",
    "access_key": "a-key",
    "session_id": "an-id",
    "credential": "aplyid=a-key",
    "public_url": "http://localhost:8642/kyc",
    "tls": "true",
    "tls_ca_file": "ca.pem",
    "webhook_ca_file": "rootCA.pem",
    "host": "0.0.0.0",
    "allow_host": "emulator.acme.com",
    "allow_target": "app",
    "cors_origin": "http://localhost:3000",
    "control_token": "a-long-secret-of-many-signs",
    "scenario": "careful",
    "init_folder": "init",
    "switch": "sphinxhq.unauthorized=403",
    "log_format": "json",
}
QUOTED = ["'{}'", '"{}"', "`{}`", '"{}', "{}'", "\u201c{}\u201d", "\u00ab{}\u00bb"]
INVISIBLE = ["{}\r", "{}\n", "{}\r\n", "{}\t", "\ufeff{}", "{}\u200b", "\u202a{}", "{}\x1b", "{}\x7f", "{}\u2028"]


def told(name: str, value: object) -> str:
    """Why the variable of that setting is refused."""
    with pytest.raises(BadSetting) as refused:
        read_settings({}, {f"CASE_EMULATOR_{name.upper()}": str(value)}, Path("/nonexistent"))
    return str(refused.value)


def remedy(name: str, ending: str) -> str:
    """What to write; a message does not repeat a credential."""
    return "" if name in SECRETS else f": write {TEXTS[name]}{ending}"


@pytest.mark.parametrize("name", TEXTS)
def test_each_of_these_values_is_taken_as_it_stands(name: str) -> None:
    found = read_settings({}, {f"CASE_EMULATOR_{name.upper()}": TEXTS[name]}, Path("/nonexistent"))
    assert getattr(found, name) != OPTIONS[name].default


@pytest.mark.parametrize("name", TEXTS)
def test_quotes_around_a_value_are_refused_with_what_to_write(name: str) -> None:
    for quoted in QUOTED:
        assert remedy(name, " without quotes") in told(name, quoted.format(TEXTS[name]))


@pytest.mark.parametrize("name", TEXTS)
def test_signs_that_nobody_sees_are_refused(name: str) -> None:
    for spoilt in INVISIBLE:
        reason = told(name, spoilt.format(TEXTS[name]))
        assert "no control characters" in reason
        assert remedy(name, "") in reason
        assert not set(reason) & set("\r\n\t\x1b\ufeff\u200b\u202a"), "what is shown of it is escaped"


@pytest.mark.parametrize("spoilt", ["'{}'", "{}\r"])
def test_a_value_in_a_flag_or_of_an_embedded_emulator_is_refused_as_well(spoilt: str) -> None:
    for name, text in TEXTS.items():
        is_list = name in ("access_key", "scenario", "switch", "cors_origin", "allow_host", "allow_target")
        bad = {name: [spoilt.format(text)] if is_list else spoilt.format(text)}
        with pytest.raises(BadSetting, match=r"control characters|quotes"):
            read_settings(bad, {}, Path("/nonexistent"))
        with pytest.raises(BadSetting, match=r"control characters|quotes"):
            settings_from(bad)


@pytest.mark.parametrize("name", ["access_key", "session_id", "credential", "control_token"])
def test_a_credential_that_is_refused_is_not_shown(name: str) -> None:
    reason = told(name, f"'{TEXTS[name]}'")
    assert f"CASE_EMULATOR_{name.upper()} is ***: " in reason
    assert "a-" not in reason


@pytest.mark.parametrize("name", ["port_file", "tls_ca_file", "webhook_ca_file", "scenario", "init_folder", "database"])
@pytest.mark.parametrize("url", ["file:///tmp/x", "file:x", "https://example.com/x", "s3://bucket/x"])
def test_a_url_where_a_path_is_needed_is_refused(name: str, url: str) -> None:
    assert url.partition(":")[0] in told(name, url).partition("': ")[2]


@pytest.mark.parametrize("name", ["port_file", "tls_ca_file", "webhook_ca_file", "scenario", "init_folder", "database"])
def test_a_path_that_the_system_refuses_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    itself = tmp_path / "itself"
    itself.symlink_to(itself)
    for path in (f"./{'k' * 300}", f"./{'k' * 300}/x", f"./{'k/' * 3000}x"):
        assert "File name too long" in told(name, path)
    assert "symbolic links" in told(name, f"{itself}/x")


@pytest.mark.parametrize("name", ["port_file", "tls_ca_file", "webhook_ca_file", "init_folder", "database"])
def test_spaces_around_a_path_are_refused(name: str) -> None:
    assert "without spaces around it" in told(name, f"{TEXTS[name]} ")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (":memory:", "leave it out"),
        ("sqlite:///:memory:", "leave it out"),
        ("sqlite:x.sqlite", "sqlite:///cases.sqlite"),
        ("sqlite:///x.sqlite?mode=rwc", "without ? and #"),
        ("sqlite+pysqlite:///x.sqlite", "only sqlite:///path and postgresql://user@host/name are known"),
    ],
)
def test_a_database_in_the_spelling_of_another_tool_is_refused_with_ours(value: str, reason: str) -> None:
    assert reason in told("database", value)


@pytest.mark.parametrize("value", [r"C:\cases\x.sqlite", "C:/x.sqlite", "a'b.sqlite", "Zoë’s.sqlite", "a b.sqlite"])
def test_a_path_with_odd_signs_that_can_be_meant_is_taken(value: str) -> None:
    found = read_settings({}, {"CASE_EMULATOR_DATABASE": value}, Path("/nonexistent"))
    assert str(found.database) == value


def test_the_message_is_short_however_long_the_value() -> None:
    for spoilt in ("{}", "'{}'", "{}\r"):
        assert len(told("port", spoilt.format("9" * 100_000))) < 800


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        (["serve"], {"CASE_EMULATOR_DATABASE": "sqlite:///x.sqlite\r"}),
        (["serve"], {"CASE_EMULATOR_WEBHOOK_URL": "'http://localhost:3000/hook'"}),
        (["serve"], {"CASE_EMULATOR_RULE": '\'{"outcome": "denied"}\''}),
        (["serve"], {"CASE_EMULATOR_CONFIG": "'my.toml'"}),
        (["serve", "--config", "my.toml\r"], {}),
        (["run", "--log-file", "log.txt\r", "--", "true"], {}),
        (["deliveries"], {"CASE_EMULATOR_URL": "'http://127.0.0.1:8642'"}),
        (["deliveries"], {"CASE_EMULATOR_CONTROL_TOKEN": '"a-secret"'}),
        (["reset"], {"CASE_EMULATOR_TLS_CA_FILE": "ca.pem\r"}),
    ],
    ids=str,
)
def test_the_command_ends_with_2_says_what_to_write_and_leaves_no_file(
    tmp_path: Path, command: list[str], variables: dict[str, str]
) -> None:
    done = run(tmp_path, *command, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    told = " ".join(done.stderr.split())
    assert "quotes would be part of the value" in told or "no control characters are allowed" in told
    assert "a-secret" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["\u00e4", "a b", "a;b", 'a"b', "a\\b"])
@pytest.mark.parametrize("name", ["access_key", "session_id", "credential"])
def test_a_credential_that_no_client_could_send_is_refused(name: str, key: str) -> None:
    message = told(name, f"sphinxhq={key}" if name == "credential" else key)
    assert "ASCII" in message
    assert key not in message
