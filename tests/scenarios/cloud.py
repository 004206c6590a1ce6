"""Plays scenarios on the local cloud: one deployed stack, a tenant for each run."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from cli.localcloud.cloud import LocalCloud
from tests.scenarios.api import Api
from tests.scenarios.configuring import configured
from tests.scenarios.model import Scenario
from tests.scenarios.playing import Play, Played
from tests.scenarios.receiver import Receiver
from tests.scenarios.running import TRIES
from tests.scenarios.timeline import Timeline

# The clock ticks every three seconds, silences are up to five seconds old, and each stage is a
# process that may have to wait for a CPU.
_LATE = 0.8
_SCOPES = ["ingest", "read", "silence"]


class Tenant:
    """A tenant of the cloud as a server that cannot be started or stopped."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def start(self) -> None:
        """Refuse: nobody starts a cloud."""
        raise NotImplementedError

    kill = stop = start

    def reload(self, configuration: dict[str, Any]) -> None:
        """Refuse: workers look for a new configuration once in a while only."""
        raise NotImplementedError


class Cloud:
    """The target. Each run has a tenant of its own, all of them configured before."""

    name = "cloud"

    def __init__(self, cloud: LocalCloud, receiver: Receiver, unit_s: float) -> None:
        self._cloud = cloud
        self._receiver = receiver
        self._unit_s = unit_s
        self._tenants: dict[str, Iterator[str]] = {}

    def configure(self, scenarios: Sequence[Scenario], directory: Path) -> None:
        """Give each scenario its tenants."""
        files: dict[str, dict[str, Any]] = {}
        playable = [each for each in scenarios if not self.leaves_out(each)]
        for number, scenario in enumerate(playable):
            names = [f"scenario-{number}-{attempt}" for attempt in range(TRIES)]
            self._tenants[scenario.name] = iter(names)
            files |= {name: self._configured(scenario, name) for name in names}
        add_tenants(self._cloud, files, directory)

    def leaves_out(self, scenario: Scenario) -> str:
        """Return why the data say that it cannot be played here."""
        return scenario.not_in_cloud

    def play(self, scenario: Scenario, run: str) -> Played:
        """Play a scenario as a tenant that has not played yet."""
        del run
        tenant = next(self._tenants[scenario.name])
        server = Tenant(api_of(self._cloud, tenant))
        play = Play(scenario, server, self._receiver, tenant, Timeline(self._unit_s))
        return play.play("tocsin", _LATE * self._unit_s)

    def _configured(self, scenario: Scenario, tenant: str) -> dict[str, Any]:
        def url(to: str) -> str:
            return self._receiver.url(tenant, to)

        return configured(scenario.configuration, self._unit_s, url)


def add_tenants(cloud: LocalCloud, files: dict[str, dict[str, Any]], directory: Path) -> None:
    """Give a cloud tenants that bring Alertmanager's files, by their names."""
    tenants: dict[str, Any] = {}
    for name, configuration in files.items():
        (directory / f"{name}.yml").write_text(json.dumps(configuration))
        keys = [{"name": "scenario", "scopes": _SCOPES}]
        tenants[name] = {"keys": keys, "alertmanager": f"{name}.yml"}
    file = directory / "tocsin.yaml"
    file.write_text(json.dumps({"tenants": tenants}))
    cloud.configure(file, {})


def api_of(cloud: LocalCloud, tenant: str) -> Api:
    """Return the API of a tenant, with its key in the address."""
    return Api(f"{cloud.base_url}/k/{cloud.keys[tenant]}")


@contextmanager
def opened(receiver: Receiver, unit_s: float, scenarios: Sequence[Scenario]) -> Iterator[Cloud]:
    """Deploy a stack and configure it for these scenarios."""
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cloud-")))
        deployed = stack.enter_context(LocalCloud(state=state / "cloud"))
        target = Cloud(deployed, receiver, unit_s)
        directory = state / "configuration"
        directory.mkdir()
        target.configure(scenarios, directory)
        yield target
