"""The image runs as docs/container.md promises: as any user in group 0, read-only, kept, and ended in good order."""

import os
import signal
import socket
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import samples
from tests.image.container import HOST, Container, Image, Options, run_to_end, running
from tests.image.engine import PAGE, documented_commands, new_volume, read_run
from tests.receivers import receiving, status
from tests.waiting import wait_until

DATABASE = {"CASE_EMULATOR_DATABASE": "sqlite:////data/cases.sqlite"}
RUNS = [words for words in documented_commands() if words[1] == "run"]
EXECS = [words for words in documented_commands() if words[1] == "exec"]
OPENSHIFT = "54321:0"
LOCKED_DOWN: dict[str, Any] = {"read_only": True, "tmpfs": ("/tmp",)}


@pytest.fixture
def volume(image: Image, tmp_path: Path) -> Path:
    """A new named volume for /data."""
    return new_volume(image, tmp_path / "volume")


def kept(volume: Path, user: str = "", **more: Any) -> Options:
    """Keep what happens in that folder."""
    environ = DATABASE | more.pop("environ", {})
    return Options(user=user, environ=environ, volumes={"/data": volume}, **more)


def is_healthy(container: Container) -> bool:
    """Ask by the image's HEALTHCHECK."""
    kind, *command = container.image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    return container.run(command).returncode == 0


def deliveries(container: Container) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = container.emulator.wait("deliveries")["deliveries"]
    return found


@pytest.mark.parametrize("user", ["", OPENSHIFT], ids=["its own user", "any number in group 0"])
def test_it_keeps_cases_sends_webhooks_is_healthy_and_ends_when_asked(image: Image, volume: Path, user: str) -> None:
    with receiving(host=HOST) as receiver:
        environ = {"CASE_EMULATOR_WEBHOOK_URL": receiver.url, "CASE_EMULATOR_DELAY": "0"}
        with running(image, options=kept(volume, user, environ=environ)) as container:
            assert is_healthy(container)
            assert container.emulator.aplyid.open_case()["case_id"] == 1024
            assert receiver.next().json["case_id"] == 1024
            assert container.stop() == 0
    with running(image, options=kept(volume, user)) as container:
        assert container.emulator.aplyid.open_case()["case_id"] == 1025
        number = int((user or image.config["User"]).partition(":")[0])
        assert {(path.stat().st_uid, path.stat().st_gid) for path in volume.iterdir()} == {(number, 0)}


def test_a_webhook_that_is_under_way_is_let_end(image: Image, volume: Path) -> None:
    release = threading.Event()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        release.wait()
        status(200)(handler)

    with receiving(hold, host=HOST) as receiver:
        environ = {"CASE_EMULATOR_WEBHOOK_URL": receiver.url, "CASE_EMULATOR_DELAY": "0"}
        with running(image, options=kept(volume, OPENSHIFT, environ=environ)) as container:
            container.emulator.aplyid.open_case()
            receiver.next()
            container.send(signal.SIGTERM)
            wait_until(lambda: "letting webhooks under way end" in container.log.read_text("utf-8"))
            assert container.popen.poll() is None, "it did not wait for its receiver"
            release.set()
            assert container.popen.wait(60) == 0
    with running(image, options=kept(volume, OPENSHIFT)) as container:
        [delivery] = deliveries(container)
        assert (delivery["state"], len(delivery["attempts"])) == ("delivered", 1)


def test_sighup_ends_it_too_and_it_is_the_first_process(image: Image) -> None:
    with running(image) as container:
        assert container.run(["cat", "/proc/1/comm"]).stdout == "case-emulator\n"
        assert container.stop(signal.SIGHUP) == 0


