"""One rule over alerts, what it saw and what it told."""

from typing import Any

from tests.builders import T0
from tocsin.domain.alert import Alert
from tocsin.domain.alertrule import look, take
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.happening import SeenChange
from tocsin.domain.rule import AlertRule
from tocsin.domain.rulestate import RuleState


class World:
    """One rule, its state and what it told."""

    def __init__(self, **fields: Any) -> None:
        defaults: dict[str, Any] = {"name": "Rule", "kind": "count", "window_s": 60.0}
        self.rule = AlertRule(**{**defaults, **fields})
        self.state = RuleState(tenant="acme", rule=self.rule.name)

    def take(self, *seen: SeenChange, at_s: float | None = None) -> list[Alert]:
        when_s = max(each.at_s for each in seen) if at_s is None else at_s
        evaluated = take(self.rule, self.state, seen, when_s)
        self.state = evaluated.state
        return list(evaluated.alerts)

    def look(self, at_s: float) -> list[Alert]:
        evaluated = look(self.rule, self.state, at_s)
        self.state = evaluated.state
        return list(evaluated.alerts)


def fires(name: str = "A", at_s: float = T0, **fields: Any) -> SeenChange:
    return _seen(name, "firing", at_s, fields)


def ends(name: str = "A", at_s: float = T0, **fields: Any) -> SeenChange:
    return _seen(name, "resolved", at_s, fields)


def _seen(name: str, status: Any, at_s: float, fields: dict[str, Any]) -> SeenChange:
    labels = {"alertname": name, **fields.pop("labels", {})}
    provider = fields.pop("provider", "prometheus")
    defaults: dict[str, Any] = {
        "source": f"{name}.{status}.{at_s}",
        "fingerprint": fingerprint("acme", labels),
        "order_at_s": at_s,
        "episode": int(at_s * 1000),
        "labels": {"severity": "warning", "provider": provider, **labels},
    }
    values = {**defaults, **fields}
    return SeenChange(name=name, status=status, at_s=at_s, **values)


def statuses(alerts: list[Alert]) -> list[str]:
    return [each.status for each in alerts]
