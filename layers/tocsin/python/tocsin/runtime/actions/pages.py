"""The pages of links: small, without scripts, and nothing in them is loaded from elsewhere."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape

from tocsin.domain.errors import InvalidInput
from tocsin.domain.group import Member
from tocsin.domain.plaintext import plain_text
from tocsin.domain.wire import rfc3339
from tocsin.domain.wording import words_of
from tocsin.domain.wording.language import Language
from tocsin.domain.wording.linkwords import LinkWords, link_words_of
from tocsin.domain.wording.words import Words
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


class Pages:
    """The pages in one language."""

    def __init__(self, language: Language = "en") -> None:
        self._words: Words = words_of(language)
        self._said: LinkWords = link_words_of(language)

    def asking(self, about: About, receiver: str) -> Reply:
        """Say what a link would do, with the button that does it, if there is anything to do."""
        kind, said = about.link.kind, self._said
        if about.used is not None:
            return self._page(200, said.done[kind], self._already(about.used))
        wanted = self._words.actions[kind]
        if not about.alerts:
            return self._page(200, wanted, f"<p>{said.nothing}</p>")
        if kind == "silence" and about.silences is None:
            return self._page(200, wanted, f"<p>{said.nothing_shared}</p>")
        counted = self._counted(len(about.alerts))
        intro = f"<p>{said.intro.format(alerts=counted, receiver=_text(receiver))}</p>"
        return self._page(200, wanted, intro + self._listed(about) + _button(wanted))

    def done(self, about: About, by: str) -> Reply:
        """Say that a link did what it is for, or that it had done so before."""
        kind, said = about.link.kind, self._said
        if about.used is not None:
            return self._page(200, said.done[kind], self._already(about.used))
        counted = self._counted(len(about.alerts))
        text = f"<p>{said.by.format(alerts=counted, by=_text(by))} {said.soon}</p>"
        return self._page(200, said.done[kind], text + self._listed(about))

    def refused(self, error: InvalidInput) -> Reply:
        """Say why nothing is done."""
        why = self._said.why.get(error.code) or f"{error.message}."
        reply = self._page(error.status, self._said.undone, f"<p>{_text(why)}</p>")
        if error.status == 405:
            reply.headers["Allow"] = "GET, HEAD, POST"
        return reply

    def not_now(self, *, is_press: bool) -> Reply:
        """Say that there is no answer now; whoever pressed can do so again from here."""
        said = self._said
        text = f"<p>{said.press_again if is_press else said.ask_again}</p>"
        button = _button(said.try_again) if is_press else ""
        reply = self._page(503, said.not_now, text + button)
        reply.headers["Retry-After"] = "1"
        return reply

    def _already(self, used: Use) -> str:
        return f"<p>{self._said.already.format(by=_text(used.by), at=rfc3339(used.at_s))}</p>"

    def _counted(self, count: int) -> str:
        return self._said.one_alert if count == 1 else self._said.alerts.format(count=count)

    def _listed(self, about: About) -> str:
        """Return the first alerts, and what a silence would match."""
        shown = "".join(f"<li>{self._described(each)}</li>" for each in about.alerts[:SHOWN_ALERTS])
        more = len(about.alerts) - SHOWN_ALERTS
        text = f"<ul>{shown}</ul>"
        if more > 0:
            text += f"<p>{self._words.more.format(count=more)}</p>"
        if about.link.kind == "silence" and about.silences is not None:
            matchers = "".join(f"<li>{_text(str(each))}</li>" for each in about.silences)
            text += f"<p>{self._said.matched}</p><ul>{matchers}</ul>"
        return text

    def _described(self, member: Member) -> str:
        labels = ", ".join(_pairs(member))
        severity = self._words.severities[member.alert.severity]
        text = f"<b>{_text(member.alert.name)}</b> {severity}"
        return f"{text}<br>{_text(labels)}" if labels else text

    def _page(self, status: int, title: str, body: str) -> Reply:
        page = (
            f'<!doctype html><html lang="{self._said.language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            '<meta name="robots" content="noindex">'
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
            f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
        )
        return Reply(status=status, headers=dict(HEADERS), body=page.encode(errors="replace"))


def _button(title: str) -> str:
    return f'<form method="post"><button type="submit">{escape(title)}</button></form>'


def _pairs(member: Member) -> Iterator[str]:
    for name, value in sorted(member.alert.labels.items()):
        if name != "alertname" and value:
            yield f"{name}={value}"


def _text(text: str) -> str:
    """Return text as a page shows it: never as markup, nor longer than anybody reads."""
    plain = plain_text(text[: _TEXT_LIMIT + 1])
    cut = plain if len(plain) <= _TEXT_LIMIT else f"{plain[: _TEXT_LIMIT - 3]}..."
    return escape(cut)
