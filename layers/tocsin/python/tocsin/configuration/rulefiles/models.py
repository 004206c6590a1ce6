"""The shape of a rule file; docs/rules.schema.json and a part of configuration.md come of it."""

from typing import Annotated, Literal

from pydantic import Field

from tocsin.configuration.block import Block
from tocsin.configuration.fields import Duration, LabelName, MatcherText, Name, Url, between
from tocsin.configuration.rulefiles.cases import RuleTest
from tocsin.configuration.rulefiles.fields import (
    CONDITIONS_LIMIT,
    COUNT_LIMIT,
    Aggregate,
    CountWithin,
    Limit,
    MetricName,
    Number,
    Operator,
    SeverityWord,
    Statistic,
)

RULES_LIMIT = 1000

Window = Annotated[Duration, between("1s", "1d")]
Every = Annotated[Duration, between("1s", "1d")]
Wait = Annotated[Duration, between("0s", "7d")]
Text = Annotated[str, Field(max_length=4096)]


class Condition(Block):
    """What is asked for, and what it is compared with."""

    source: Name | None = Field(
        default=None,
        description="Who is asked: one of `sources` of tocsin.yaml, or `tocsin` for its own "
        "metrics. Left out, it is what was pushed to `/v1/metrics`.",
    )
    metric: MetricName | None = Field(default=None, description="The name of the metric.")
    matchers: list[MatcherText] = Field(
        default=[], max_length=20, description="Which of its series, by their labels."
    )
    expression: str | None = Field(
        default=None,
        min_length=1,
        max_length=4096,
        description="Instead of `metric`: PromQL for Prometheus, metric math for CloudWatch.",
    )
    namespace: str | None = Field(
        default=None, min_length=1, max_length=255, description="The namespace in CloudWatch."
    )
    dimensions: dict[LabelName, Text] = Field(
        default={},
        max_length=30,
        description='The dimensions in CloudWatch; `"*"` stands for each value there is.',
    )
    statistic: Statistic | None = Field(
        default=None,
        description="What CloudWatch makes one point of, of all that it got in a `step`: "
        "`Average` (if left out), `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such "
        "as `p99`.",
    )
    step: Window = Field(
        default="1m",
        validate_default=True,
        description="How far apart the points are that Prometheus and CloudWatch are asked for.",
    )
    aggregate: Aggregate = Field(
        default="avg",
        description="What is made of the points in the window: `avg`, `min`, `max`, `sum`, "
        "`count`, `rate` (per second, of a counter that may restart), `last`, or a percentile "
        "such as `p95`.",
    )
    window: Window = Field(
        default="5m", validate_default=True, description="How far back points are looked at."
    )
    op: Operator | None = Field(
        default=None,
        description="How it is compared with `threshold`. `absent` holds where there is no "
        "point, `present` where there is one, whatever its value.",
    )
    threshold: Number | None = Field(default=None, description="What it is compared with.")
    resolve: Number | None = Field(
        default=None,
        description="The threshold that counts while the alert fires, so that a value near "
        "`threshold` does not end it and begin it again; `threshold` if left out.",
    )


class Alerts(Block):
    """Alerts that a rule looks at, and when they are too many, too few or too restless."""

    matchers: list[MatcherText] = Field(
        default=[], max_length=20, description="Which alerts; all if left out."
    )
    by: list[LabelName] = Field(
        default=[],
        max_length=20,
        description="Labels of which each set of values counts by itself.",
    )
    count: CountWithin | None = Field(
        default=None, description="Fires once so many alerts began to fire in that time."
    )
    absent_for: Window | None = Field(
        default=None, description="Fires once none has fired for so long: a heartbeat stopped."
    )
    correlate: CountWithin | None = Field(
        default=None,
        description="Fires while so many different alerts fire that began within that time.",
    )
    flapping: CountWithin | None = Field(
        default=None,
        description="Fires once a single alert changed its status so often in that time.",
    )


class Rule(Condition):
    """A rule: one condition, several in `all` or `any`, or `alerts`."""

    name: Name = Field(description="The name of the rule, and of its alerts.")
    all_of: list[Condition] = Field(
        default=[],
        alias="all",
        max_length=CONDITIONS_LIMIT,
        description="Conditions of which each must hold, series by series.",
    )
    any_of: list[Condition] = Field(
        default=[],
        alias="any",
        max_length=CONDITIONS_LIMIT,
        description="Conditions of which one must hold.",
    )
    alerts: Alerts | None = Field(
        default=None, description="Makes it a rule over the tenant's alerts instead of metrics."
    )
    by: list[LabelName] | None = Field(
        default=None,
        max_length=20,
        description="Labels of which each set of values is a series with its own alert; `[]` "
        "takes all points together. Left out, each series of the metric is one.",
    )
    every: Every = Field(
        default="1m", validate_default=True, description="How often it is evaluated."
    )
    breaches: int = Field(
        default=1,
        ge=1,
        le=COUNT_LIMIT,
        description="How many evaluations in a row must breach before it fires.",
    )
    for_: Wait = Field(
        default="0s",
        validate_default=True,
        alias="for",
        description="How long it must have breached before it fires.",
    )
    keep_firing_for: Wait = Field(
        default="0s",
        validate_default=True,
        description="How long it fires on after it no longer breaches.",
    )
    missing: Literal["missing", "breaching", "notBreaching", "ignore"] = Field(
        default="missing", description="What it means that there is no data; see rules.md."
    )
    cooldown: Wait = Field(
        default="0s",
        validate_default=True,
        description="How long after its end a series does not fire anew.",
    )
    limit: Limit | None = Field(
        default=None, description="How many alerts the rule may begin in a time: `10/h`."
    )
    severity: SeverityWord = Field(default="warning", description="The severity of its alerts.")
    labels: dict[LabelName, Text] = Field(
        default={}, max_length=30, description="Labels that its alerts have besides those of `by`."
    )
    annotations: dict[LabelName, Text] = Field(
        default={},
        max_length=30,
        description="What its alerts say; `{{ $labels.NAME }}` and `{{ $value }}` are replaced.",
    )
    link: Url = Field(default="", description="The address of a page that helps.")
    flag: Name | None = Field(
        default=None, description="The feature flag without which the rule rests."
    )


class RuleFile(Block):
    """A rule file: rules, and tests of them."""

    rules: list[Rule] = Field(max_length=RULES_LIMIT, description="The rules.")
    tests: list[RuleTest] = Field(
        default=[], max_length=RULES_LIMIT, description="What the rules make of given series."
    )
