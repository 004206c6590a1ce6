"""Alerts of JSON that a tenant describes in its configuration, by a mapping.

docs/providers/mapping.md is the reference.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError, InvalidAlert, InvalidPayload, TooLarge
from tocsin.domain.mapping import PayloadMapping
from tocsin.providers import limits
from tocsin.providers.mapped_alert import AlertReader
from tocsin.providers.mapping_path import Path, parse_path
from tocsin.providers.mapping_source import Body, Place
from tocsin.providers.members import Entry, Ignored
from tocsin.providers.reading import expected, kind
from tocsin.providers.registry import Provider

_IGNORED = Ignored()

Parse = Callable[[Any, float], list[Entry]]


def mapped_provider(config: TenantConfig, name: str) -> Provider | None:
    """Return the provider that a tenant's mapping makes; None if there is no such mapping.

    Raises ConfigurationError for a mapping that this code cannot read.
    """
    for mapping in config.mappings:
        if mapping.name == name:
            parse = _compiled(mapping)
            return Provider(
                name, parse, sends_forms=mapping.sends_forms, config_version=config.version
            )
    return None


def default_mapping(config: TenantConfig) -> str | None:
    """Return the name of the mapping for payloads that name no provider."""
    return next((each.name for each in config.mappings if each.is_default), None)


@lru_cache(maxsize=256)
def _compiled(mapping: PayloadMapping) -> Parse:
    try:
        return _Parser(
            name=mapping.name,
            alerts=parse_path(mapping.alerts) if mapping.alerts else None,
            match=tuple((parse_path(path), frozenset(words)) for path, words in mapping.match),
            reader=AlertReader(mapping),
        ).parse
    except ValueError as error:
        raise ConfigurationError(f"the mapping {mapping.name} cannot be read: {error}") from error


class _Parser(msgspec.Struct, frozen=True):
    name: str
    alerts: Path | None
    match: tuple[tuple[Path, frozenset[str]], ...]
    reader: AlertReader

    def parse(self, payload: Any, received_at_s: float) -> list[Entry]:
        """Read every alert of a payload; what does not match is ignored."""
        entries: list[Entry] = []
        body = Body(payload)
        for count, (member, where) in enumerate(self._members(payload)):
            if count == limits.ALERTS_PER_REQUEST:
                raise TooLarge(f"more than {limits.ALERTS_PER_REQUEST} alerts in one request")
            try:
                entries.append(self._read(Place(body, member), received_at_s))
            except InvalidAlert as error:
                error.path = _located(where, error.path)
                entries.append(error.with_traceback(None))
        return entries

    def _read(self, place: Place, received_at_s: float) -> Alert | Ignored:
        if type(place.alert) is not dict:
            raise expected("an object", place.alert, "")
        for path, words in self.match:
            if not _is_met(path, words, place):
                return _IGNORED
        return self.reader.read(place, received_at_s) or _IGNORED

    def _members(self, payload: Any) -> Iterator[tuple[Any, str]]:
        if type(payload) is not dict and type(payload) is not list:
            message = f"{self.name}: expected an object or a list, got {kind(payload)}"
            raise InvalidPayload(message)
        if self.alerts is None:
            yield from _each(payload, "")
            return
        is_found = False
        for value, where in self.alerts.find_all(payload, payload):
            is_found = True
            if type(value) is not dict and type(value) is not list:
                message = f"{self.name}: {where}: expected a list of alerts, got {kind(value)}"
                raise InvalidPayload(message, where)
            yield from _each(value, where)
        if not is_found and not self.alerts.is_many:
            path = self.alerts.text
            raise InvalidPayload(f"{self.name}: {path}: expected a list of alerts, got none", path)


def _each(value: Any, where: str) -> Iterator[tuple[Any, str]]:
    if type(value) is list:
        for index, member in enumerate(value):
            yield member, f"{where}[{index}]"
    else:
        yield value, where


def _is_met(path: Path, words: frozenset[str], place: Place) -> bool:
    if path.is_from_body:
        is_met: bool = place.body.once((path.text, words), lambda: _leads_to(path, words, place))
        return is_met
    return _leads_to(path, words, place)


def _leads_to(path: Path, words: frozenset[str], place: Place) -> bool:
    if path.is_many:
        found = path.find_all(place.body.value, place.alert)
        return any(_word(value) in words for value, _ in found)
    return _word(path.find(place.body.value, place.alert)) in words


def _word(value: Any) -> str | None:
    if type(value) is bool:
        return "true" if value else "false"
    return str(value).strip().lower() if type(value) in (str, int, float) else None


def _located(where: str, path: str) -> str:
    """Return a path from the body on; one that begins with `$` is that already."""
    if path.startswith("$") or not where:
        return path or where
    path = path.removeprefix("@").removeprefix(".")
    return f"{where}.{path}" if path and not path.startswith("[") else f"{where}{path}"
