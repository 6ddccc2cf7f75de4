"""The report as JSON and as a JUnit file, for programs."""

from typing import TypedDict
from xml.etree import ElementTree

from emulator.worlds.run import Judged, Judgement, Outcome
from emulator.worlds.texts import advice_for


class PlainPayload(TypedDict):
    """The plain world."""

    rc: int
    seconds: float


class WorldPayload(TypedDict):
    """One world with its verdict."""

    name: str
    kind: str
    verdict: str
    exercised: int
    failed: list[str]
    seconds: float


class OutcomePayload(TypedDict):
    """The whole report."""

    plain: PlainPayload
    worlds: list[WorldPayload]
    score: float | None


def as_json(outcome: Outcome) -> OutcomePayload:
    """Return the report as it is written as JSON."""
    score = outcome.score
    return {
        "plain": {"rc": outcome.plain.rc, "seconds": round(outcome.plain.seconds, 2)},
        "worlds": [_world(each) for each in outcome.judged],
        "score": None if score is None else round(score, 4),
    }


def _world(judged: Judged) -> WorldPayload:
    return {
        "name": judged.world.name,
        "kind": judged.world.kind.value,
        "verdict": judged.verdict.value,
        "exercised": judged.exercised,
        "failed": list(judged.failed),
        "seconds": round(judged.run.seconds, 2),
    }


def as_junit(outcome: Outcome) -> bytes:
    """Return the report as a JUnit file: a test a world, which fails where it breaks, is missed or is flaky."""
    suite = ElementTree.Element("testsuite", name="case-emulator worlds", tests=str(len(outcome.judged)))
    for judged in outcome.judged:
        _add_case(suite, judged)
    for tag, attribute in (("failure", "failures"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _add_case(suite: ElementTree.Element, judged: Judged) -> None:
    world, run = judged.world, judged.run
    about = {"classname": f"worlds.{world.kind}", "name": world.name, "time": f"{run.seconds:.3f}"}
    case = ElementTree.SubElement(suite, "testcase", about)
    if judged.verdict is Judgement.NOT_EXERCISED:
        ElementTree.SubElement(case, "skipped", message=judged.verdict.value)
    elif judged.verdict in (Judgement.BREAKS, Judgement.MISSED, Judgement.FLAKY):
        failure = ElementTree.SubElement(case, "failure", message=f"{judged.verdict}: {world.what}")
        failure.text = _plain("\n".join([*judged.failed, advice_for(judged), run.tail]))


def _plain(text: str) -> str:
    """Return the text without the characters that XML does not allow."""
    return "".join(c if c in "\n\t" or c.isprintable() else "?" for c in text)
