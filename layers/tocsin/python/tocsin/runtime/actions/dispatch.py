"""From a request with a link to a page: GET says what it would do, POST does it, once."""

from collections.abc import Callable

from msgspec.structs import replace

from tocsin.domain.errors import InvalidInput
from tocsin.pipeline.offering import PATH
from tocsin.runtime.actions.pages import asking, done, refused
from tocsin.runtime.actions.ports import ActionPorts, shown_receiver
from tocsin.runtime.alertmanager.replies import Reply
from tocsin.runtime.gateway import HttpRequest

METHODS = ("GET", "HEAD", "POST")


def handle(
    request: HttpRequest, ports: ActionPorts, now_s: float, has_time: Callable[[], bool]
) -> Reply:
    """Answer a request. Raises Retryable if what it stands on does not answer."""
    try:
        reply = _answer(request, ports, now_s, has_time)
    except InvalidInput as error:
        reply = refused(error)
    return replace(reply, body=b"") if request.method == "HEAD" else reply


def _answer(
    request: HttpRequest, ports: ActionPorts, now_s: float, has_time: Callable[[], bool]
) -> Reply:
    if request.method not in METHODS:
        raise InvalidInput("open the link in a browser", status=405, code="method_not_allowed")
    link, receiver = ports.admitted(request.path.removeprefix(PATH), now_s)
    name = shown_receiver(receiver)
    if request.method == "POST":
        by = f"link of receiver {name}"
        return done(ports.presses.press(link, by, "", now_s, has_time), by)
    return asking(ports.presses.look(link, now_s), name)
