"""What an Alertmanager says of itself: /status, /receivers, /metrics and the probes."""

from typing import Any

from tocsin import __version__
from tocsin.domain.alertmanager_yaml import receiver_names, to_alertmanager_yaml
from tocsin.domain.config import TenantConfig
from tocsin.domain.silence import kept, state
from tocsin.runtime.alertmanager.parameters import receiver_filter
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.replies import Reply, done, moment, plain
from tocsin.runtime.gateway import HttpRequest

# The version whose API this is, since clients choose their ways by it. What follows the plus is
# build metadata (semver.org, 10), which no comparison of versions looks at.
VERSION = f"0.28.1+tocsin.{__version__}"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


def get_status(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    """Answer with the configuration, the version and the time of the start."""
    unknown = {"branch": "", "buildDate": "", "buildUser": "", "goVersion": "", "revision": ""}
    return done(
        {
            "cluster": {"name": "", "peers": [], "status": "disabled"},
            "config": {"original": to_alertmanager_yaml(config)},
            "uptime": moment(ports.started_at_s),
            "versionInfo": {**unknown, "version": VERSION},
        }
    )


def get_receivers(
    request: HttpRequest, ports: AlertmanagerPorts, config: TenantConfig, now_s: float
) -> Reply:
    """Answer with the names of the receivers, those with several integrations first."""
    is_wanted = receiver_filter(request)
    return done(
        [{"labels": {}, "name": name} for name in receiver_names(config) if is_wanted(name)]
    )


def get_metrics(ports: AlertmanagerPorts, config: TenantConfig, now_s: float) -> Reply:
    """Answer in Prometheus' text format with what is counted by looking, not by summing up."""
    silences = kept(ports.silences.all(config.tenant), now_s)
    found = ports.view.rows(config, silences, (), now_s)
    active = sum(row.is_active for row in found)
    by_state = {"active": active, "suppressed": len(found) - active, "unprocessed": 0}
    states = [state(each, now_s) for each in silences]
    lines = [
        *_gauge(
            "alertmanager_build_info",
            "Which Alertmanager this one stands in for.",
            {f'branch="",goversion="",revision="",version="{VERSION}"': 1},
        ),
        *_gauge(
            "alertmanager_alerts",
            "How many alerts by state.",
            {f'state="{name}"': count for name, count in by_state.items()},
        ),
        *_gauge(
            "alertmanager_silences",
            "How many silences by state.",
            {f'state="{each}"': states.count(each) for each in ("active", "expired", "pending")},
        ),
        *_gauge(
            "alertmanager_receivers", "Number of receivers.", {"": len(receiver_names(config))}
        ),
        *_gauge(
            "alertmanager_integrations", "Number of integrations.", {"": len(config.receivers)}
        ),
    ]
    return plain(200, "\n".join(lines) + "\n", _METRICS)


def _gauge(name: str, about: str, values: dict[str, Any]) -> list[str]:
    samples = [
        f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"
        for labels, value in values.items()
    ]
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", *samples]
