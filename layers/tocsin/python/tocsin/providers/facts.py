"""What is worth knowing of each provider at a glance; docs/providers/README.md is made of it.

No function imports this.
"""

import msgspec


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table, in Markdown. `page` is the name of the page that says more.

    `signature` is what the sender signs with; "" if it signs nothing. `address` and
    `alerts_of` are only given where they are not made of the name.
    """

    title: str
    kinds: str
    identity: str
    severity: str
    resolved: str
    signature: str = ""
    page: str = ""
    address: str = ""
    alerts_of: str = ""


# Where the label `alertname` is empty, since the name can change while a problem lasts.
_UNNAMED = "; the name is none"
# How `resolved` begins where no alert is ever said to be over, and what it says of some.
NEVER_SAID = "never said:"
SOME_HOLD = ": 65 minutes"
_HOLDS = f"{NEVER_SAID} ends after 65 minutes without a repeat"
_LABEL = "label `severity` or `priority`"
_DOWN = "always `critical`"
_TAG = "a tag `severity:…`, else `critical`"

FACTS: dict[str, Facts] = {
    "alertmanager": Facts(
        title="Alertmanager webhook", kinds="group", identity="all labels", severity=_LABEL,
        resolved="the alert's own `status`",
    ),
    "alertmanager-api": Facts(
        title="Alertmanager API v2 (Prometheus, amtool)", kinds="list of alerts",
        identity="all labels", severity=_LABEL,
        resolved="`endsAt` has passed, or no repeat for `resolve_timeout`",
        page="alertmanager", address="/api/v2/alerts", alerts_of="prometheus",
    ),
    "azure": Facts(
        title="Azure Monitor", kinds="common alert schema",
        identity="rule, resource, dimensions or operation",
        severity="`Sev0` to `Sev4` in order",
        resolved="`monitorCondition` `Resolved`; activity log: 65 minutes",
    ),
    "checkmk": Facts(
        title="Checkmk", kinds="host, service, event console", identity="host, service, site",
        severity="state: CRITICAL and DOWN `critical`, others `warning`",
        resolved="`RECOVERY`; event console: 65 minutes",
    ),
    "cloudwatch": Facts(
        title="Amazon CloudWatch", kinds="SNS, EventBridge, contributors",
        identity="alarm, account, region, metric, dimensions",
        severity="tag or description `severity`, else `warning`", resolved="`OK`",
        signature="SNS `Signature`",
    ),
    "coralogix": Facts(
        title="Coralogix", kinds="alert", identity="name, `dedupKey`",
        severity="P1 to P5 in order", resolved="`resolve`",
    ),
    "datadog": Facts(
        title="Datadog", kinds="recommended and default payload",
        identity="monitor, organisation, scope" + _UNNAMED,
        severity="P1 to P5 in order, else the type", resolved="`Recovered`; a test: 65 minutes",
    ),
    "dead-mans-snitch": Facts(
        title="Dead Man's Snitch", kinds="missing, errored, reporting, paused",
        identity="name, token", severity=_TAG, resolved="`snitch.reporting`",
    ),
    "dynatrace": Facts(
        title="Dynatrace", kinds="problem notification", identity="problem" + _UNNAMED,
        severity="AVAILABILITY `critical`, ERROR `high`, others `warning`",
        resolved="`RESOLVED`; a test: 65 minutes",
    ),
    "gcp": Facts(
        title="Google Cloud Monitoring", kinds="webhook, Pub/Sub",
        identity="policy, condition, project, resource, metric",
        severity="the policy's, else `warning`", resolved="`closed`",
    ),
    "generic": Facts(
        title="Generic JSON", kinds="one alert, list, `alerts`", identity="name, labels",
        severity="[the words](../alert.md#severity)", resolved="[the words](generic.md#status)",
        address="/v1/alerts",
    ),
    "grafana": Facts(
        title="Grafana Alerting", kinds="group", identity="all labels, Grafana, rule",
        severity=_LABEL, resolved="the alert's own `status`; a test: 65 minutes",
        signature="`X-Grafana-Alerting-Signature`",
    ),
    "graylog": Facts(
        title="Graylog", kinds="event notification", identity="definition, key, grouping",
        severity="priority: 4 `critical`, 3 `high`, 2 `warning`, 1 `low`, 0 `info`",
        resolved=_HOLDS,
    ),
    "healthchecks": Facts(
        title="Healthchecks.io", kinds="the body of its page", identity="name, `$CODE`",
        severity=_TAG, resolved="`up`",
    ),
    "icinga2": Facts(
        title="Icinga 2", kinds="host, service", identity="host, service, site",
        severity="state: CRITICAL and DOWN `critical`, others `warning`", resolved="`RECOVERY`",
    ),
    "kibana": Facts(
        title="Elastic Kibana", kinds="action of a rule", identity="rule, alert, space, Kibana",
        severity="`severity`, else the action group",
        resolved="action group `recovered`; security rules: 65 minutes",
    ),
    "librenms": Facts(
        title="LibreNMS", kinds="API transport", identity="rule, device",
        severity="the rule's", resolved="`state` 0",
    ),
    "netdata": Facts(
        title="Netdata", kinds="Agent alert, node of Netdata Cloud",
        identity="alert, host, chart", severity="CRITICAL, WARNING", resolved="`CLEAR`, reachable",
        signature="client certificate",
    ),
    "newrelic": Facts(
        title="New Relic", kinds="issue, classic incident", identity="issue, account" + _UNNAMED,
        severity="CRITICAL `critical`, HIGH `high`, MEDIUM `warning`, LOW `low`",
        resolved="`CLOSED`",
    ),
    "opsgenie": Facts(
        title="Opsgenie", kinds="create-alert body, webhook", identity="alias" + _UNNAMED,
        severity="P1 to P5 in order", resolved="`Close`, `Delete`; created alerts: 65 minutes",
    ),
    "pagerduty": Facts(
        title="PagerDuty", kinds="Events API v2, webhook v3",
        identity="`dedup_key` and integration, or incident" + _UNNAMED,
        severity="`critical`, `error`, `warning`, `info`; priority or urgency",
        resolved="`resolve`, `incident.resolved`; without a key: 65 minutes",
        signature="`X-PagerDuty-Signature`",
    ),
    "pingdom": Facts(
        title="Pingdom", kinds="uptime, transaction", identity="name, check",
        severity="`importance_level`, else `warning`", resolved="`UP`, `SUCCESS`",
    ),
    "prometheus": Facts(
        title="Alertmanager webhook, as Prometheus", kinds="group", identity="all labels",
        severity=_LABEL, resolved="the alert's own `status`", page="alertmanager",
    ),
    "rollbar": Facts(
        title="Rollbar", kinds="item, occurrence", identity="item, project, environment" + _UNNAMED,
        severity="critical, error, warning, info, debug in order", resolved="`resolved_item`",
    ),
    "sentry": Facts(
        title="Sentry", kinds="issue alert, issue, metric alert, plugin",
        identity="issue, project" + _UNNAMED + "; rule, incident",
        severity="level; of a metric alert the action",
        resolved="`resolved`, `archived`; issue alerts: 65 minutes",
        signature="`Sentry-Hook-Signature`",
    ),
    "signalfx": Facts(
        title="Splunk Observability Cloud", kinds="detector",
        identity="incident, detector" + _UNNAMED,
        severity="Critical `critical`, Major `high`, Minor and Warning `warning`, Info `info`",
        resolved="`ok`, `manually resolved`, `stopped`", signature="`X-SFX-Signature`",
    ),
    "site24x7": Facts(
        title="Site24x7", kinds="incident parameters as JSON or form", identity="name, monitor",
        severity="DOWN and CRITICAL `critical`, TROUBLE `warning`", resolved="`UP`",
    ),
    "splunk": Facts(
        title="Splunk", kinds="saved search", identity="search, app, fields of the row",
        severity="a field of the row, else `warning`", resolved=_HOLDS,
    ),
    "statuscake": Facts(
        title="StatusCake", kinds="form", identity="name, address", severity=_DOWN,
        resolved="`Up`",
    ),
    "sumologic": Facts(
        title="Sumo Logic", kinds="recommended payload",
        identity="monitor, incident, trigger, name",
        severity="Critical `critical`, others `warning`", resolved="`Resolved…` of the trigger",
    ),
    "uptime-kuma": Facts(
        title="Uptime Kuma", kinds="heartbeat, expiry", identity="monitor, what it looks at",
        severity="tag `severity`, else `critical`", resolved="UP; an expiry: 65 minutes",
    ),
    "victoriametrics": Facts(
        title="VictoriaMetrics vmalert", kinds="group, list of alerts", identity="all labels",
        severity=_LABEL, resolved="the alert's own `status`",
    ),
    "zabbix": Facts(
        title="Zabbix", kinds="media type", identity="event, host, trigger",
        severity="Disaster `critical`, High `high`, Average and Warning `warning`, Information "
        "`info`", resolved="`event_value` 0",
    ),
}  # fmt: skip
