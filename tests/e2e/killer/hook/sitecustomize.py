"""Kills the function process that loads it, with SIGKILL, at the point that a file names.

Python imports this module by its name when it starts. It is on the path of the functions of a
local cloud under test and nowhere else, and does nothing while there is no file.
"""

import json
import os
import signal
from pathlib import Path

CONTROL = Path(os.environ["KILL9_CONTROL"])
FUNCTION = os.environ["KILL9_FUNCTION"]
_REMEMBERED = "kill9_request"


def _come_to(call, moment, *texts):
    """Die here if the file names this point; of several processes that come to it, one does."""
    try:
        point = json.loads(CONTROL.read_bytes())
    except FileNotFoundError:
        return
    if (point["function"], point["call"], point["moment"]) != (FUNCTION, call, moment):
        return
    text = "".join(texts)
    if not all(mark in text for mark in point["marks"]):
        return
    try:
        CONTROL.rename(CONTROL.with_name(f"killed.{os.getpid()}"))
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _before_call(event_name, params, context, **_):
    body = params["body"]
    # A body that is a file is one for S3, whose key says whose it is.
    body_text = body.decode(errors="replace") if isinstance(body, bytes) else ""
    text = f"{params['url']} {body_text}"
    context[_REMEMBERED] = text
    _come_to(event_name.partition(".")[2], "before", text)


def _after_call(event_name, http_response, parsed, context, **_):
    # What was refused has had no effect.
    if http_response.status_code < 300:
        call = event_name.partition(".")[2]
        _come_to(call, "after", context.get(_REMEMBERED, ""), repr(parsed))


def _watch_aws():
    import botocore.handlers

    botocore.handlers.BUILTIN_HANDLERS += [
        ("before-call", _before_call),
        ("after-call", _after_call),
    ]


def _watch_receivers():
    import requests

    send = requests.Session.send

    def watched_send(self, request, **options):
        _come_to("http", "before", request.url)
        response = send(self, request, **options)
        _come_to("http", "after", request.url)
        return response

    requests.Session.send = watched_send


_watch_aws()
if FUNCTION == "notify":
    _watch_receivers()
