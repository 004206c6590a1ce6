"""A service catalogue made of Backstage's entities, as `catalog-info.yaml` has them.

Of kind `Component` the services are made, and of kind `Group` how to reach a team. Source:
Backstage, docs/features/software-catalog/descriptor-format.md and well-known-annotations.md.
"""

from typing import Any

from tocsin.configuration.problems import Location
from tocsin.configuration.yamltree import Tree
from tocsin.domain.enrichment.urls import page_url

_KUBERNETES_ID = "backstage.io/kubernetes-id"


def is_backstage(documents: list[Any]) -> bool:
    """Tell whether documents are entities of Backstage's."""
    return any(isinstance(each, dict) and "kind" in each and "metadata" in each
               for each in documents)  # fmt: skip


def from_backstage(tree: Tree) -> Tree:
    """Make a catalogue of tocsin's own of entities; those of other kinds are left out.

    Fields that mean nothing here are left alone, and links that are no addresses of pages: it
    is written for Backstage.
    """
    contacts = _contacts(tree.value)
    services: list[dict[str, Any]] = []
    lines: dict[Location, int] = {(): 1, ("services",): 1}
    for index, entity in enumerate(tree.value):
        if not isinstance(entity, dict) or entity.get("kind") != "Component":
            continue
        at: Location = ("services", len(services))
        service = _service(entity, contacts)
        lines[at] = tree.line((index,))
        for name in service:
            lines[*at, name] = tree.line((index, "spec" if name == "team" else "metadata"))
        services.append(service)
    return Tree({"services": services}, lines, tree.problems, frozenset(), {})


def _service(entity: dict[str, Any], contacts: dict[str, str]) -> dict[str, Any]:
    metadata, spec = _block(entity, "metadata"), _block(entity, "spec")
    team = _reference(spec.get("owner"))
    annotations, labels = _block(metadata, "annotations"), _block(metadata, "labels")
    service: dict[str, Any] = {
        "name": metadata.get("name"),
        "team": team,
        "contact": contacts.get(team.casefold(), ""),
        "tier": labels.get("tier"),
        "description": _shortened(metadata.get("description")),
        "aliases": _aliases(metadata, annotations),
    }
    service.update(_links(metadata.get("links")))
    return {name: value for name, value in service.items() if value not in (None, "", [])}


def _aliases(metadata: dict[str, Any], annotations: dict[str, Any]) -> list[Any]:
    name = str(metadata.get("name")).casefold()
    others = (metadata.get("title"), annotations.get(_KUBERNETES_ID))
    wanted = {str(each).casefold(): each for each in others if each}
    return [each for key, each in wanted.items() if key != name]


def _links(value: Any) -> dict[str, Any]:
    """Return the runbook and the dashboard that links say they are, and the others."""
    found: dict[str, Any] = {}
    others: list[dict[str, Any]] = []
    for link in value if isinstance(value, list) else ():
        if not isinstance(link, dict) or not page_url(str(link.get("url"))):
            continue
        title = str(link.get("title") or link["url"])
        says = f"{link.get('type', '')} {title}".casefold()
        kind = next((each for each in ("runbook", "dashboard") if each in says), "")
        if kind and kind not in found:
            found[kind] = link["url"]
        else:
            others.append({"title": title, "url": link["url"]})
    return {**found, "links": others[:8]}


def _contacts(documents: list[Any]) -> dict[str, str]:
    contacts: dict[str, str] = {}
    for entity in documents:
        if isinstance(entity, dict) and entity.get("kind") == "Group":
            name = str(_block(entity, "metadata").get("name", "")).casefold()
            email = _block(_block(entity, "spec"), "profile").get("email")
            if name and isinstance(email, str):
                contacts[name] = email
    return contacts


def _reference(value: Any) -> str:
    """Return the name in `group:default/payments`."""
    text = value if isinstance(value, str) else ""
    return text.rpartition("/")[2].rpartition(":")[2]


def _block(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _shortened(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())
    return line if len(line) <= 500 else f"{line[:499]}…"
