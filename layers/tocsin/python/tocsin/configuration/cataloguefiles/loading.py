"""From the text of a catalogue file to services, or to everything wrong with it."""

from collections.abc import Iterator, Sequence

import msgspec
from pydantic import ValidationError

from tocsin.configuration.cataloguefiles import models
from tocsin.configuration.cataloguefiles.backstage import from_backstage, is_backstage
from tocsin.configuration.cataloguefiles.csvfile import read_csv
from tocsin.configuration.findings import Finding, errors_at, findings_of
from tocsin.configuration.problems import ConfigurationErrors, Problem
from tocsin.configuration.yamltree import Reader, Tree
from tocsin.domain.enrichment.catalogue import (
    ALIKE_LIMIT,
    CATALOGUE_LIMIT_BYTES,
    PATTERNS_LIMIT,
    Service,
    encode,
    indexed,
)
from tocsin.domain.found import Link
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.reference import digest_of


class LoadedCatalogue(msgspec.Struct, frozen=True):
    """The services of a file, and how they are stored."""

    services: tuple[Service, ...]
    data: bytes

    @property
    def digest(self) -> str:
        """What names the catalogue."""
        return digest_of(self.data)


def load_catalogue(text: str, filename: str) -> LoadedCatalogue:
    """Read and check a catalogue: CSV if the file's name says so, else YAML.

    Raises ConfigurationErrors with every problem that was found.
    """
    if len(text.encode(errors="replace")) > CATALOGUE_LIMIT_BYTES:
        raise _whole(filename, f"more than {CATALOGUE_LIMIT_BYTES} bytes")
    is_table = filename.lower().endswith(".csv")
    tree = read_csv(text, filename) if is_table else _read_yaml(text, filename)
    try:
        file = models.CatalogueFile.model_validate(tree.value)
    except ValidationError as error:
        raise errors_at(findings_of(error), tree, filename) from None
    services = tuple(map(_service, file.services))
    findings = [*_twice(services, tree), *_alike(services)]
    if findings or tree.problems:
        raise errors_at(findings, tree, filename)
    data = encode(services)
    if len(data) > CATALOGUE_LIMIT_BYTES:
        raise _whole(filename, f"takes more than {CATALOGUE_LIMIT_BYTES} bytes as it is stored")
    return LoadedCatalogue(services, data)


class _Reader(Reader):
    text_limit_bytes = CATALOGUE_LIMIT_BYTES
    # A service has about thirty values and keys, if it has everything.
    node_limit = 1_000_000

    def text(self, text: str, location: tuple[str | int, ...]) -> str:
        """Return a text as it is: variables have no meaning in a catalogue."""
        return text


def _read_yaml(text: str, filename: str) -> Tree:
    tree = _Reader(filename, {}).trees(text)
    documents = [each for each in tree.value if each is not None]
    if not documents:
        raise _whole(filename, "the file is empty")
    if is_backstage(documents):
        return from_backstage(tree)
    if len(documents) > 1:
        raise _whole(filename, "a catalogue is one document, or entities of Backstage")
    only = tree.value.index(documents[0])
    # Locations of the one document, without its number.
    lines = {at[1:]: line for at, line in tree.lines.items() if at[:1] == (only,)}
    unread = frozenset(at[1:] for at in tree.unread)
    problems = tuple(
        msgspec.structs.replace(each, path=each.path.partition("].")[2]) for each in tree.problems
    )
    return Tree(documents[0], lines, problems, unread, {})


def _service(model: models.Service) -> Service:
    return Service(
        name=model.name,
        team=model.team,
        contact=model.contact,
        tier=model.tier,
        description=model.description,
        aliases=tuple(model.aliases),
        matchers=tuple(parse_matcher(text) for text in model.matchers),
        runbook=model.runbook or "",
        dashboard=model.dashboard or "",
        links=tuple(Link(title=link.title, url=link.url) for link in model.links),
    )


def _twice(services: Sequence[Service], tree: Tree) -> Iterator[Finding]:
    """Find names that stand for two services; no difference of case makes two of one."""
    seen: dict[str, int] = {}
    for index, service in enumerate(services):
        for place, name in enumerate(service.names):
            first = seen.setdefault(name, index)
            if first != index:
                line = tree.line(("services", first))
                below = ("name",) if place == 0 else ("aliases", place - 1)
                message = f"{name!r} is a name of the service of line {line} already"
                yield ("services", index, *below), message


def _alike(services: Sequence[Service]) -> Iterator[Finding]:
    """Find matchers with which an alert would have to be compared too often."""
    by_pair, patterns = indexed(services)
    for index, _ in patterns[PATTERNS_LIMIT:]:
        message = (
            f'no matcher is of the kind x="y", and {PATTERNS_LIMIT} services are without such '
            "already; add one"
        )
        yield ("services", index, "matchers"), message
    for (name, value), placed in by_pair.items():
        for index, _ in placed[ALIKE_LIMIT:]:
            message = (
                f"{ALIKE_LIMIT} services have {name}={value!r} already; add a matcher of the kind "
                'x="y" that fewer have'
            )
            yield ("services", index, "matchers"), message


def _whole(filename: str, message: str) -> ConfigurationErrors:
    return ConfigurationErrors([Problem(filename, 1, "", message)])
