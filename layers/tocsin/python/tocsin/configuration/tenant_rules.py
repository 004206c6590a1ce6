"""Reads the rule files that a tenant names, and checks what only a whole tenant shows."""

import glob
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tocsin.configuration.flag_rules import wrong_flag
from tocsin.configuration.models import Tenant
from tocsin.configuration.problems import ConfigurationErrors, Location, Problem, path_of
from tocsin.configuration.rulefiles.gathered import TenantRules
from tocsin.configuration.rulefiles.loading import LoadedRules, PlacedRule, load_rules
from tocsin.configuration.rulefiles.models import RULES_LIMIT
from tocsin.configuration.rulefiles.prometheus import distinct, load_prometheus
from tocsin.configuration.rulefiles.shipped import shipped_rules
from tocsin.configuration.rulefiles.sourcing import is_own, wrong_sources
from tocsin.configuration.source_models import to_source
from tocsin.configuration.yamltree import Tree
from tocsin.domain.rule import PrometheusSource


def gather_rules(
    tenant: Tenant, name: str, tree: Tree, filename: str, environ: Mapping[str, str]
) -> TenantRules:
    """Return the rules of a tenant, of its files in their order, and the default ones.

    Raises ConfigurationErrors with everything that is wrong with them.
    """
    return _Gathering(tenant, name, tree, filename, environ).all()


class _Gathering:
    """One tenant's rules, while they are read."""

    def __init__(
        self, tenant: Tenant, name: str, tree: Tree, filename: str, environ: Mapping[str, str]
    ) -> None:
        self._tenant = tenant
        self._at: Location = ("tenants", name)
        self._tree = tree
        self._filename = filename
        self._environ = environ
        self._problems: list[Problem] = []
        self._notes: list[Problem] = []
        self._sources = {source.name: to_source(source) for source in tenant.sources}

    def all(self) -> TenantRules:
        placed = [*self._own(), *distinct(list(self._of_prometheus()))]
        self._check(placed)
        if self._problems:
            raise ConfigurationErrors(self._problems)
        names = {each.rule.name for each in placed}
        rules = [each.rule for each in placed]
        rules += [each.rule for each in self._shipped() if each.rule.name not in names]
        return TenantRules(tuple(rules), tuple(self._notes))

    def _own(self) -> Iterator[PlacedRule]:
        for path in self._files(("rule_files",), self._tenant.rule_files):
            yield from self._read(path, None).rules

    def _of_prometheus(self) -> Iterator[PlacedRule]:
        for index, wanted in enumerate(self._tenant.prometheus_rules):
            at: Location = ("prometheus_rules", index)
            if not isinstance(self._sources.get(wanted.source), PrometheusSource):
                self._wrong(
                    (*at, "source"), f"there is no Prometheus {wanted.source!r} in `sources`"
                )
                continue
            for path in self._files((*at, "files"), wanted.files):
                yield from self._read(path, wanted.source).rules

    def _files(self, at: Location, patterns: Sequence[str]) -> Iterator[Path]:
        """Yield each file that patterns match, once; `*` stands for any part of a name."""
        seen: set[Path] = set()
        for index, pattern in enumerate(patterns):
            # Not Path.glob, which takes no pattern that begins at the root.
            whole = str(Path(self._filename).parent / pattern)
            found = sorted(glob.glob(whole, recursive=True))  # noqa: PTH207
            if not found:
                self._wrong((*at, index), f"no file matches {pattern!r}")
            for path in map(Path, found):
                if path.resolve() not in seen:
                    seen.add(path.resolve())
                    yield path

    def _read(self, path: Path, source: str | None) -> LoadedRules:
        try:
            text = path.read_text(encoding="utf-8")
            if source is None:
                loaded = load_rules(text, str(path), self._environ)
            else:
                loaded = load_prometheus(text, str(path), source)
        except (OSError, UnicodeDecodeError):
            self._problems.append(Problem(str(path), 1, "", "cannot be read as UTF-8 text"))
            return LoadedRules(())
        except ConfigurationErrors as errors:
            self._problems += errors.problems
            return LoadedRules(())
        self._notes += loaded.notes
        return loaded

    def _check(self, placed: Sequence[PlacedRule]) -> None:
        seen: dict[str, PlacedRule] = {}
        for each in placed:
            first = seen.setdefault(each.rule.name, each)
            if first is not each:
                where = f"{first.file}:{first.tree.line(first.location)}"
                self._problems.append(each.problem(f"a rule of this name is at {where} already"))
            self._problems += wrong_sources(
                each, self._sources, is_operator=self._tenant.settings.operator
            )
            if message := wrong_flag(each.rule, self._tenant.flags):
                self._problems.append(each.problem(message, "flag"))
        if len(placed) > RULES_LIMIT:
            message = f"{len(placed)} rules; a tenant has at most {RULES_LIMIT}"
            self._wrong(("rule_files",), message)
        known = {each.rule.name for each in shipped_rules().rules}
        left_out = self._tenant.default_rules
        for index, name in enumerate(left_out if isinstance(left_out, list) else ()):
            if name not in known:
                message = f"there is no default rule {name!r}; there are {', '.join(sorted(known))}"
                self._wrong(("default_rules", index), message)

    def _shipped(self) -> Iterator[PlacedRule]:
        left_out = self._tenant.default_rules
        if left_out is False:
            return
        for each in shipped_rules().rules:
            is_left_out = isinstance(left_out, list) and each.rule.name in left_out
            if not is_left_out and (self._tenant.settings.operator or not is_own(each.rule)):
                yield each

    def _wrong(self, below: Location, message: str) -> None:
        location = (*self._at, *below)
        line = self._tree.line(location)
        self._problems.append(Problem(self._filename, line, path_of(location), message))
