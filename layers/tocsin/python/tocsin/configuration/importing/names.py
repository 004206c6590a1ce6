"""Names that `tocsin.yaml` takes, for what is called otherwise elsewhere."""

import re
from urllib.parse import unquote

import msgspec

from tocsin.configuration.alertmanager.fields import MASKED
from tocsin.configuration.fields import is_name

_LIMIT = 64
_OTHER = re.compile(r"[^a-zA-Z0-9_-]+")


class Names:
    """Gives each name of others one of ours, and no two the same."""

    def __init__(self) -> None:
        self._ours: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """Return our name for one of others, the same each time."""
        if name not in self._ours:
            self._ours[name] = self.new(name)
        return self._ours[name]

    def new(self, name: str) -> str:
        """Return a name like this one that nothing else has."""
        plain = name if is_name(name) else _OTHER.sub("-", name).strip("-")[:_LIMIT] or "unnamed"
        found, count = plain, 1
        while found in self._taken:
            count += 1
            found = f"{plain[: _LIMIT - len(str(count)) - 1]}-{count}"
        self._taken.add(found)
        return found


class Variable(msgspec.Struct, frozen=True):
    """An environment variable that stands for a secret, and what it is to hold."""

    name: str
    meaning: str


class Variables:
    """Gives each secret a variable; equal ones share it."""

    def __init__(self) -> None:
        self._names = Names()
        self._by_secret: dict[str, str] = {}
        self.found: list[Variable] = []

    def of(self, secret: str, name: str, meaning: str) -> str:
        """Return the text that stands for a secret in the file."""
        key = _key(secret, name)
        if key not in self._by_secret:
            own = self._names.new(_OTHER.sub("_", name.replace("-", "_")).upper())
            own = own if own[0].isalpha() else f"RECEIVER_{own}"
            self._by_secret[key] = own
            self.found.append(Variable(own, meaning))
        return f"${{{self._by_secret[key]}}}"


class KeptSecret(msgspec.Struct, frozen=True):
    """A secret that is to be kept in Secrets Manager as `tocsin/TENANT/NAME`, and what it holds."""

    name: str
    meaning: str


class Secrets:
    """Gives each secret a name in Secrets Manager; equal ones share it."""

    def __init__(self) -> None:
        self._names = Names()
        self._by_secret: dict[str, str] = {}
        self.found: list[KeptSecret] = []

    def of(self, secret: str, name: str, meaning: str) -> dict[str, str]:
        """Return the block that stands for a secret in the file."""
        key = _key(secret, name)
        if key not in self._by_secret:
            self._by_secret[key] = self._names.new(name)
            self.found.append(KeptSecret(self._by_secret[key], meaning))
        return {"secret": self._by_secret[key]}


def _key(secret: str, name: str) -> str:
    """Return what two secrets have in common that are one: where it is masked, nobody knows."""
    return name if MASKED in unquote(secret) else secret


def literal(text: str) -> str:
    """Return a text that means itself, whatever `${` is in it."""
    return text.replace("${", "$${")
