"""Labels that usually tell two things apart, so that losing one may hide a page."""

# Whoever sends through these names the labels; the labels of all others are tocsin's choice,
# made so that they tell incidents, hosts and accounts apart.
_OPEN_PROVIDERS = frozenset(
    {"", "alertmanager", "alertmanager-api", "prometheus", "victoriametrics", "grafana", "generic"}
)

# What senders call what an alert is about.
_NAMES = frozenset((
    "account", "account_id", "alert_id", "alertname", "app", "application",
    "availability_zone", "aws_account_id", "channel", "check", "check_id", "cluster",
    "component", "database", "db", "dedup_key", "device", "disk", "endpoint", "entity",
    "env", "environment", "event_id", "grafana_fingerprint", "grafana_folder",
    "grafana_org", "grafana_url", "group_id", "host", "hostname", "id", "incident",
    "incident_id", "instance", "instance_id", "interface", "issue", "issue_id", "job",
    "key", "monitor", "monitor_id", "mountpoint", "name", "namespace", "node", "nodename",
    "org_id", "organization", "partition", "problem", "problem_id", "project", "project_id",
    "queue", "region", "resource", "resource_id", "rule", "rule_id", "server", "service",
    "shard", "site", "source", "stage", "statefulset", "table", "target", "tenant", "topic",
    "trigger_id", "url", "vhost", "volume", "zone",
))  # fmt: skip


def bears_identity(provider: str, label: str) -> bool:
    """Tell whether a label of this provider's alerts likely is what tells them apart."""
    return provider not in _OPEN_PROVIDERS or label.lower() in _NAMES
