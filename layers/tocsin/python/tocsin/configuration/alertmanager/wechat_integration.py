"""An application of WeCom (WeChat for work) in an Alertmanager's file.

It tells people, departments and tags with one message. Sources: Alertmanager, notify/wechat;
appriseit.com/services/wechat.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from tocsin.configuration.alertmanager.fields import plain
from tocsin.configuration.alertmanager.making import Entry, Making
from tocsin.configuration.alertmanager.service_integrations import told
from tocsin.configuration.alertmanager.service_models import WeChat
from tocsin.domain.config import Receiver

_API = "https://qyapi.weixin.qq.com/cgi-bin"
_AGENT = re.compile(r"[0-9]{1,20}")
_USER = re.compile(r"@all|[A-Za-z0-9][A-Za-z0-9_@.-]*")
_NUMBER = re.compile(r"[0-9]{1,20}")


def wechat(making: Making, entry: Entry, model: WeChat) -> Receiver | None:
    """Return what an entry of wechat_configs is here."""
    given = making.given(entry, model, "api_secret", "wechat_api_secret")
    corp_id = model.corp_id or making.defaults.wechat_api_corp_id
    if given is None:
        making.wrong.append((entry.at, "needs api_secret, or wechat_api_secret in global"))
    if not corp_id:
        making.wrong.append((entry.at, "needs corp_id, or wechat_api_corp_id in global"))
    secret = making.secret(given) if given else ""
    people = list(_people(model))
    reason = _why_not(plain(model.api_url or making.defaults.wechat_api_url), model, people)
    if reason:
        making.undelivered(entry, reason)
        return None
    keys = f"{quote(corp_id, safe='')}:{quote(secret, safe='')}"
    path = "/".join(quote(each, safe="") for each in people)
    return told(making, entry, model, f"wechat://{keys}@{model.agent_id}/{path}", whom="WeCom")


def _why_not(api_url: str, model: WeChat, people: list[str]) -> str:
    if api_url.rstrip("/") != _API:
        return f"tocsin asks {_API} alone"
    if _AGENT.fullmatch(model.agent_id) is None:
        return "agent_id is no number"
    if not people:
        return "it names nobody in to_user, to_party or to_tag"
    if "" in people:
        return "it names somebody who is no person, department or tag"
    return ""


def _people(model: WeChat) -> Iterator[str]:
    """Yield whom it tells in the words of the library; "" for what it does not take."""
    for said, known, mark in (
        (model.to_user, _USER, "@"),
        (model.to_party, _NUMBER, "#"),
        (model.to_tag, _NUMBER, "+"),
    ):
        for each in filter(None, said.split("|")):
            yield "" if known.fullmatch(each) is None else f"{mark}{each.removeprefix('@')}"