def test_it_needs_no_right_and_no_place_to_write_but_tmp(image: Image) -> None:
    with running(image, "--delay", "0", options=Options(user=OPENSHIFT, **LOCKED_DOWN)) as container:
        refused = container.run(
            ["sh", "-c", "for folder in / /data /etc /var/tmp /usr/local; do touch $folder/x; done"]
        )
        assert refused.stderr.count("Read-only file system") == 5
        rights = container.run(["grep", "-E", "^(CapEff|CapBnd|NoNewPrivs)", "/proc/1/status"]).stdout
        assert rights.split() == ["CapEff:", "0" * 16, "CapBnd:", "0" * 16, "NoNewPrivs:", "1"]
        assert is_healthy(container)
        for provider in (container.emulator.aplyid, container.emulator.sphinxhq):
            provider.open_case()
        assert container.emulator.wait("inbox/wait")["count"]
        assert container.stop() == 0
    assert "Traceback" not in container.log.read_text("utf-8")


def test_it_leaves_the_image_as_it_is(image: Image) -> None:
    before = files(image)
    with running(image, "--delay", "0", options=Options(tmpfs=("/tmp",))) as container:
        container.emulator.aplyid.open_case()
        container.emulator.wait("inbox/wait")
        container.run(["case-emulator", "deliveries"])
    assert files(image) == before


def files(image: Image) -> dict[Path, int]:
    """When each file of the image was changed."""
    return {path: path.lstat().st_mtime_ns for path in image.root.rglob("*") if not path.is_dir()}


def test_it_has_a_user_of_the_machine_write_to_a_folder_of_theirs(image: Image, tmp_path: Path) -> None:
    folder = new_volume(image, tmp_path / "mine")
    folder.chmod(0o755)
    refused = run_to_end(image, options=kept(folder, "1000:1000"))
    assert refused.returncode == 2
    assert "/data/cases.sqlite" in refused.stderr
    assert "Traceback" not in refused.stderr
    os.chown(folder, 1000, 1000)
    with running(image, options=kept(folder, "1000:1000")) as container:
        assert container.emulator.aplyid.open_case()["case_id"] == 1024


def test_a_second_one_on_the_same_file_is_refused(image: Image, volume: Path) -> None:
    with running(image, options=kept(volume)):
        second = run_to_end(image, "--port", "0", options=kept(volume, OPENSHIFT))
    assert second.returncode != 0
    assert "/data/cases.sqlite" in second.stderr


def test_it_is_unhealthy_until_it_serves_and_says_why(image: Image) -> None:
    with running(image, options=Options(environ={"CASE_EMULATOR_PORT": "8700"})) as container:
        assert is_healthy(container)
        command = image.config["Healthcheck"]["Test"][1:]
        elsewhere = container.run(command, CASE_EMULATOR_PORT="8642")
        assert elsewhere.returncode == 1
        assert "8642" in elsewhere.stderr


def test_nothing_listens_but_on_the_port_that_is_exposed(image: Image) -> None:
    assert list(image.config["ExposedPorts"]) == ["8642/tcp"]
    with running(image), socket.create_connection((HOST, 8642), 5):
        pass


@pytest.mark.parametrize("words", RUNS, ids=" ".join)
def test_each_run_of_the_page_starts_and_is_healthy(image: Image, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "init").mkdir()
    (tmp_path / "init" / "rules.yaml").write_text(samples(PAGE, "yaml")[0], "utf-8")
    options, flags = read_run(image, words, tmp_path)
    with running(image, *flags, options=options) as container:
        assert is_healthy(container)
        assert container.emulator.aplyid.open_case()["case_id"] == 1024
        rules = container.emulator.control("GET", "outcomes").json()["common_rules"]
        assert bool(rules) == ("./init:/etc/case-emulator/init:ro" in words)


def test_each_exec_of_the_page_works_in_a_container(image: Image) -> None:
    options = Options(hosts={"host.docker.internal": HOST})
    with receiving(host=HOST, port=3000), running(image, options=options) as container:
        for words in EXECS:
            done = container.run(words[3:])
            assert done.returncode == 0, done.stdout + done.stderr
