"""Hosts in settings: what is taken means what it looks like, and the rest is refused with what to write."""

from pathlib import Path

import pytest

from emulator.setting_sources import read_settings
from emulator.settings import BadSetting
from tests.commands import run

NOWHERE = Path("/nonexistent")
GOOD = {
    "app": "app",
    " app ": "app",
    "APP.": "app",
    "app:3000": "app:3000",
    "case_emulator": "case_emulator",
    "Hooks.Acme.com": "hooks.acme.com",
    "*.Acme.com": "*.acme.com",
    "*.acme.com:8443": "*.acme.com:8443",
    "10.1.2.3": "10.1.2.3",
    "10.1.2.3:81": "10.1.2.3:81",
    "10.0.0.0/8": "10.0.0.0/8",
    "::1": "::1",
    "[::1]": "::1",
    "[FD00:0::1]:81": "[fd00::1]:81",
    "fd00::/8": "fd00::/8",
    "xn--mnchen-3ya.de": "xn--mnchen-3ya.de",
}
BAD = {
    '"app"': "write app without quotes",
    "'app'": "write app without quotes",
    '"app,db"': "write app,db without quotes",
    'app"': "write app without quotes",
    "app\r": "write app",
    "app\n": "write app",
    "a\tb": "control characters",
    "app\x00": "control characters",
    "\ufeffapp": "write app",
    "https://host": "write host",
    "http://host:3000/path?x#y": "write host:3000",
    "HTTP://Host": "write Host",
    "//host/": "write host",
    "host/path": "write host",
    "user:secret@host": "write host",
    "host?x": "write host",
    "a b": "the host is no name",
    "app:": "a port from 1 to 65535",
    "app:0": "a port from 1 to 65535",
    "app:65536": "a port from 1 to 65535",
    "app:http": "a port from 1 to 65535",
    "app:3000:1": "is no IPv6 address",
    "[app]": "the host is no name",
    "[::1": "is no IPv6 address",
    "a..b": "the host is no name",
    "-a": "the host is no name",
    ".acme.com": "write *.acme.com",
    "*acme.com": "write *.acme.com",
    "a.*.com": "*.",
    "**": "*.acme.com",
    "*.": "the host is no name",
    "10.0.0.*": "10.0.0.0/8 for a network",
    "*.10.0.0.1": "10.0.0.0/8",
    "10.1.2.3/8": "write 10.0.0.0/8",
    "10.0.0.0/33": "as in 10.0.0.0/8",
    "10.0.0.0/8:80": "as in 10.0.0.0/8",
    "[fd00::]/8": "as in 10.0.0.0/8 or fd00::/8",
    "2130706433": "write it as four numbers",
    "0x7f.1": "write it as four numbers",
    "300.1.1.1": "write it as four numbers",
    "münchen.de": "xn--mnchen-3ya.de",
    "fe80::1%eth0": "is no IPv6 address",
    "": "a text is needed",
    "app,": "a text is needed",
}


def refused(flags: dict[str, object], environ: dict[str, str] | None = None) -> str:
    with pytest.raises(BadSetting) as caught:
        read_settings(flags, environ or {}, NOWHERE)
    return str(caught.value)


@pytest.mark.parametrize("name", ["allow_target", "allow_host"])
@pytest.mark.parametrize("text", GOOD)
def test_a_host_is_kept_in_its_usual_form(name: str, text: str) -> None:
    assert getattr(read_settings({name: text}, {}, NOWHERE), name) == (GOOD[text],)
    assert getattr(read_settings({name: [text, "b"]}, {}, NOWHERE), name) == (GOOD[text], "b")


@pytest.mark.parametrize("name", ["allow_target", "allow_host"])
@pytest.mark.parametrize("text", BAD)
def test_what_is_no_host_is_refused_with_what_to_write(name: str, text: str) -> None:
    told = refused({name: text})
    assert (f"--{name.replace('_', '-')} is" in told, BAD[text] in told) == (True, True), told


def test_any_host_may_be_a_target_and_none_answers_to_any_name() -> None:
    assert read_settings({"allow_target": "*,*:3000"}, {}, NOWHERE).allow_target == ("*", "*:3000")
    for text in ("*", "*:80"):
        assert "name each host" in refused({"allow_host": text})


@pytest.mark.parametrize("text", ["0.0.0.0", "::", "[::]:80"])
def test_nobody_is_a_target_at_the_address_that_stands_for_all(text: str) -> None:
    assert "write 127.0.0.1" in refused({"allow_target": text})


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "0.0.0.0"),
        ("::", "::"),
        ("[::1]", "::1"),
        ("LocalHost", "localhost"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        (" ::1 ", "::1"),
    ],
)
def test_an_address_to_listen_on_is_kept(text: str, host: str) -> None:
    assert read_settings({"host": text}, {}, NOWHERE).host == host


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("127.0.0.1\r", "write 127.0.0.1"),
        ("'127.0.0.1'", "write 127.0.0.1 without quotes"),
        ("http://127.0.0.1", "write 127.0.0.1"),
        ("127.0.0.1:8642", "--port names the port: write 127.0.0.1"),
        ("[::1]:80", "--port names the port: write ::1"),
        ("*", "write 0.0.0.0"),
        ("*.acme.com", "one address is needed"),
        ("127.0.0.0/8", "one address is needed"),
    ],
)
def test_what_is_no_address_to_listen_on_is_refused(text: str, told: str) -> None:
    assert told in refused({"host": text})


@pytest.mark.parametrize("name", ["webhook_url", "public_url"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("'http://app:3000/hook'", "write http://app:3000/hook without quotes"),
        ('"http://app:3000"', "without quotes"),
        ("http://app:3000/\r", "write http://app:3000/"),
        ("http://app\x7f/", "write http://app/"),
        ('http://"app"/', "the host is no name"),
        ("http://2130706433/", "write it as four numbers"),
        ("http://münchen.de/", "xn--"),
        ("http://a..b/", "the host is no name"),
        ("http://app:99999/", "ort"),
    ],
)
def test_a_url_is_refused_for_its_host_too(name: str, text: str, told: str) -> None:
    assert told in refused({name: text})


def test_a_password_is_not_told_when_a_url_is_refused() -> None:
    for text in ("http://me:secret@app/\r", "'http://me:secret@app/'"):
        assert "secret" not in refused({"webhook_url": text})


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("CASE_EMULATOR_ALLOW_TARGET", '"app"', "write app without quotes"),
        ("CASE_EMULATOR_ALLOW_TARGET", "https://host", "write host"),
        ("CASE_EMULATOR_HOST", "127.0.0.1\r", "write 127.0.0.1"),
        ("CASE_EMULATOR_WEBHOOK_URL", "'http://app/'", "write http://app/ without quotes"),
        ("CASE_EMULATOR_ALLOW_HOST", "http://app", "write app"),
        ("CASE_EMULATOR_DATABASE", "sqlite:///x.sqlite\r", "write sqlite:///x.sqlite"),
    ],
)
def test_the_command_ends_with_2_and_says_what_to_write(tmp_path: Path, variable: str, value: str, told: str) -> None:
    done = run(tmp_path, "serve", "--port", "0", **{variable: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert variable in done.stderr
    assert told in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_command_says_what_is_wrong_with_the_address_it_asks(tmp_path: Path) -> None:
    done = run(tmp_path, "deliveries", CASE_EMULATOR_URL="'http://127.0.0.1:8642'", COLUMNS="200")
    assert done.returncode == 2
    assert "without quotes" in done.stderr
