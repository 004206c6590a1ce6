"""Azure Monitor alerts in the common alert schema.

Source: learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Severity, Status
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.azure_context import (
    annotations_of,
    identity_of,
    is_over,
    link_of,
    value_of,
)
from tocsin.providers.fields import mapping, wanted_object, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_each, read_one
from tocsin.providers.reading import expected, kind, quoted, rfc3339, text, web_link
from tocsin.providers.unending import holds_until

PROVIDER = "azure"

_SCHEMA = "azureMonitorCommonAlertSchema"
# Azure calls these Critical, Error, Warning, Informational and Verbose.
_SEVERITIES: dict[str, Severity] = {
    "sev0": "critical", "sev1": "high", "sev2": "warning", "sev3": "info", "sev4": "low",
}  # fmt: skip
_ESSENTIALS = "data.essentials"
_TOLD = ("alertId", "alertRule", "originAlertId", "essentialsVersion", "alertContextVersion")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification, or a list of them."""
    if type(payload) is list:
        return read_each(payload, "", partial(_member, received_at_s))
    if type(payload) is not dict:
        raise InvalidPayload(f"azure: expected an object or a list, got {kind(payload)}")
    if payload.get("schemaId") != _SCHEMA:
        # Without it Azure has one form for each kind of alert, which are not read.
        raise InvalidPayload(f"azure: schemaId: expected {_SCHEMA}", "schemaId")
    return read_one(payload, partial(_read, received_at_s))


def _member(received_at_s: float, member: Any) -> Alert:
    body = wanted_object(member, "")
    if body.get("schemaId") != _SCHEMA:
        raise InvalidAlert(f"expected {_SCHEMA}", "schemaId")
    return _read(received_at_s, body)


def _read(received_at_s: float, body: dict[str, Any]) -> Alert:
    data = wanted_object(body.get("data"), "data")
    essentials = wanted_object(data.get("essentials"), _ESSENTIALS)
    context = mapping(data.get("alertContext"))
    name = wanted_text(essentials.get("alertRule"), f"{_ESSENTIALS}.alertRule")
    status = _status(essentials, context)
    fired_at_s = rfc3339(essentials.get("firedDateTime"), f"{_ESSENTIALS}.firedDateTime")
    ended_at_s = rfc3339(essentials.get("resolvedDateTime"), f"{_ESSENTIALS}.resolvedDateTime")
    is_event = text(essentials.get("signalType")).lower() == "activity log"
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=_severity(essentials.get("severity")),
        labels=check_labels({
            **identity_of(context), "alertname": name, "resource": _targets(essentials),
        }),
        annotations=_annotations(data, essentials, context),
        starts_at_s=fired_at_s,
        ends_at_s=ended_at_s if status == "resolved" else None,
        observed_at_s=_observed_at_s(status, fired_at_s, ended_at_s, is_event),
        # An entry of the activity log is one event: Azure never says that it is over.
        holds_until_s=holds_until(received_at_s) if is_event and status == "firing" else None,
        provider=PROVIDER,
        url=_link(essentials, context),
        value=value_of(context),
    )  # fmt: skip


def _status(essentials: dict[str, Any], context: dict[str, Any]) -> Status:
    word = essentials.get("monitorCondition")
    path = f"{_ESSENTIALS}.monitorCondition"
    if type(word) is not str:
        raise expected("Fired or Resolved", word, path)
    if word.lower() == "resolved":
        return "resolved"
    if word.lower() == "fired":
        return "resolved" if is_over(context) else "firing"
    raise InvalidAlert(f"expected Fired or Resolved, got {quoted(word)}", path)


def _observed_at_s(
    status: Status, fired_at_s: float | None, ended_at_s: float | None, is_event: bool
) -> float | None:
    if status == "firing" or is_event:
        return fired_at_s
    return ended_at_s


def _severity(word: Any) -> Severity:
    return _SEVERITIES.get(text(word).strip().lower(), "warning")


def _targets(essentials: dict[str, Any]) -> str:
    """Return the resources in one order and one case: Azure's ids do not care for case."""
    targets = essentials.get("alertTargetIDs")
    path = f"{_ESSENTIALS}.alertTargetIDs"
    if targets is None:
        return ""
    if type(targets) is not list:
        raise expected("a list", targets, path)
    for index, target in enumerate(targets):
        if type(target) is not str:
            raise expected("a string", target, f"{path}[{index}]")
    return ",".join(sorted({target.lower() for target in targets}))


def _annotations(
    data: dict[str, Any], essentials: dict[str, Any], context: dict[str, Any]
) -> dict[str, str]:
    said = {"description": essentials.get("description"), **annotations_of(context)}
    return annotations(said, essentials, data.get("customProperties"), without=_TOLD)


def _link(essentials: dict[str, Any], context: dict[str, Any]) -> str:
    link = web_link(essentials.get("investigationLink")) or link_of(context)
    targets = essentials.get("alertTargetIDs")
    if link or not targets or not text(targets[0]).startswith("/"):
        return link
    return web_link(f"https://portal.azure.com/#@/resource{targets[0]}")
