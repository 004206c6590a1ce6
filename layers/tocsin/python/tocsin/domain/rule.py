"""Rules: what makes an alert of numbers, or of other alerts. Pure values; YAML becomes these.

A metric rule asks its source on a schedule. An alert rule looks at the tenant's alerts as they
change, and at the clock.
"""

from typing import Literal

import msgspec

from tocsin.domain.alert import Severity
from tocsin.domain.matchers import Matcher

# "present" holds wherever there is a value at all, as in alerting rules of Prometheus.
Comparison = Literal["gt", "gte", "lt", "lte", "eq", "ne", "absent", "present"]
Missing = Literal["missing", "breaching", "notBreaching", "ignore"]
AlertRuleKind = Literal["count", "absent", "correlation", "flapping"]

# The sources that every tenant has; others are configured by name.
PUSHED = "pushed"
OWN = "tocsin"


class Query(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to ask a source for.

    `metric` with `matchers` is for pushed metrics and tocsin's own; CloudWatch has `namespace`,
    `metric` and `dimensions` ("*" as a value stands for any), or a metric math `expression`;
    Prometheus has PromQL as `expression`.
    """

    source: str = PUSHED
    metric: str = ""
    matchers: tuple[Matcher, ...] = ()
    expression: str = ""
    namespace: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    # What CloudWatch makes one point of, of all that it got in a step: Average, Sum, p99 …
    statistic: str = "Average"
    # The distance of two points that the source is asked for, where it makes them.
    step_s: float = 60.0


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A comparison of an aggregate over a window with a threshold.

    `aggregate` is avg, min, max, sum, count, rate (per second, of a counter that may restart),
    last, or a percentile such as p95. `resolve` is the threshold that counts while the alert
    fires (hysteresis); None: the same.
    """

    query: Query
    compare: Comparison
    threshold: float = 0.0
    resolve: float | None = None
    aggregate: str = "avg"
    window_s: float = 300.0


class MetricRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="metric"):
    """A rule over metrics. Each set of values of the labels `by` is a series with its own alert.

    `by` None: every set of labels is one; (): all points together are one. Several conditions
    are compared series by series; a condition whose source gives a series no label holds for all.
    It fires after `breaches` evaluations in a row that breach, and once it has done so for
    `for_s`; it is resolved when it no longer breaches, after `keep_firing_for_s`. Not before
    `cooldown_s` after its end does a series fire anew. `limit` is the most alerts that the rule may
    begin in `limit_window_s`; 0: any number.
    """

    name: str
    conditions: tuple[Condition, ...]
    combine: Literal["all", "any"] = "all"
    by: tuple[str, ...] | None = None
    every_s: float = 60.0
    breaches: int = 1
    for_s: float = 0.0
    keep_firing_for_s: float = 0.0
    missing: Missing = "missing"
    cooldown_s: float = 0.0
    limit: int = 0
    limit_window_s: float = 3600.0
    severity: Severity = "warning"
    # Added to those of the series. Values of annotations may hold {{ $labels.NAME }} and
    # {{ $value }}, as in rules of Prometheus.
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    link: str = ""
    # The feature flag without which the rule rests; "": none.
    flag: str = ""


class AlertRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="alert"):
    """A rule over alerts that `matchers` match; each set of values of `by` counts by itself.

    `count`: at least `threshold` firings began within `window_s`. `absent`: none has fired for
    `window_s` (a heartbeat that stopped). `correlation`: at least `threshold` different alerts
    fire, which began within `window_s` of one another. `flapping`: one alert changed its status
    at least `threshold` times within `window_s`.
    """

    name: str
    kind: AlertRuleKind
    matchers: tuple[Matcher, ...] = ()
    by: tuple[str, ...] = ()
    window_s: float = 300.0
    threshold: int = 1
    cooldown_s: float = 0.0
    limit: int = 0
    limit_window_s: float = 3600.0
    severity: Severity = "warning"
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    link: str = ""
    flag: str = ""


Rule = MetricRule | AlertRule


class PrometheusSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="prom"):
    """A server with Prometheus' HTTP API. `secret` names what Secrets Manager has for it."""

    url: str
    username: str = ""
    secret: str = ""
    # "basic" with `username`, "bearer", or "" for none.
    auth: Literal["", "basic", "bearer"] = ""
    headers: dict[str, str] = {}
    timeout_s: float = 10.0


class CloudWatchSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="cw"):
    """CloudWatch in one region ("": tocsin's own), of the account that tocsin runs in."""

    region: str = ""
    timeout_s: float = 10.0


Source = PrometheusSource | CloudWatchSource
