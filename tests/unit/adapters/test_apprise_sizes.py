"""No service is told more than it takes, whether it counts characters or bytes."""

import pytest

from tests.builders import alert
from tests.unit.adapters.appriseurls import URLS
from tests.unit.adapters.test_apprise import notification
from tocsin.adapters.receivers import apprise


@pytest.mark.parametrize("schema", ["discord", "mmosts", "zulip", "tgram", "msgbird"])
def test_the_body_is_never_longer_than_the_service_takes(schema):
    plugin, service = apprise._plugin(URLS[schema], "oncall")
    for length in (1, 100, 150, 160, 1900, 3990, 20_000):
        one = notification("", alert(annotations={"summary": "<_é_>" * length}))
        message = apprise.message_of(one, 20, "https://t.example")
        said = apprise.render(message, plugin, service)
        assert len(said["body"]) <= plugin.body_maxlen
        assert len(said["title"]) <= max(plugin.title_maxlen, 0)


@pytest.mark.parametrize(
    ("schema", "most_bytes"),
    [("wecombot", 2048), ("threema", 3500), ("feishu", 20_000), ("lark", 20_000)],
)
def test_a_limit_in_bytes_is_kept_in_every_script(schema, most_bytes):
    plugin, service = apprise._plugin(URLS[schema], "oncall")
    for length in (10, 300, 5000):
        many = [alert("磁盘" * length, annotations={"summary": "磁盘已满" * 250})] * 20
        message = apprise.message_of(notification("", *many), 20, "https://t.example")
        said = apprise.render(message, plugin, service)
        assert len((said["title"] + said["body"]).encode()) <= most_bytes
        assert "磁盘" in said["title"] + said["body"]
        assert said["body"].endswith("https://t.example")
