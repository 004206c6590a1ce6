"""An application of WeCom, which is WeChat for work, in an Alertmanager's file."""

import json
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from tests.unit.adapters.test_apprise import Answers, notification, tools
from tests.unit.configuration.alertmanager.test_receivers import SECRET, errors, load, receiver
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.domain.channels import Apprise
from tocsin.domain.errors import Retryable

APP = f"corp_id: ww0123, api_secret: {SECRET}, agent_id: '1000002'"
TAKEN = b'{"errcode": 0, "access_token": "t0ken", "expires_in": 7200}'


@dataclass
class Told:
    """What was asked, and what is not taken of the file."""

    asked: list[tuple[str, str, dict[str, object]]]
    not_taken: list[str] = field(default_factory=list)


def told(entry: str, head: str = "", body: bytes = TAKEN) -> Told:
    made, not_taken = receiver(entry, "wechat", head)
    assert isinstance(made.settings, Apprise)
    http = Answers(body=body)
    ChannelReceivers(tools({}, http=http)).send(replace(notification(""), receiver=made))
    return Told(http.asked, not_taken)


def test_an_application_tells_people_departments_and_tags_at_once() -> None:
    seen = told(f"{{{APP}, to_user: 'ann|bob', to_party: '2', to_tag: '7|8', message: x}}")
    (_, token_url, params), (_, url, said) = seen.asked
    assert token_url == "https://qyapi.weixin.qq.com/cgi-bin/gettoken"
    assert params["params"] == {"corpid": "ww0123", "corpsecret": SECRET}
    assert url == "https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=t0ken"
    message = json.loads(str(said["data"], "utf-8"))  # type: ignore[arg-type]
    assert (message["agentid"], message["msgtype"]) == (1000002, "text")
    assert (message["touser"], message["toparty"], message["totag"]) == ("ann|bob", "2", "7|8")
    assert "it burns" in message["text"]["content"]
    assert "message: not taken: tocsin writes its own text" in seen.not_taken[0]


def test_all_of_a_company_may_be_told_and_defaults_hold() -> None:
    head = f"global: {{wechat_api_corp_id: ww0123, wechat_api_secret: {SECRET}}}"
    (_, (_, _, said)) = told("{agent_id: '1', to_user: '@all'}", head).asked
    assert json.loads(str(said["data"], "utf-8"))["touser"] == "@all"  # type: ignore[arg-type]


def test_ends_are_told_only_where_it_says_so() -> None:
    assert not receiver(f"{{{APP}, to_user: a}}", "wechat")[0].send_resolved
    assert receiver(f"{{{APP}, to_user: a, send_resolved: true}}", "wechat")[0].send_resolved


def test_what_wecom_denies_with_http_200_is_not_delivered() -> None:
    with pytest.raises(Retryable, match="no confirmation"):
        told(f"{{{APP}, to_user: a}}", body=b'{"errcode": 60020, "access_token": ""}')


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (f"{{{APP}}}", "names nobody"),
        (f"{{{APP}, to_user: '{{{{ .x }}}}'}}", "names somebody who is no person"),
        (f"{{{APP}, to_party: sales}}", "names somebody who is no person"),
        (f"{{{APP[:-9]}'{{{{ .x }}}}', to_user: a}}", "agent_id is no number"),
        (f"{{{APP}, to_user: a, api_url: 'https://h.example/'}}", "alone"),
    ],
)
def test_what_the_library_cannot_be_told_is_left_out(entry: str, reason: str) -> None:
    config, (said,) = load(f"receivers:\n- name: a\n  wechat_configs:\n  - {entry}")
    assert config.receivers == {}
    assert reason in said
    assert SECRET not in said


def test_who_has_no_key_is_refused_as_by_alertmanager() -> None:
    found = errors("receivers:\n- name: a\n  wechat_configs:\n  - {agent_id: '1', to_user: a}")
    assert [each.partition("needs ")[2] for each in found] == [
        "api_secret, or wechat_api_secret in global",
        "corp_id, or wechat_api_corp_id in global",
    ]
