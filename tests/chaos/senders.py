"""What senders write, as API Gateway passes it on."""

import json
from base64 import b64encode
from typing import Any

# What a firing says that names its own end, and how long that is ahead.
LAPSING = "lapsing"
LAPSE_S = 120.0

Reports = tuple[tuple[str, str], ...]


def body_of(tenant: str, reports: Reports, extra: Any, now_s: float) -> bytes:
    """Return generic alerts that say what `reports` names, each with its tenant's canary."""
    alerts: list[Any] = [_alert(tenant, name, status, now_s) for name, status in reports]
    return json.dumps([*alerts, *extra]).encode()


def event_of(
    method: str, resource: str, key: str, request: str, body: bytes = b"", **query: str
) -> dict[str, Any]:
    """Return the event of one request."""
    return {
        "httpMethod": method,
        "resource": resource,
        "pathParameters": None,
        "queryStringParameters": query or None,
        "headers": {"x-api-key": key, "content-type": "application/json"},
        "requestContext": {"requestId": request},
        "body": b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def canary(tenant: str) -> str:
    """Return a text that may be found with its tenant only."""
    return f"canary-{tenant}-4f1c"


def hook(tenant: str, name: str = "oncall") -> str:
    """Return the URL of a receiver, with a secret in its path."""
    return f"http://127.0.0.1:9/{tenant}/{name}/hook-secret-{tenant}"


def _alert(tenant: str, name: str, status: str, now_s: float) -> dict[str, Any]:
    severity = "critical" if name.startswith("urgent") else "warning"
    end = {"ends_at": now_s + LAPSE_S} if status == LAPSING else {}
    return {
        **end,
        "name": name,
        "status": "firing" if end else status,
        "severity": severity,
        "summary": f"{canary(tenant)} {name}",
    }
