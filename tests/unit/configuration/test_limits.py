import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.display import displayed
from tocsin.domain.config import TenantConfig
from tocsin.domain.limits import Bucket, Limits, quotas_for
from tocsin.providers.registry import NAMES

TEXT = """
tenants:
  acme:
    receivers: [{name: hook, webhook: {url: https://example.com/hook}}]
    route: {receiver: hook}
    limits: LIMITS
"""


def converted(limits: str) -> TenantConfig:
    document = load(TEXT.replace("LIMITS", limits), "t.yaml", {})
    return to_tenant_config("acme", document.tenants["acme"], version=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", Limits(alerts=100, webhook=200)),
        ("{alerts: 7, webhook: 100000}", Limits(alerts=7, webhook=100_000)),
        ("{alerts: unlimited, webhook: 0}", Limits(alerts=0, webhook=0)),
        (
            "{providers: {datadog: {rate: 5, burst: 50}, default: {rate: 1, burst: 1}}}",
            Limits(
                providers={
                    "datadog": Bucket(rate_per_s=5, burst=50),
                    "default": Bucket(rate_per_s=1, burst=1),
                }
            ),
        ),
    ],
)
def test_limits_are_read(text: str, expected: Limits) -> None:
    assert converted(text).limits == expected


def test_without_the_block_the_defaults_hold() -> None:
    text = TEXT.replace("    limits: LIMITS\n", "")
    tenant = load(text, "t.yaml", {}).tenants["acme"]
    assert to_tenant_config("acme", tenant, 1).limits == Limits()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{alerts: -1}", "tenants.acme.limits.alerts: must be a whole number from 0 to 100000"),
        ("{alerts: 100001}", "or unlimited"),
        ("{alerts: 1.5}", "must be a whole number"),
        ("{alerts: true}", "must be a whole number"),
        ("{alerts: never}", "must be a whole number"),
        ("{providers: {nagioss: {rate: 1, burst: 1}}}", "there is no such provider; there are"),
        ("{providers: {datadog: {rate: 0, burst: 1}}}", "must be at least 1"),
        ("{providers: {datadog: {rate: 1}}}", "is required"),
        ("{email: 50}", "is not a known field"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(ConfigurationErrors) as failed:
        converted(text)
    assert message in str(failed.value)


@pytest.mark.parametrize(
    "text",
    [
        "{alerts: 100, webhook: 200}",
        "{alerts: unlimited, webhook: 1, providers: {datadog: {rate: 5, burst: 50}}}",
    ],
)
def test_what_is_shown_can_be_applied_again(text: str) -> None:
    config = converted(text)
    shown = displayed(config)["limits"]
    assert converted(str(shown).replace("'", "")) == config


def test_a_named_bucket_comes_before_the_one_for_all() -> None:
    limits = Limits(
        providers={
            "datadog": Bucket(rate_per_s=5, burst=50),
            "default": Bucket(rate_per_s=1, burst=10),
        }
    )
    found = {name: quotas_for(limits, "webhook", name)[1].limit for name in NAMES}
    assert found.pop("datadog") == 50
    assert set(found.values()) == {10}


def test_lifted_limits_are_no_quotas() -> None:
    assert quotas_for(Limits(alerts=0), "alerts", "generic") == ()
    assert [each.limit for each in quotas_for(Limits(alerts=0), "webhook", "generic")] == [200]
