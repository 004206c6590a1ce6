"""What of an Alertmanager's configuration tocsin does not take, set aside with the reason."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from tocsin.configuration.alertmanager.setaside import (
    FIELDS,
    GLOBAL_DEFAULTS,
    OF_DEFAULTS,
    OWN_TEXT,
    UNDELIVERED,
)
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.yamltree import Tree


class NotTaken(msgspec.Struct, frozen=True, order=True):
    """One thing that tocsin does not take over, where it stands and why.

    `is_undelivered` if somebody who would hear of an alert from Alertmanager does not from
    tocsin.
    """

    file: str
    line: int
    path: str
    message: str
    is_undelivered: bool = False

    @property
    def problem(self) -> Problem:
        """The same, for those to whom it is one."""
        return Problem(self.file, self.line, self.path, self.message)

    def __str__(self) -> str:
        return str(self.problem)


class Leftovers:
    """Collects what is not taken of one file."""

    def __init__(self, tree: Tree, filename: str) -> None:
        self._tree = tree
        self._filename = filename
        self._found: list[NotTaken] = []

    @property
    def found(self) -> list[NotTaken]:
        """All of it, in the order of the file."""
        return sorted(set(self._found))

    def add(self, location: Location, message: str, *, is_undelivered: bool = False) -> None:
        """Note what is not taken at a place, without quoting it: it may be a secret."""
        line, path = self._tree.line(location), path_of(location)
        self._found.append(NotTaken(self._filename, line, path, message, is_undelivered))

    def set_aside(self, value: Any) -> Any:
        """Return the plain values of the file without what `models` does not know.

        Values of a wrong shape stay as they are, for the models to refuse.
        """
        if not isinstance(value, dict):
            return value
        for place in _entries(("templates",), value.get("templates")):
            self.add(place, f"not taken: {OWN_TEXT}")
        top = _without(value, ("templates",))
        own = dict.fromkeys(("tracing", "event_recorder"), "tocsin has its own")
        top = self._taken((), top, own)
        if isinstance(top.get("global"), dict):
            top["global"] = self._global(top["global"])
        if "route" in top:
            top["route"] = self._route(("route",), top["route"])
        for name in ("receivers", "inhibit_rules"):
            if isinstance(top.get(name), list):
                read = self._receiver if name == "receivers" else self._inhibit_rule
                top[name] = [read((name, at), each) for at, each in enumerate(top[name])]
        return top

    def _taken(
        self, location: Location, block: dict[str, Any], reasons: Mapping[str, str]
    ) -> dict[str, Any]:
        """Set fields of a block aside, each for its reason."""
        for name, reason in reasons.items():
            if block.get(name):
                self.add((*location, name), f"not taken: {reason}")
        return _without(block, reasons)

    def _global(self, block: dict[str, Any]) -> dict[str, Any]:
        needless = [name for name in block if GLOBAL_DEFAULTS.fullmatch(str(name))]
        return self._taken(("global",), _without(block, needless), OF_DEFAULTS)

    def _inhibit_rule(self, _location: Location, rule: Any) -> Any:
        # Its name is for Alertmanager's own metrics.
        return _without(rule, ("name",)) if isinstance(rule, dict) else rule

    def _route(self, location: Location, route: Any) -> Any:
        if not isinstance(route, dict):
            return route
        route = self._taken(location, route, {"labels": "tocsin shows no labels of routes"})
        if isinstance(route.get("routes"), list):
            route["routes"] = [
                self._route((*location, "routes", at), each)
                for at, each in enumerate(route["routes"])
            ]
        return route

    def _receiver(self, location: Location, receiver: Any) -> Any:
        if not isinstance(receiver, dict):
            return receiver
        for name, (what, instead) in UNDELIVERED.items():
            for place in _entries((*location, name), receiver.get(name)):
                self.add(
                    place,
                    f"not delivered by tocsin yet: nobody hears of these alerts by {what}; "
                    f"{instead}",
                    is_undelivered=True,
                )
        reason = "tocsin shows no labels of receivers"
        receiver = self._taken(location, _without(receiver, UNDELIVERED), {"labels": reason})
        for name, reasons in FIELDS.items():
            if isinstance(receiver.get(name), list):
                receiver[name] = [
                    self._taken((*location, name, at), each, reasons)
                    if isinstance(each, dict)
                    else each
                    for at, each in enumerate(receiver[name])
                ]
        return receiver


def _without(block: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: each for name, each in block.items() if name not in names}


def _entries(location: Location, configs: Any) -> Iterator[Location]:
    if isinstance(configs, list):
        yield from ((*location, at) for at, _ in enumerate(configs))
    elif configs is not None:
        yield location
