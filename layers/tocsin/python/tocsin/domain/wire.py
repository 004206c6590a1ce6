"""The canonical alert as JSON, the one form in which alerts leave tocsin for programs.

`docs/alert.md` describes it; `docs/alert.schema.json` is `json_schema()`.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tocsin.domain.alert import Alert, Severity, Status

_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"

Time = Annotated[str, Meta(pattern=_TIME, description="RFC 3339, UTC, with milliseconds")]


class CanonicalAlert(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One named problem of one thing, firing or resolved."""

    name: Annotated[str, Meta(min_length=1, description="What is wrong.")]
    status: Annotated[Status, Meta(description="Whether it is wrong now.")]
    severity: Annotated[Severity, Meta(description="How bad it is, mapped to five words.")]
    labels: Annotated[
        dict[str, str],
        Meta(
            description="The identity: the same when firing and when resolved.",
            extra_json_schema={"required": ["alertname"]},
        ),
    ]
    annotations: Annotated[dict[str, str], Meta(description="Texts for people.")]
    starts_at: Annotated[
        Time | None,
        Meta(description="When it began; the time of receipt if a firing alert does not say."),
    ]
    ends_at: Annotated[
        Time | None, Meta(description="When it ended, if the sender of a resolved alert says.")
    ]
    provider: Annotated[str, Meta(min_length=1, description="The monitoring system it is from.")]
    url: Annotated[
        str,
        Meta(pattern="^(https?://.*)?$", description="Where to look at it: http, https or empty."),
    ]
    fingerprint: Annotated[
        str,
        Meta(
            pattern="^[0-9a-f]{32}$",
            description="BLAKE2b of the tenant and the sorted labels that are not empty.",
        ),
    ]
    value: Annotated[float | None, Meta(description="The measured value, if the sender says.")]


def canonical(alert: Alert, fingerprint: str, received_at_s: float) -> dict[str, Any]:
    """Return the fields of the canonical alert."""
    starts_at_s = alert.starts_at_s
    if starts_at_s is None and alert.status == "firing":
        starts_at_s = received_at_s
    return msgspec.structs.asdict(
        CanonicalAlert(
            name=alert.name,
            status=alert.status,
            severity=alert.severity,
            labels=alert.labels,
            annotations=alert.annotations,
            starts_at=None if starts_at_s is None else rfc3339(starts_at_s),
            ends_at=None if alert.ends_at_s is None else rfc3339(alert.ends_at_s),
            provider=alert.provider,
            url=alert.url,
            fingerprint=fingerprint,
            value=alert.value,
        )
    )


def rfc3339(at_s: float) -> str:
    """Return a time as the canonical alert writes it: `2025-11-22T06:30:00.000Z`."""
    text = datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
    return f"{text.removesuffix('+00:00')}Z"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the canonical alert."""
    (_,), definitions = msgspec.json.schema_components([CanonicalAlert])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **definitions["CanonicalAlert"],
        "title": "Canonical alert",
    }
