"""API keys for the tenants of a run."""

from tests.chaos.stack import Stack
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.domain import apikey
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
