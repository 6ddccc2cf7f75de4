"""The body that completes a case of this API."""

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
    """The result of one check; fields that are left out are drawn."""

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
    def fit(self, payload: dict[str, object], **_: object) -> None:
        """Refuse outcome and risk beside an error of the service, which has neither."""
        if payload.get("status") == "ERROR" and ("risk_score" in payload or payload.get("outcome") != "ACCEPTED"):
            raise ValidationError("ERROR goes without outcome and risk_score", "status")

    @post_load
    def order(self, payload: dict[str, Any], **_: object) -> CompletionOrder:
        """Return the order that completes the case."""
        failed = payload["status"] == "ERROR"
        outcome = Outcome.UNDECIDED if failed else OUTCOMES[payload["outcome"]]
        return CompletionOrder(Decision(rule="explicit", outcome=outcome, failed=failed), partial(_amend, payload))


def _amend(payload: dict[str, Any], case: Case) -> Case:
    """Return the case with the ordered results; its risk is the ordered one, else the highest of its checks'."""
    results = {result["id"]: result for result in payload["checks"]}
    checks = tuple(_amend_check(check, results.get(check.id, {})) for check in case.checks)
    risks = [check.risk_score for check in checks if check.risk_score is not None]
    return replace(case, checks=checks, risk_score=payload.get("risk_score", max(risks, default=case.risk_score)))


def _amend_check(check: Check, result: dict[str, Any]) -> Check:
    changes = {name: value for name, value in result.items() if name != "id"}
    if "outcome" in changes:
        changes["outcome"] = OUTCOMES[changes["outcome"]]
    return replace(check, **changes)
