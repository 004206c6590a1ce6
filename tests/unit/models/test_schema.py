"""The published schema takes what the models take."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.builders import T0, alert, change, config, receiver
from tocsin import models
from tocsin.domain.episode import merge
from tocsin.domain.rule import AlertRule, Condition, MetricRule, Query
from tocsin.models.schema import json_schema

SCHEMA = json_schema()
ALERT = models.Alert.of_member(merge(None, change("DiskFull", T0)).member)
ACKNOWLEDGED, EVENT = ALERT.acknowledge(by="ann", at_s=T0, action_id="a")
CONDITIONS = (Condition(query=Query(metric="cpu"), compare="gt"),)
RULES = (MetricRule(name="Cpu", conditions=CONDITIONS), AlertRule(name="Storm", kind="count"))


def errors(kind: str, fields: Any) -> list[str]:
    whole = {**SCHEMA, "$ref": f"#/$defs/{kind}"}
    return [each.message for each in Draft202012Validator(whole).iter_errors(fields)]


def test_the_specification_of_models_is_whole() -> None:
    assert set(models.__all__) <= SCHEMA["$defs"].keys()
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "model",
    [
        ALERT,
        ACKNOWLEDGED,
        EVENT,
        ALERT.silence(T0 + 9.0, by="ann", at_s=T0, silence_id="s")[1],
        models.AlertListResponse.of([ALERT, models.Alert.of(alert())]),
        *map(models.AlertRule.of, RULES),
        models.NotificationConfig.of(receiver()),
        models.AlertSystemConfig.of(config(rules=RULES)),
        models.AlertSummary.of([ALERT], T0),
        models.AlertSystemHealth(at_s=T0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_the_schema_takes_what_models_write(model: Any) -> None:
    assert errors(type(model).__name__, json.loads(model.model_dump_json())) == []


def test_the_schema_refuses_what_models_refuse() -> None:
    fields = ALERT.to_fields()
    assert errors("Alert", {**fields, "status": "wrong"})
    assert errors("Alert", {**fields, "unknown": 1})
    assert errors("Alert", {name: fields[name] for name in fields if name != "labels"})


def test_every_model_of_the_specification_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs/models.md").read_text(encoding="utf-8")
    for name in models.__all__:
        assert f"`{name}`" in page, name
