"""What a model says is what the pipeline's value said, also by way of JSON."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from tests.builders import alert, config, receiver
from tests.unit.models.structs import TEXTS, of_struct, of_type
from tocsin import models
from tocsin.domain import found
from tocsin.domain import rule as rules
from tocsin.domain.alert import Alert, Severity
from tocsin.domain.balance import Balance
from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.config import Receiver, TenantConfig
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.group import Member
from tocsin.domain.journal import DeliveryRecord, EscalationRecord
from tocsin.domain.occurrences import Entry
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.silence import Silence
from tocsin.models import enrichment

NAMES = TEXTS.filter(bool)
COUNTS = st.integers(1, 1000)
WAITS = st.floats(0, 1e9)
SPANS = st.floats(0.001, 1e9)
SHARES = st.floats(0, 1)
AGGREGATES = st.sampled_from(["avg", "min", "max", "sum", "count", "rate", "last", "p95", "p99.9"])

ALERTS = of_struct(Alert, name=NAMES)
MEMBERS = of_struct(Member, alert=ALERTS)
SHARED = {
    "name": NAMES, "cooldown_s": WAITS, "limit": COUNTS, "limit_window_s": SPANS,
    "severity": of_type(Severity),
}  # fmt: skip
CONDITIONS = of_struct(rules.Condition, aggregate=AGGREGATES, window_s=SPANS)
METRIC_RULES = of_struct(
    rules.MetricRule, **SHARED, breaches=COUNTS, for_s=WAITS, keep_firing_for_s=WAITS,
    conditions=st.lists(CONDITIONS, min_size=1, max_size=2).map(tuple),
)  # fmt: skip
ALERT_RULES = of_struct(rules.AlertRule, **SHARED, window_s=SPANS, threshold=COUNTS)
RULES = METRIC_RULES | ALERT_RULES
STEPS = of_struct(EscalationStep, after_s=WAITS)
POLICIES = of_struct(
    EscalationPolicy, name=NAMES, repeat_after_s=WAITS,
    steps=st.lists(STEPS, min_size=1, max_size=3).map(tuple),
)  # fmt: skip
RECEIVERS = of_struct(
    Receiver, name=NAMES, timeout_s=SPANS,
    retry=of_struct(RetryPolicy, attempts=COUNTS, jitter=SHARES),
    breaker=of_struct(BreakerPolicy, failures=COUNTS, rate=SHARES, jitter=SHARES),
)  # fmt: skip


def through_json(model: Any) -> Any:
    """Return a model written as JSON and read again."""
    return type(model).model_validate_json(model.model_dump_json())


@pytest.mark.parametrize(
    ("model", "kind", "others"),
    [
        (models.AlertRun, Member, {"alert"}),
        (models.Query, rules.Query, set()),
        (models.ThresholdCondition, rules.Condition, set()),
        (models.EscalationStep, EscalationStep, set()),
        (models.EscalationPolicy, EscalationPolicy, set()),
        (models.EscalationEvent, EscalationRecord, set()),
        (models.NotificationConfig, Receiver, set()),
        (models.NotificationDelivery, DeliveryRecord, set()),
        (models.AlertMetrics, Balance, set()),
        (models.Silence, Silence, set()),
        (enrichment.Enrichment, found.Enrichment, set()),
        (enrichment.Findings, found.Findings, set()),
        (enrichment.Triage, found.Triage, set()),
    ],
)
def test_a_model_has_the_fields_of_what_it_is_made_of(
    model: type[BaseModel], kind: type[msgspec.Struct], others: set[str]
) -> None:
    assert set(kind.__struct_fields__) == {*model.model_fields, *others}


@given(ALERTS)
def test_alerts_as_they_are_sent(value: Alert) -> None:
    assert through_json(models.Alert.of(value)).to_domain() == value


@given(MEMBERS, st.lists(TEXTS, max_size=2), TEXTS)
def test_alerts_as_groups_know_them(member: Member, silenced_by: list[str], by: str) -> None:
    model = through_json(models.Alert.of_member(member, silenced_by, by))
    assert model.to_member() == member
    assert model.to_domain() == member.alert
    assert (model.silenced_by, model.inhibited_by) == (tuple(silenced_by), by)


@given(RULES)
def test_rules(value: rules.Rule) -> None:
    assert through_json(models.AlertRule.of(value)).to_domain() == value


@given(CONDITIONS)
def test_conditions(value: rules.Condition) -> None:
    assert through_json(models.ThresholdCondition.of(value)).to_domain() == value


@given(POLICIES)
def test_policies(value: EscalationPolicy) -> None:
    assert through_json(models.EscalationPolicy.of(value)).to_domain() == value


@given(of_struct(EscalationRecord))
def test_events_of_escalation(value: EscalationRecord) -> None:
    assert through_json(models.EscalationEvent.of(value)).to_record() == value


@given(of_struct(DeliveryRecord))
def test_deliveries(value: DeliveryRecord) -> None:
    assert through_json(models.NotificationDelivery.of(value)).to_record() == value


@given(of_struct(Entry))
def test_events(value: Entry) -> None:
    assert through_json(models.AlertEvent.of(value)).to_entry() == value


@given(of_struct(Silence))
def test_silences(value: Silence) -> None:
    assert through_json(models.Silence.of(value)).to_domain() == value


@given(of_struct(Balance))
def test_books(value: Balance) -> None:
    assert through_json(models.AlertMetrics.of(value)).to_domain() == value


@given(RECEIVERS)
def test_receivers(value: Receiver) -> None:
    assert models.NotificationConfig.of(value).to_domain() == value


@settings(max_examples=30)
@given(
    st.lists(RULES, max_size=2).map(tuple),
    st.dictionaries(NAMES, RECEIVERS, max_size=2),
    st.dictionaries(NAMES, POLICIES, max_size=2),
    st.booleans(),
)
def test_configurations(
    made: tuple[rules.Rule, ...],
    receivers: dict[str, Receiver],
    policies: dict[str, EscalationPolicy],
    is_operator: bool,
) -> None:
    value: TenantConfig = config(
        version=7,
        rules=made,
        receivers={n: msgspec.structs.replace(each, name=n) for n, each in receivers.items()},
        policies={n: msgspec.structs.replace(each, name=n) for n, each in policies.items()},
        is_operator=is_operator,
        external_url="https://example.com",
    )
    model = models.AlertSystemConfig.of(value)
    assert model.applied_to(value) == value
    assert model.applied_to(config()) == value


def test_the_secrets_of_a_receiver_are_never_shown() -> None:
    value = receiver(url="https://example.com/hush", headers={"Authorization": "Bearer hush"})
    model = models.NotificationConfig.of(value)
    page = models.NotificationConfigListResponse.of([model])
    whole = models.AlertSystemConfig.of(config(receivers={"oncall": value}))
    for each in (model, page, whole):
        assert "hush" not in each.model_dump_json()
        assert "hush" not in repr(each)
    with pytest.raises(ValidationError) as caught:
        models.NotificationConfig(name="", kind="webhook", url="https://example.com/hush")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(ValidationError):
        models.ThresholdCondition(query=models.Query(metric="cpu"), compare="gt", threshold=value)
    fields = models.Alert.of(alert()).to_fields()
    with pytest.raises(ValidationError):
        models.Alert(**{**fields, "value": value})


@pytest.mark.parametrize(
    "fields",
    [
        {"category": "metric"},
        {"category": "count", "conditions": [{"query": {}, "compare": "gt"}]},
        {"category": "count", "for_s": 5.0},
        {"category": "absent", "combine": "any"},
        {"category": "metric", "conditions": [{"query": {}, "compare": "gt"}], "threshold": 3},
        {"category": "metric", "conditions": [{"query": {}, "compare": "gt", "aggregate": "p101"}]},
        {"category": "metric", "conditions": [{"query": {}, "compare": "gt", "window_s": 0.0}]},
        {"category": "reported"},
        {"category": "rule-failed"},
        {"category": "count", "threshold": 0},
        {"category": "count", "unknown": 1},
        {"category": "count", "threshold": "3"},
    ],
)
def test_a_rule_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    text = msgspec.json.encode({"name": "r", **fields})
    with pytest.raises(ValidationError):
        models.AlertRule.model_validate_json(text)


def test_the_words_of_senders_are_taken_for_a_severity() -> None:
    fields = {**models.Alert.of(alert()).to_fields(), "severity": "medium"}
    model = models.Alert.model_validate_json(msgspec.json.encode(fields))
    assert model.severity is models.AlertSeverity.WARNING
    assert set(get_args(Severity)) == {each.value for each in models.AlertSeverity}
