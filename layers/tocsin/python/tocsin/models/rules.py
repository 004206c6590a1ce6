"""Rules, and the conditions of those over metrics."""

from typing import Annotated, Literal, Self

import msgspec
from pydantic import AfterValidator, Field, model_validator

from tocsin.domain import rule as domain
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.windows import reducer
from tocsin.models.model import Model, fields_of, to_struct
from tocsin.models.words import (
    RULE_CATEGORIES,
    AlertCategory,
    AlertSeverity,
    Comparison,
    Labels,
    MetricType,
    SeverityWord,
    rule_category,
)


def _aggregate(word: str) -> str:
    if word not in ("rate", "last"):
        try:
            reducer(word)
        except ConfigurationError as error:
            raise ValueError(str(error)) from None
    return word


Aggregate = Annotated[
    str,
    AfterValidator(_aggregate),
    Field(description="avg, min, max, sum, count, rate, last, or a percentile such as p95."),
]
_Operator = Literal["=", "!=", "=~", "!~"]
_OF_METRICS = {field.name for field in msgspec.structs.fields(domain.MetricRule)}
_OF_ALERTS = {field.name for field in msgspec.structs.fields(domain.AlertRule)} - {"kind"}


class Query(Model):
    """What a source is asked for."""

    source: str = domain.PUSHED
    metric: str = ""
    matchers: tuple[tuple[str, _Operator, str], ...] = ()
    expression: str = ""
    namespace: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    statistic: str = "Average"
    step_s: float = 60.0


class ThresholdCondition(Model):
    """A comparison of an aggregate over a window with a threshold.

    >>> cpu = Query(metric="cpu_percent")
    >>> condition = ThresholdCondition(query=cpu, compare="gte", threshold=85.0)
    >>> condition.metric_type.value
    'gauge'
    >>> ThresholdCondition(  # doctest: +IGNORE_EXCEPTION_DETAIL
    ...     query=cpu, compare="above", threshold=85.0
    ... )
    Traceback (most recent call last):
    pydantic.ValidationError: 1 validation error
    """

    query: Query
    compare: Comparison
    threshold: float = 0.0
    resolve: float | None = Field(default=None, description="The threshold while it fires.")
    aggregate: Aggregate = "avg"
    window_s: float = Field(default=300.0, gt=0)

    @property
    def metric_type(self) -> MetricType:
        """Return how the points are read: a rate is that of a counter, which may restart."""
        return MetricType.SUM if self.aggregate == "rate" else MetricType.GAUGE

    @classmethod
    def of(cls, value: domain.Condition) -> Self:
        """Make the model of the pipeline's value."""
        return cls.from_fields(value)

    def to_domain(self) -> domain.Condition:
        """Return the pipeline's value."""
        return to_struct(self.to_fields(), domain.Condition)


class AlertRule(Model):
    """A rule: of `conditions` over metrics, or of another category over alerts.

    >>> rule = AlertRule(name="Storm", category="count", threshold=20)
    >>> rule.to_domain().kind, rule.severity.value
    ('count', 'warning')
    >>> AlertRule.of(rule.to_domain()) == rule
    True
    """

    name: str = Field(min_length=1)
    category: Annotated[AlertCategory, Field(strict=False)]
    # Over metrics.
    conditions: tuple[ThresholdCondition, ...] = ()
    combine: Literal["all", "any"] = "all"
    every_s: float = 60.0
    breaches: int = Field(default=1, ge=1)
    for_s: float = Field(default=0.0, ge=0)
    keep_firing_for_s: float = Field(default=0.0, ge=0)
    missing: Literal["missing", "breaching", "notBreaching", "ignore"] = "missing"
    # Over alerts.
    matchers: tuple[tuple[str, _Operator, str], ...] = ()
    window_s: float = Field(default=300.0, gt=0)
    threshold: int = Field(default=1, ge=1)
    # Both. `by` None, every set of labels is a series of its own, is for metrics alone.
    by: tuple[str, ...] | None = None
    cooldown_s: float = Field(default=0.0, ge=0)
    limit: int = Field(default=0, ge=0)
    limit_window_s: float = Field(default=3600.0, gt=0)
    severity: SeverityWord = AlertSeverity.WARNING
    labels: Labels = Field(default={})
    annotations: Labels = Field(default={})
    link: str = ""
    flag: str = ""

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        is_of_metrics = self.category == AlertCategory.METRIC
        if self.category not in RULE_CATEGORIES:
            raise ValueError(f"no rule makes alerts of the category {self.category.value}")
        if is_of_metrics != bool(self.conditions):
            raise ValueError("conditions are for the category metric, which needs one at least")
        others = _OF_ALERTS - _OF_METRICS if is_of_metrics else _OF_METRICS - _OF_ALERTS
        for name in sorted(others):
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name} is not for the category {self.category.value}")
        return self

    @classmethod
    def of(cls, value: domain.Rule) -> Self:
        """Make the model of the pipeline's value."""
        fields = fields_of(value)
        fields.pop("kind", None)
        return cls.from_fields({**fields, "category": rule_category(value)})

    def to_domain(self) -> domain.Rule:
        """Return the pipeline's value."""
        fields = self.to_fields()
        if self.category == AlertCategory.METRIC:
            return to_struct({name: fields[name] for name in _OF_METRICS}, domain.MetricRule)
        own = {name: fields[name] for name in _OF_ALERTS}
        return to_struct({**own, "kind": fields["category"], "by": self.by or ()}, domain.AlertRule)
