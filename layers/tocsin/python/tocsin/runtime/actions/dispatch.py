"""From a request with a link to a page: GET says what it would do, POST does it, once."""

from collections.abc import Callable

from msgspec.structs import replace

from tocsin.domain.errors import InvalidInput
from tocsin.pipeline.offering import PATH
from tocsin.runtime.actions.pages import Pages
from tocsin.runtime.actions.ports import ActionPorts, shown_receiver
from tocsin.runtime.alertmanager.replies import Reply
from tocsin.runtime.gateway import HttpRequest

METHODS = ("GET", "HEAD", "POST")


def handle(
    request: HttpRequest, ports: ActionPorts, now_s: float, has_time: Callable[[], bool]
) -> Reply:
    """Answer a request. Raises Retryable if what it stands on does not answer."""
    try:
        reply = _admitting(request, ports, now_s, has_time)
    except InvalidInput as error:
        reply = Pages().refused(error)
    return _sent(reply, request.method)


def not_now(method: str) -> Reply:
    """Return the page of who cannot be answered now."""
    return _sent(Pages().not_now(is_press=method == "POST"), method)


def _sent(reply: Reply, method: str) -> Reply:
    return replace(reply, body=b"") if method == "HEAD" else reply


def _admitting(
    request: HttpRequest, ports: ActionPorts, now_s: float, has_time: Callable[[], bool]
) -> Reply:
    if request.method not in METHODS:
        raise InvalidInput("open the link in a browser", status=405, code="method_not_allowed")
    link, receiver = ports.admitted(request.path.removeprefix(PATH), now_s)
    pages, name = Pages(receiver.language), shown_receiver(receiver)
    try:
        if request.method == "POST":
            by = f"link of receiver {name}"
            return pages.done(ports.presses.press(link, by, "", now_s, has_time), by)
        return pages.asking(ports.presses.look(link, now_s), name)
    except InvalidInput as error:
        return pages.refused(error)
