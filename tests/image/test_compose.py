"""compose.yaml as it stands, and with each of its choices: what an engine does with it, as far as we have one."""

from pathlib import Path

from tests.docs.pages import samples
from tests.image.container import HOST, Image, running
from tests.image.engine import PAGE, chosen_service, compose_service, read_service
from tests.receivers import receiving


def test_it_starts_as_it_stands_and_keeps_webhooks_in_the_inbox(image: Image, tmp_path: Path) -> None:
    service = compose_service()
    with running(image, "--delay", "0", options=read_service(image, service, tmp_path)) as container:
        answer = container.emulator.sphinxhq.open_case()
        assert container.emulator.aplyid.open_case()["case_url"].startswith("http://localhost:8642/")
        assert container.emulator.wait("inbox/wait")["count"]
        assert answer["id"]


def test_with_every_choice_it_reaches_the_host_keeps_cases_and_reads_the_mounted_rules(
    image: Image, tmp_path: Path
) -> None:
    (tmp_path / "init").mkdir()
    (tmp_path / "init" / "rules.yaml").write_text(samples(PAGE, "yaml")[0], "utf-8")
    options = read_service(image, chosen_service(), tmp_path)
    with receiving(host=HOST, port=3000) as receiver:
        with running(image, "--delay", "0", options=options) as container:
            container.emulator.aplyid.open_case()
            assert receiver.next().path == "/webhooks"
            url = "http://host.docker.internal:3000/sphinx"
            container.emulator.sphinxhq.open_case(webhook_url=url)
            assert receiver.next().path == "/sphinx"
            assert container.emulator.control("GET", "outcomes").json()["common_rules"]
        with running(image, options=options) as container:
            assert container.emulator.aplyid.open_case()["case_id"] == 1025
