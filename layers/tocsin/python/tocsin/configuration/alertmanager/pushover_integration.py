"""Pushover in an Alertmanager's file.

Alertmanager's default priority is that of an emergency while alerts fire, which is repeated until
somebody acknowledges it, and a normal one of their end; so it is here (adapters/receivers/
appriseservices.py lowers that of the end). Sources: Alertmanager, notify/pushover/config.go;
pushover.net/api#priority; appriseit.com/services/pushover.
"""

import re
from urllib.parse import quote, urlencode

from tocsin.configuration.alertmanager.making import Entry, Making
from tocsin.configuration.alertmanager.service_integrations import told
from tocsin.configuration.alertmanager.service_models import Pushover
from tocsin.domain.config import Receiver

_PRIORITIES = {"-2": "low", "-1": "moderate", "0": "normal", "1": "high", "2": "emergency"}
_DEVICE = re.compile(r"[A-Za-z0-9_-]{1,25}")
# How often an emergency may be repeated, and for how long, in seconds.
_LEAST_RETRY_S, _MOST_EXPIRE_S = 30, 10_800


def pushover(making: Making, entry: Entry, model: Pushover) -> Receiver | None:
    """Return what an entry of pushover_configs is here."""
    keys = [making.given(entry, model, name) for name in ("user_key", "token")]
    user, token = (making.secret(each) if each else "" for each in keys)
    if model.device and _DEVICE.fullmatch(model.device) is None:
        making.undelivered(entry, "device is not the name of one device")
        return None
    parameters = {"priority": _priority(making, entry, model)}
    if parameters["priority"] == "emergency":
        parameters |= _repeats(making, entry, model)
    if "{{" in model.sound:
        making.not_taken(entry, "sound", "it is a template")
    elif model.sound:
        parameters["sound"] = model.sound
    device = f"/{model.device}" if model.device else ""
    where = f"{quote(user, safe='')}@{quote(token, safe='')}{device}"
    url = f"pover://{where}?{urlencode(parameters)}"
    return told(making, entry, model, url, whom="Pushover")


def _priority(making: Making, entry: Entry, model: Pushover) -> str:
    if "{{" in model.priority or model.priority not in ("", *_PRIORITIES):
        reason = "it is a template; what fires has priority 1, and its end priority 0"
        making.not_taken(entry, "priority", reason)
        return "high"
    return _PRIORITIES[model.priority or "2"]


def _repeats(making: Making, entry: Entry, model: Pushover) -> dict[str, str]:
    retry_s = max(int(model.retry), _LEAST_RETRY_S)
    expire_s = min(int(model.expire), _MOST_EXPIRE_S)
    if retry_s > model.retry:
        making.not_taken(entry, "retry", f"Pushover repeats every {_LEAST_RETRY_S} s at most")
    if expire_s < model.expire:
        making.not_taken(entry, "expire", f"Pushover repeats for {_MOST_EXPIRE_S} s at most")
    return {"interval": str(retry_s), "expire": str(expire_s)}
