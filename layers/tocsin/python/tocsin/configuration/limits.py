"""The `limits` block of `tocsin.yaml`."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from tocsin.configuration.block import Block
from tocsin.configuration.fields import wrong
from tocsin.domain import limits as domain
from tocsin.domain.limits import ANY_PROVIDER, REQUESTS_LIMIT, UNLIMITED
from tocsin.providers.registry import NAMES

RATE_LIMIT = 10_000

_WORD = "unlimited"


def _requests(value: object) -> int:
    if value == _WORD:
        return UNLIMITED
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= REQUESTS_LIMIT:  # type: ignore[operator]
        raise wrong(f"must be a whole number from 0 to {REQUESTS_LIMIT}, or {_WORD}")
    return int(value)  # type: ignore[call-overload, no-any-return]


def _provider(name: str) -> str:
    if name not in (*NAMES, ANY_PROVIDER):
        raise wrong(f"there is no such provider; there are {', '.join(NAMES)}, and {ANY_PROVIDER}")
    return name


RequestsAMinute = Annotated[
    int,
    BeforeValidator(_requests),
    WithJsonSchema({"type": "string", "x-kind": f"number, 0 to {REQUESTS_LIMIT}, or `{_WORD}`"}),
]
ProviderName = Annotated[
    str, AfterValidator(_provider), WithJsonSchema({"type": "string", "x-kind": "provider"})
]


class Bucket(Block):
    """A token bucket: `rate` fills it, `burst` is what it holds, each request takes one."""

    rate: int = Field(ge=1, le=RATE_LIMIT, description="Requests a second in the long run.")
    burst: int = Field(ge=1, le=REQUESTS_LIMIT, description="Requests that may come at once.")


class Limits(Block):
    """From how many requests on senders are asked to wait; see limits.md. 0 is `unlimited`."""

    alerts: RequestsAMinute = Field(
        default=100,
        description="Requests a minute to `/v1/alerts` and `/api/v2/alerts`, whatever they carry.",
    )
    webhook: RequestsAMinute = Field(
        default=200,
        description="Requests a minute to `/v1/alerts/PROVIDER` and `/v2/enqueue`, all together.",
    )
    metrics: RequestsAMinute = Field(
        default=200, description="Requests a minute to `/v1/metrics`, of metrics that are pushed."
    )
    providers: dict[ProviderName, Bucket] = Field(
        default={},
        description="A further limit for each provider that is named here, and one for each "
        "other provider under `default`.",
    )


def to_limits(model: Limits) -> domain.Limits:
    """Make what the pipeline uses."""
    return domain.Limits(
        alerts=model.alerts,
        webhook=model.webhook,
        metrics=model.metrics,
        providers={
            name: domain.Bucket(rate_per_s=bucket.rate, burst=bucket.burst)
            for name, bucket in model.providers.items()
        },
    )


def displayed_limits(limits: domain.Limits) -> dict[str, object]:
    """Return the block as people may see it."""
    shown: dict[str, object] = {
        "alerts": limits.alerts or _WORD,
        "webhook": limits.webhook or _WORD,
        "metrics": limits.metrics or _WORD,
    }
    if limits.providers:
        shown["providers"] = {
            name: {"rate": int(bucket.rate_per_s), "burst": bucket.burst}
            for name, bucket in limits.providers.items()
        }
    return shown
