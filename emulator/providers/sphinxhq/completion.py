"""How somebody says how a case is to end, in the words of this API."""

from dataclasses import replace
from functools import partial
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from emulator.core.model import Case, Check, CompletionOrder, Decision, Outcome
from emulator.providers.sphinxhq import schemas

OUTCOMES = {word: outcome for outcome, word in schemas.OUTCOMES.items()}
RISK = Range(0, 1)


class CheckResultIn(Schema):
    """What one check is to say; what is left out is drawn."""

    class Meta:
        unknown = RAISE

    id = fields.Integer(required=True, strict=True)
    outcome = fields.String(validate=OneOf(OUTCOMES))
    risk_score = fields.Float(validate=RISK)
    title = fields.String()
    note = fields.String()
    reasoning = fields.String()


class CompletionIn(Schema):
    """{"outcome": "REJECTED", "risk_score": 0.9}"""

    class Meta:
        unknown = RAISE

    outcome = fields.String(load_default="ACCEPTED", validate=OneOf(OUTCOMES))
    status = fields.String(load_default="COMPLETED", validate=OneOf(["COMPLETED", "ERROR"]))
    risk_score = fields.Float(validate=RISK)
    checks = fields.List(fields.Nested(CheckResultIn), load_default=list, validate=Length(max=100))

    @validates_schema
    def fit(self, said: dict[str, Any], **_: Any) -> None:
        """An error of the service has no outcome and no risk."""
        if said.get("status") == "ERROR" and ("risk_score" in said or said.get("outcome") != "ACCEPTED"):
            raise ValidationError("ERROR goes without outcome and risk_score", "status")

    @post_load
    def order(self, said: dict[str, Any], **_: Any) -> CompletionOrder:
        """As the core understands it."""
        failed = said["status"] == "ERROR"
        outcome = Outcome.UNDECIDED if failed else OUTCOMES[said["outcome"]]
        return CompletionOrder(Decision(rule="explicit", outcome=outcome, failed=failed), partial(_amend, said))


def _amend(said: dict[str, Any], case: Case) -> Case:
    results = {result["id"]: result for result in said["checks"]}
    checks = tuple(_amend_check(check, results.get(check.id, {})) for check in case.checks)
    risks = [check.risk_score for check in checks if check.risk_score is not None]
    return replace(case, checks=checks, risk_score=said.get("risk_score", max(risks, default=case.risk_score)))


def _amend_check(check: Check, result: dict[str, Any]) -> Check:
    said = {name: value for name, value in result.items() if name != "id"}
    if "outcome" in said:
        said["outcome"] = OUTCOMES[said["outcome"]]
    return replace(check, **said)
