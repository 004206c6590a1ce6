"""Redaction: secrets are replaced by what tells two of them apart and tells neither.

The placeholder holds eight digits of a keyed hash, so that a secret in a label stays one
identity: the same in firing and resolve, another for another secret. Patterns are RE2, which
is linear in what a stranger sends.
"""

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

import orjson

from tocsin.domain.errors import InvalidPayload, TooLarge
from tocsin.domain.masks import parse_pattern
from tocsin.domain.paths import parse_path, places
from tocsin.domain.secret_kinds import SECRET_KINDS, SecretKind, replaced
from tocsin.domain.storage_rules import Redaction

# The least number of 13 digits: smaller ones are no card.
_LEAST_CARD = 10**12
# Texts that come near to a secret, and secrets, in one body: each takes up to 20 microseconds,
# and a sender makes hundreds of thousands of six bytes each.
NEAR_LIMIT = 100_000

Replace = Callable[[Any], str]


class Redactor:
    """One redaction, ready to be applied to many bodies under the key of one tenant."""

    def __init__(self, redaction: Redaction, key: bytes) -> None:
        self._key = key
        self._near = 0
        self._fields = [parse_path(text) for text in redaction.fields]
        self._kinds: list[tuple[Any, Replace]] = [
            (parse_pattern(SECRET_KINDS[kind].pattern), self._replacing(kind, SECRET_KINDS[kind]))
            for kind in redaction.kinds
        ]
        self._own: list[tuple[Any, Replace]] = [
            (parse_pattern(text), self._replacing("pattern")) for text in redaction.patterns
        ]
        # The hints are linear in `re` as well, and a search there costs a tenth of RE2's.
        hints = "|".join(f"(?:{SECRET_KINDS[kind].hint})" for kind in redaction.kinds)
        self._hint = re.compile(hints, re.ASCII) if hints else None
        self._first = _first_look(hints, redaction)

    def redacted(self, body: bytes, payload: Any) -> tuple[bytes, Any]:
        """Return a body and its payload without secrets; the same objects if there can be none.

        Of a name that comes twice, in an object or a form, a payload has the last value only. So
        a body that may hold a secret is written anew, whatever is found in the payload. The
        payload that is given may be changed. Raises InvalidPayload for a body that may hold a
        secret and nests too deep to write, and TooLarge for more than `NEAR_LIMIT` secrets and
        texts that come near to one.
        """
        self._near = 0
        if not self._fields and not self._may_hold(body):
            return body, payload
        root = [payload]
        for path in self._fields:
            for place in _at(root, path):
                self._hide_below(*place)
        if self._kinds or self._own:
            self._hide(root)
        return written(root[0]), root[0]

    def _may_hold(self, body: bytes) -> bool:
        # Behind an escape such as \u0041, and in a form, anything may stand.
        is_plain = body.lstrip().startswith((b"{", b"[")) and b"\\u" not in body
        return self._first is None or not is_plain or self._first.search(body) is not None

    def _hide(self, root: list[Any]) -> None:
        """Apply the patterns to every text; without recursion, since JSON nests as it likes."""
        for container, key, value in _leaves(root):
            text = self._without_secrets(value)
            if text is not None:
                container[key] = text

    def _without_secrets(self, value: Any) -> str | None:
        if type(value) is int and abs(value) >= _LEAST_CARD:
            value = str(value)
        if type(value) is not str:
            return None
        text = value
        may_hold = self._hint is not None and self._hint.search(value) is not None
        if may_hold:
            self._note_near()
        for pattern, replace in (*self._kinds, *self._own) if may_hold else self._own:
            if pattern.search(text) is not None:
                text = pattern.sub(replace, text)
        return None if text == value else text

    def _note_near(self) -> None:
        self._near += 1
        if self._near > NEAR_LIMIT:
            raise TooLarge(f"a body may have {NEAR_LIMIT} texts that come near to a secret")

    def _hide_below(self, container: Any, key: Any) -> None:
        """Replace what stands at a path, or each single value below it."""
        for inner, name, value in _leaves([container[key]]):
            place = (container, key) if type(container[key]) not in (dict, list) else (inner, name)
            place[0][place[1]] = self._placeholder("field", _text(value))

    def _replacing(self, name: str, kind: SecretKind | None = None) -> Replace:
        def hide(secret: str) -> str:
            return self._placeholder(name, secret)

        def replace(match: Any) -> str:
            self._note_near()
            # A group in a pattern of one's own means nothing: all that matches is hidden.
            return hide(match.group(0)) if kind is None else replaced(kind, match, hide)

        return replace

    def _placeholder(self, kind: str, text: str) -> str:
        digest = blake2b(text.encode(), key=self._key, digest_size=4).hexdigest()
        return f"[redacted:{kind}:{digest}]"


def tenant_key(pepper: bytes, tenant: str) -> bytes:
    """Return the key of a tenant's placeholders, so that no two tenants share one."""
    secret = blake2b(pepper, digest_size=32, person=b"redaction").digest()
    return blake2b(tenant.encode(), key=secret, digest_size=32).digest()


def written(payload: Any) -> bytes:
    """Return a payload as JSON. Raises InvalidPayload for one that nests too deep to write."""
    try:
        return orjson.dumps(payload)
    except TypeError as error:
        message = "the body nests too deep to be stored under the rules of this tenant"
        raise InvalidPayload(message, status=400) from error


def _first_look(hints: str, redaction: Redaction) -> Any:
    """Return one pattern over the raw body; None where only the decoded texts can tell."""
    if redaction.patterns or not hints:
        return None
    import re2

    return re2.compile(hints.encode())


def _at(root: list[Any], path: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    return list(places(root[0], path))


def _leaves(root: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield container, key and value of everything that is neither an object nor a list.

    A value may be replaced as soon as it was yielded.
    """
    stack: list[Any] = [root]
    while stack:
        container = stack.pop()
        items = container.items() if type(container) is dict else enumerate(container)
        for key, value in items:
            if type(value) is dict or type(value) is list:
                stack.append(value)
            elif value is not None:
                yield container, key, value


def _text(value: Any) -> str:
    return value if type(value) is str else orjson.dumps(value).decode()
