"""Where rules get numbers from: the block `sources` of a tenant."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from tocsin.configuration.block import Block
from tocsin.configuration.fields import (
    Duration,
    HeaderName,
    HeaderValue,
    Name,
    SecretUrl,
    between,
    wrong,
)
from tocsin.configuration.signing import MASK, SecretName
from tocsin.domain.duration import format_duration
from tocsin.domain.rule import OWN, PUSHED, CloudWatchSource, PrometheusSource, Source

# All sources of an evaluation are asked at once, and have 20 seconds together.
SourceTimeout = Annotated[Duration, between("100ms", "10s")]
_REGION = re.compile(r"[a-z]{2}(-[a-z0-9]{1,16}){1,4}")


def _region(text: str) -> str:
    if _REGION.fullmatch(text) is None:
        raise wrong("not a region, such as eu-central-1")
    return text


Region = Annotated[
    str, AfterValidator(_region), WithJsonSchema({"type": "string", "x-kind": "region"})
]


class BasicAuth(Block):
    """A user name, and the password that Secrets Manager has."""

    username: str = Field(min_length=1, max_length=256, description="The user's name.")
    secret: SecretName = Field(
        description="The name of the password in Secrets Manager, `tocsin/TENANT/…`."
    )


class Prometheus(Block):
    """A server with Prometheus' HTTP API, such as Prometheus, Thanos, Mimir or VictoriaMetrics."""

    url: SecretUrl = Field(
        description="The address before `/api/v1/`; `http` only for the same machine."
    )
    basic: BasicAuth | None = Field(default=None, description="Basic authentication.")
    bearer: SecretName | None = Field(
        default=None,
        description="The name of a bearer token in Secrets Manager, `tocsin/TENANT/…`.",
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default={},
        max_length=20,
        description="HTTP headers to add, such as `X-Scope-OrgID`; they are stored with the "
        "configuration.",
    )
    timeout: SourceTimeout = Field(
        default="10s", validate_default=True, description="How long to wait for an answer."
    )

    @model_validator(mode="after")
    def _has_one_authentication(self) -> Self:
        if self.basic is not None and self.bearer is not None:
            raise wrong("has one of basic and bearer")
        return self


class CloudWatch(Block):
    """CloudWatch in one region, of the account that tocsin runs in."""

    region: Region | None = Field(default=None, description="The region; tocsin's if left out.")
    timeout: SourceTimeout = Field(
        default="10s", validate_default=True, description="How long to wait for an answer."
    )


class MetricSource(Block):
    """A source of metrics: a name and exactly one of the kinds."""

    name: Name = Field(description="What rules call the source.")
    prometheus: Prometheus | None = Field(default=None, description="A Prometheus.")
    cloudwatch: CloudWatch | None = Field(default=None, description="CloudWatch.")

    @model_validator(mode="after")
    def _has_one_kind(self) -> Self:
        if (self.prometheus is None) == (self.cloudwatch is None):
            raise wrong("a source has exactly one of prometheus and cloudwatch")
        if self.name in (PUSHED, OWN):
            raise wrong(f"every tenant has a source called {self.name} already")
        return self


def to_source(model: MetricSource) -> Source:
    """Make what rules ask."""
    if model.cloudwatch is not None:
        cloudwatch = model.cloudwatch
        return CloudWatchSource(region=cloudwatch.region or "", timeout_s=cloudwatch.timeout)
    assert model.prometheus is not None, "the model has exactly one kind"
    prometheus = model.prometheus
    return PrometheusSource(
        url=prometheus.url.get_secret_value(),
        auth="basic" if prometheus.basic else "bearer" if prometheus.bearer else "",
        username=prometheus.basic.username if prometheus.basic else "",
        secret=prometheus.basic.secret if prometheus.basic else prometheus.bearer or "",
        headers={name: value.get_secret_value() for name, value in prometheus.headers.items()},
        timeout_s=prometheus.timeout,
    )


def displayed_source(name: str, source: Source) -> dict[str, Any]:
    """Return a source as people may see it; its address is no secret, its headers may be."""
    shown: dict[str, Any] = {"timeout": format_duration(source.timeout_s)}
    if isinstance(source, CloudWatchSource):
        return {"name": name, "cloudwatch": {**_given("region", source.region), **shown}}
    shown = {"url": source.url, **shown}
    if source.auth == "basic":
        shown["basic"] = {"username": source.username, "secret": source.secret}
    elif source.auth == "bearer":
        shown["bearer"] = source.secret
    if source.headers:
        shown["headers"] = dict.fromkeys(source.headers, MASK)
    return {"name": name, "prometheus": shown}


def _given(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}
