"""The tenants of a run: their configuration and their keys."""

from typing import Any

from tests.builders import config, receiver, route
from tests.chaos.senders import hook
from tests.chaos.stack import Stack
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.domain import apikey
from tocsin.domain.config import TenantConfig
from tocsin.ports import ApiKey


def make_key(stack: Stack, tenant: str) -> tuple[str, str]:
    """Store a key of a tenant; return it, and the secret in it."""
    text = apikey.generate("test", (tenant.encode() * 48)[:48])
    presented = apikey.parse(text)
    key = ApiKey(
        id=presented.id,
        tenant=tenant,
        name="chaos",
        digest=apikey.digest(stack.resources.pepper.encode(), presented.secret),
        scopes=("ingest", "read"),
        created_at_s=0.0,
    )
    table = stack.resources.environ["CONTROL_TABLE"]
    DynamoKeys(aws.client("dynamodb"), table).put(key)
    return text, presented.secret


def acme(tenant: str = "acme", **fields: Any) -> TenantConfig:
    """Return a configuration with one webhook, grouped by alert name."""
    defaults: dict[str, Any] = {
        "route": route(group_by=("alertname",)),
        "receivers": {"oncall": receiver(url=hook(tenant))},
    }
    return config(tenant, **{**defaults, **fields})
