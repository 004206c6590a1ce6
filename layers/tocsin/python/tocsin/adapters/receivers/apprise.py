"""The long tail: chats, push services and SMS gateways, through the library apprise.

What it tells of an attempt is yes or no, so what became of it is read from the answers that passed
on the way. It is imported when the first receiver of this kind is told. Source: appriseit.com.
"""

import logging
import re
from functools import cache
from importlib import import_module
from json import dumps
from typing import Any

from tocsin.adapters.receivers.appriseservices import SERVICES, Format, Service
from tocsin.adapters.receivers.borrowedhttp import TOO_MANY, Visit, guard, visit
from tocsin.adapters.receivers.message import Message, message_of
from tocsin.adapters.receivers.posting import Tools, failure_of, settings_of, written
from tocsin.adapters.receivers.textmessage import text_of
from tocsin.domain.channels import Apprise
from tocsin.domain.errors import Retryable, TocsinError, Unsendable
from tocsin.domain.plaintext import cut
from tocsin.ports import Notification

SHOWN_ALERTS = 20
_FITTINGS = 12
_SCHEMA = re.compile(r"([a-z0-9]{1,20})://", re.IGNORECASE)
# What calls people in one of the services; a character without width makes it none.
_MENTION = re.compile(
    r"@(?=everyone|here|channel|all|room)|(?<!\w)@(?=[\w*])|<(?=[@!#&]|at\b|users/)"
)
_NO_WIDTH = "\u200b"
_MARKDOWN = re.compile(r"https?://[\w.~:/?#@!$&'+,;=%-]+|[\\`*_~\[\]<>|#]")
# It writes addresses, answers and what it sends, all of which may be secrets.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def send(notification: Notification, tools: Tools) -> str:
    """Tell the service; none of them gives a name that would lead back to a message.

    Raises as `Receivers.send` does.
    """
    name, timeout_s = notification.receiver.name, notification.receiver.timeout_s
    settings = settings_of(notification.receiver, Apprise)
    plugin, service = _plugin(tools.secret(settings.url), name)
    message = message_of(notification, SHOWN_ALERTS, tools.external_url)
    if message.state == "resolved" and service.end_priority is not None:
        plugin.priority = min(plugin.priority, service.end_priority)
    said = written(notification.receiver, lambda: render(message, plugin, service))
    with visit(tools.http, timeout_s) as passed:
        try:
            is_taken = bool(plugin.notify(**said, notify_type=_kind(message)))
        # Whatever a library raises must harm no other notification.
        except Exception as error:  # noqa: BLE001
            is_taken = False
            passed.failure = passed.failure or _broken(error, passed)
    is_denied = service.denial is not None and service.denial.search(passed.body) is not None
    if is_taken and passed.asked and not is_denied:
        return ""
    raise _meaning(passed, name, tools.clock())


def render(message: Message, plugin: Any, service: Service) -> dict[str, Any]:
    """Return what the service is told: a title if it has one, and a body of the length it takes."""
    has_title = service.has_title and plugin.title_maxlen > 0
    room = plugin.body_maxlen
    longest = plugin.title_maxlen if has_title else room // 2
    # A title alone must not take all the room, in whatever script it is.
    title = cut(still(message.title), min(longest, service.most_utf8_bytes // 8))
    head = "" if has_title else f"{title}\n\n"
    if has_title and plugin.overflow_amalgamate_title:
        room -= len(title)
    limit = room
    for _ in range(_FITTINGS):
        text = still(text_of(message, limit))
        body = marked(head + text, service.format)
        if len(body) <= room and _fits(title if has_title else "", body, service):
            break
        # What is written is longer than the text, by the head and by escapes.
        shorter = len(text) - (len(body) - room) if len(body) > room else len(text) * 2 // 3
        limit = max(shorter, 1)
    return {
        "title": title if has_title else "",
        "body": body,
        "body_format": service.format,
        "overflow": "truncate",
    }


def _fits(title: str, body: str, service: Service) -> bool:
    whole = title + body
    is_short = len(whole.encode()) <= service.most_utf8_bytes
    return is_short and len(dumps(whole)) <= service.most_bytes


def still(text: str) -> str:
    """Return a text that calls nobody."""
    return _MENTION.sub(lambda found: found[0] + _NO_WIDTH, text)


def marked(text: str, format_: Format) -> str:
    """Write plain text so that a service of this format shows it as it is."""
    if format_ == "html":
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if format_ == "markdown":
        return _MARKDOWN.sub(lambda at: at[0] if len(at[0]) > 1 else f"\\{at[0]}", text)
    return text


@cache
def _asset() -> Any:
    """Return what the library says of who sends: this name, and no pictures of its own."""
    asset: Any = import_module("apprise").AppriseAsset(secure_logging=True, storage_mode="memory")
    asset.app_id = asset.app_desc = "tocsin"
    asset.app_url = asset.image_url_mask = asset.image_url_logo = ""
    return asset


def _plugin(url: str, name: str) -> tuple[Any, Service]:
    """Return the part of the library that speaks to a URL. Raises Unsendable, never quoting it."""
    found = _SCHEMA.match(url.strip())
    schema = found[1].lower() if found else ""
    service = SERVICES.get(schema)
    if service is None:
        raise Unsendable(f"receiver {name}: {schema or 'what'}:// is none of the services")
    module = import_module(f"apprise.plugins.{service.module}")
    guard(module)
    kind = getattr(module, service.plugin)
    try:
        given = kind.parse_url(url.strip()) or {}
        given["format"] = service.format
        plugin = kind(asset=_asset(), **given)
    except Exception as error:  # noqa: BLE001
        reason = f"receiver {name}: not a URL of {schema}:// ({type(error).__name__})"
        raise Unsendable(reason) from None
    why_not = _why_not(plugin, service)
    if why_not:
        raise Unsendable(f"receiver {name}: {why_not}")
    # Waiting is for notify.
    plugin.throttle = lambda *_args, **_kwargs: None
    return plugin, service


def _why_not(plugin: Any, service: Service) -> str:
    """Return why a URL is not used though the library would; "" if it is."""
    if getattr(plugin, "template", None):
        # It may be any file, and any address.
        return "templates of the library are not read"
    if plugin.user and not service.takes_user:
        return "use an access token instead of a user and a password"
    # A part that failed could only be tried again with all that had not.
    targets = len(plugin)
    return "" if targets == 1 else f"the URL must lead to one target, and leads to {targets}"


def _kind(message: Message) -> str:
    """Return what the library calls it; services show it as a colour or a picture."""
    if message.state == "resolved":
        return "success"
    if message.state == "update":
        return "info"
    return "failure" if message.severity in ("critical", "high") else "warning"


def _meaning(passed: Visit, name: str, now_s: float) -> TocsinError:
    """Return why the service did not take it."""
    failure = passed.failure
    if passed.status == TOO_MANY:
        return failure_of(passed.status, passed.retry_after, name, now_s)
    if isinstance(failure, Retryable):
        return Retryable(f"receiver {name}: {failure.reason}")
    if failure is not None:
        return Unsendable(f"receiver {name}: {failure}")
    if not passed.asked:
        return Unsendable(f"receiver {name}: the library asked nobody")
    if 200 <= passed.status < 300:
        # An answer that says no in its body, or one that the library does not know.
        return Retryable(f"receiver {name}: its answer is no confirmation")
    return failure_of(passed.status, passed.retry_after, name, now_s)


def _broken(error: Exception, passed: Visit) -> TocsinError:
    kind = Retryable if passed.asked else Unsendable
    return kind(f"the library failed: {type(error).__name__}")
