"""The pages of links: small, without scripts, and nothing in them is loaded from elsewhere."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape

from tocsin.domain.actionlink import LinkKind
from tocsin.domain.errors import InvalidInput
from tocsin.domain.group import Member
from tocsin.domain.plaintext import plain_text
from tocsin.domain.wire import rfc3339
from tocsin.pipeline.pressing import About, Use
from tocsin.runtime.alertmanager.replies import Reply

SHOWN_ALERTS = 20
_TEXT_LIMIT = 300
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem;"
    "overflow-wrap:anywhere}button{font:inherit;padding:.6rem 1.2rem}li{margin:.3rem 0}"
)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
# The page may show its own style and send its own form, and nothing else; nobody else may frame
# it, find it in a search, keep it, or learn its address, which is the credential.
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_WANTED: dict[LinkKind, str] = {
    "acknowledge": "Acknowledge",
    "resolve": "Resolve",
    "silence": "Silence for 1 h",
}
_DONE: dict[LinkKind, str] = {
    "acknowledge": "Acknowledged",
    "resolve": "Resolved",
    "silence": "Silenced for 1 h",
}


def asking(about: About, receiver: str) -> Reply:
    """Say what a link would do, with the button that does it, if there is anything to do."""
    kind = about.link.kind
    if about.used is not None:
        return _page(200, _DONE[kind], _already(about.used))
    if not about.alerts:
        return _page(
            200, _WANTED[kind], "<p>Nothing that this notification told fires any more.</p>"
        )
    if kind == "silence" and about.silences is None:
        return _page(
            200, _WANTED[kind], "<p>What still fires shares no name: silence it by its labels.</p>"
        )
    counted = _counted(len(about.alerts))
    intro = f"<p>{counted} of which {_text(receiver)} was told, as far as it still fires:</p>"
    button = f'<form method="post"><button type="submit">{_WANTED[kind]}</button></form>'
    return _page(200, _WANTED[kind], intro + _listed(about) + button)


def done(about: About, by: str) -> Reply:
    """Say that a link did what it is for, or that it had done so before."""
    kind = about.link.kind
    if about.used is not None:
        return _page(200, _DONE[kind], _already(about.used))
    said = f"<p>{_counted(len(about.alerts))}, by {_text(by)}. It takes effect in a moment.</p>"
    return _page(200, _DONE[kind], said + _listed(about))


def refused(error: InvalidInput) -> Reply:
    """Say why nothing is done."""
    reply = _page(error.status, "Nothing was done", f"<p>{_text(error.message)}.</p>")
    if error.status == 405:
        reply.headers["Allow"] = "GET, HEAD, POST"
    return reply


def _already(used: Use) -> str:
    when = rfc3339(used.at_s)
    return (
        f"<p>This was done already, by {_text(used.by)} at {when}. Nothing else was done now.</p>"
    )


def _counted(count: int) -> str:
    return "1 alert" if count == 1 else f"{count} alerts"


def _listed(about: About) -> str:
    """Return the first alerts, and what a silence would match."""
    shown = "".join(f"<li>{_described(each)}</li>" for each in about.alerts[:SHOWN_ALERTS])
    more = len(about.alerts) - SHOWN_ALERTS
    text = f"<ul>{shown}</ul>" + (f"<p>and {more} more</p>" if more > 0 else "")
    if about.link.kind == "silence" and about.silences is not None:
        matchers = "".join(f"<li>{_text(str(each))}</li>" for each in about.silences)
        text += (
            f"<p>Whatever has all of these is silenced, also what is new:</p><ul>{matchers}</ul>"
        )
    return text


def _described(member: Member) -> str:
    labels = ", ".join(_pairs(member))
    text = f"<b>{_text(member.alert.name)}</b> {member.alert.severity}"
    return f"{text}<br>{_text(labels)}" if labels else text


def _pairs(member: Member) -> Iterator[str]:
    for name, value in sorted(member.alert.labels.items()):
        if name != "alertname" and value:
            yield f"{name}={value}"


def _text(text: str) -> str:
    """Return text as a page shows it: never as markup, nor longer than anybody reads."""
    plain = plain_text(text[: _TEXT_LIMIT + 1])
    cut = plain if len(plain) <= _TEXT_LIMIT else f"{plain[: _TEXT_LIMIT - 3]}..."
    return escape(cut)


def _page(status: int, title: str, body: str) -> Reply:
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )
    return Reply(status=status, headers=dict(HEADERS), body=page.encode(errors="replace"))
