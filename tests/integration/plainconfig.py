"""`tocsin alertmanager` with a reader of the few settings that these tests use."""

import json

from cli.main import main
from cli.onemachine import reading
from tocsin.domain.config import Receiver, Route, TenantConfig
from tocsin.domain.errors import ConfigurationError


def load_alertmanager(text, filename, tenant, version):
    try:
        said = json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"{filename}: {error}") from error
    receivers = {
        each["name"]: Receiver(
            name=each["name"], kind="webhook", url=each["webhook_configs"][0]["url"]
        )
        for each in said["receivers"]
    }
    config = TenantConfig(
        tenant=tenant,
        version=version,
        receivers=receivers,
        route=_route(said["route"], "", ()),
        plain_labels=True,
    )
    return config, []


def _route(said, receiver, matchers):
    from tocsin.domain.matchers import parse_matcher

    own = said.get("receiver", receiver)
    return Route(
        receiver=own,
        group_by=tuple(said.get("group_by", ())),
        matchers=tuple(parse_matcher(text) for text in said.get("matchers", ())),
        continues=said.get("continue", False),
        routes=tuple(_route(each, own, ()) for each in said.get("routes", ())),
    )


if __name__ == "__main__":
    reading.load_alertmanager = load_alertmanager
    main()
