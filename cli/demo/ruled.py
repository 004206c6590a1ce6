"""What rules and escalation do: a metric that breaches, and an alert that climbs a policy."""

from cli.demo.channels import told_end, told_first, told_more
from cli.demo.plan import Act, Notice, Sending

TENANT = "initech"
# The receiver of the route, then those of the policy's steps.
OPS, SECOND, LEAD, BOSS = "ops", "second", "lead", "boss"
METRICS_PATH = "/v1/metrics"
ACKNOWLEDGE = "acknowledge"

HOT = "CpuHot web-9"
CLIMBING = "CheckoutDown shop-1"
CLIMBING_LABELS = {"alertname": "CheckoutDown", "instance": "shop-1", "severity": "critical"}
# Longer than the delay of the policy's third step, and than two evaluations of the rule.
_QUIET_S = 15.0


def ruled_acts() -> tuple[Act, ...]:
    """Return the acts in their order; the configuration has the rule and the policy."""
    return (
        Act(
            "A metric breaches, nobody looks after an alert, and five channels hear of a queue",
            (
                told_first(),
                _cpu(
                    97.0, "the CPU of web-9 at 97 %: a rule fires after two breaches", 1, "firing"
                ),
                Sending(
                    tenant=TENANT,
                    title="the checkout is down; nobody acknowledges for two steps of the policy",
                    path="/v1/alerts",
                    payload=_checkout("firing"),
                    accepted=1,
                    news=1,
                    notices=_heard(CLIMBING, "firing", OPS, SECOND, LEAD),
                ),
            ),
        ),
        Act(
            "Somebody acknowledges, and the metric is well again",
            (
                told_more(),
                Sending(
                    tenant=TENANT,
                    title="ann acknowledges before the third step",
                    path=ACKNOWLEDGE,
                    payload=CLIMBING_LABELS,
                    accepted=0,
                    news=0,
                ),
                _cpu(20.0, "the CPU of web-9 at 20 %", 1, "resolved"),
            ),
        ),
        Act(
            "The metric breaches while its rule cools down, and the third step would be due",
            (_cpu(98.0, "the CPU of web-9 at 98 %: nobody is told", 0, ""),),
            lasts_s=_QUIET_S,
        ),
        Act(
            "The checkout is up, and the queues move",
            (
                told_end(),
                Sending(
                    tenant=TENANT,
                    title="whoever heard of it hears of its end",
                    path="/v1/alerts",
                    payload=_checkout("resolved"),
                    accepted=1,
                    news=1,
                    notices=_heard(CLIMBING, "resolved", OPS, SECOND, LEAD),
                ),
            ),
        ),
    )


def _cpu(percent: float, title: str, made: int, step: str) -> Sending:
    return Sending(
        tenant=TENANT,
        title=title,
        path=METRICS_PATH,
        payload={"name": "demo_cpu_percent", "value": percent, "labels": {"instance": "web-9"}},
        accepted=0,
        news=made,
        made=made,
        points=1,
        notices=_heard(HOT, step, OPS) if made else (),
    )


def _checkout(status: str) -> dict[str, object]:
    return {
        "status": status,
        "severity": "critical",
        "labels": CLIMBING_LABELS,
        "annotations": {"summary": "No order for a minute"},
    }


def _heard(alert: str, step: str, *receivers: str) -> tuple[Notice, ...]:
    return tuple(Notice(TENANT, receiver, alert, step) for receiver in receivers)
