"""What functions read from their environment."""

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.runtime.settings import ALL, NotifySettings, TickSettings, load


def _environ(stage: str) -> dict[str, str]:
    names = {name.upper() for name in ALL[stage].__struct_fields__}
    numbers = ("BACKLOG", "_KEPT_S", "_TIMEOUT_S", "_WORKERS", "_POOL_", "_PER_MINUTE", "_ATTEMPTS")
    switches = ("ALLOW_", "USE_", "ENABLE_", "_CLOSED")
    return {
        **dict.fromkeys(names, "x"),
        **{name: "7" for name in names if any(part in name for part in numbers)},
        **{name: "0.5" for name in names if name.endswith("_THRESHOLD")},
        **{name: "false" for name in names if any(part in name for part in switches)},
    }


@pytest.mark.parametrize("stage", ALL)
def test_a_full_environment_is_read(stage: str) -> None:
    settings = load(ALL[stage], {**_environ(stage), "UNRELATED": "y"})
    assert settings.tocsin_env == "x"


def test_everything_that_is_missing_is_named_at_once() -> None:
    environ = _environ("tick")
    del environ["GROUP_TABLE"], environ["NOTIFY_QUEUE_URL"]
    with pytest.raises(ConfigurationError, match=r"GROUP_TABLE, NOTIFY_QUEUE_URL.*deploy"):
        load(TickSettings, environ)


def test_an_empty_or_a_wrong_value_is_an_error_that_names_it() -> None:
    with pytest.raises(ConfigurationError, match="GROUP_TABLE"):
        load(TickSettings, {**_environ("tick"), "GROUP_TABLE": ""})
    with pytest.raises(ConfigurationError, match="ALLOW_LOOPBACK_RECEIVERS"):
        load(NotifySettings, {**_environ("notify"), "ALLOW_LOOPBACK_RECEIVERS": "maybe"})


def test_every_field_says_what_it_is() -> None:
    for model in ALL.values():
        for field in model.__annotations__.values():
            assert field.__metadata__[0].description
